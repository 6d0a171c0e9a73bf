"""One plan: what it is, what the seller set of its own, its resources and periods with the seller's prices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.catalog.plans import (
    PlanPeriodRow,
    PlanResourceRow,
    needed_plans,
    plan_detail,
)
from entrepot.domain.catalog.shelves import list_categories
from entrepot.domain.catalog.switches import switches_of
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.plan_shelf import ShelfPlan, shelf_plan
from entrepot.domain.resale.price_desk import DeskRow, desk_rows, places_of
from entrepot.flows.price_import import business_date
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.rows import shown
from entrepot.web.screens.plans.switching import said
from entrepot.web.screens.plans.tabs import crumbs
from entrepot.web.screens.prices import words as price_words
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.levels import level
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One value: what the seller above has, and what the seller set of its own (empty: nothing)."""

    label: str
    above: str
    own: str


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """A resource of the plan."""

    name: str
    code: str
    unit: str
    counted: str
    included: str
    bounds: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price of a period: what it is for, and what it costs and sells for."""

    what: str
    resource: str
    cost: str
    price: str
    margin: str


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period with its windows and prices."""

    url: str
    period: str
    trial: str
    refund: str
    is_active: bool
    prices: tuple[PriceLine, ...]


@screen(Capability.VIEW_PRICES)
def plan_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one plan."""
    viewer = request.viewer
    plan = shelf_plan(viewer, plan_id=number)
    detail = plan_detail(plan_id=number)
    may_set = viewer.can(Capability.MANAGE_PRICES)
    is_provider = viewer.panel is Panel.PROVIDER
    prices, place = _prices(request, [row.id for row in detail.periods])
    context: dict[str, Any] = {
        "crumbs": crumbs(viewer),
        "plan": shown(plan.row),
        "trail": trail(viewer, object_kind="plan", object_id=number),
        "description": text_in(plan.effective.description, language=viewer.language),
        "own": [] if is_provider else _own_lines(plan, viewer),
        "own_columns": [
            Column(gettext("Value"), 260),
            Column(gettext("As above")),
            Column(gettext("Your own")),
        ],
        "resources": [_resource(row) for row in detail.resources],
        "resource_columns": [
            Column(gettext("Resource")),
            Column(gettext("Unit"), 160),
            Column(gettext("Counted"), 220),
            Column(gettext("Included"), 110, numeric=True),
            Column(gettext("In one order"), 180),
        ],
        "periods": [
            _period(
                row,
                prices.get(row.id),
                address(viewer, "period", row.id) if may_set else "",
            )
            for row in detail.periods
        ],
        "needs": [
            (name, same, choice, address(viewer, "plan", key))
            for key, name, same, choice in needed_plans(plan_id=number)
        ],
        "switches": [said(row) for row in switches_of(plan_id=number)],
        "period_columns": [
            Column(gettext("Period")),
            Column(gettext("Trial and refund"), 260),
            Column(gettext("Charged"), 220),
            Column(gettext("Cost"), 120, numeric=True),
            Column(gettext("Price"), 120, numeric=True),
            Column(gettext("Margin"), 100, numeric=True),
        ],
        "place": place,
        "is_provider": is_provider,
        "own_url": address(viewer, "plan-own", number) if may_set and not is_provider else "",
        **_edit_urls(viewer, number, may_set=may_set),
        "prices_url": address(viewer, "price-manager", q=plan.row.sku_code),
        "margin_url": address(viewer, "margin-set", plan=str(number)) if may_set else "",
        "offer_url": address(viewer, "offer", number) if plan.row.is_published else "",
    }
    return render(request, "screens/plans/page.html", context)


def _edit_urls(viewer: Viewer, number: int, *, may_set: bool) -> dict[str, str]:
    """Give the ways to change the catalogue; empty for those who may not, and in panels without them."""
    names = {
        "edit_url": "plan-edit",
        "period_url": "period-add",
        "contents_url": "plan-contents",
        "fee_url": "plan-fee",
        "needs_url": "plan-needs",
        "switches_url": "plan-switches",
    }
    return {key: address(viewer, name, number) if may_set else "" for key, name in names.items()}


def _prices(request: SignedInRequest, period_ids: Sequence[int]) -> tuple[dict[int, DeskRow], str]:
    """Read the seller's prices of periods at its usual place of sale; none where it has none."""
    viewer = request.viewer
    places = places_of(viewer)
    if not places:
        return {}, ""
    today = business_date(today=viewer.today)
    rows = desk_rows(viewer, place=places[0], period_ids=period_ids, on_day=today)
    return {row.period_id: row for row in rows}, price_words.place_label(places[0])


def _own_lines(plan: ShelfPlan, viewer: Viewer) -> list[OwnLine]:
    language = viewer.language
    names = {
        row.id: text_in(row.name, language=language, fallback=row.code) for row in list_categories()
    }
    own, above = plan.own, plan.above
    return [
        OwnLine(gettext("Published"), _yes(above.is_published), _yes(own.is_published)),
        OwnLine(
            gettext("Display in customer panel"),
            _yes(above.display_in_customer_panel),
            _yes(own.display_in_customer_panel),
        ),
        OwnLine(
            gettext("Sales category"),
            names.get(above.sales_category_id or 0, formats.EMPTY),
            names.get(own.sales_category_id or 0, ""),
        ),
        OwnLine(
            gettext("Name"),
            text_in(above.name, language=language, fallback=plan.plan_name),
            text_in(own.name, language=language),
        ),
        OwnLine(
            gettext("Description"),
            text_in(above.description, language=language, fallback=formats.EMPTY),
            text_in(own.description, language=language),
        ),
    ]


def _yes(value: bool | None) -> str:
    if value is None:
        return ""
    return gettext("yes") if value else gettext("no")


def _resource(row: PlanResourceRow) -> ResourceLine:
    return ResourceLine(
        name=row.name,
        code=f"{row.code} · {row.mpn}" if row.mpn else row.code,
        unit=words.unit(row.unit, fallback=formats.EMPTY),
        counted=gettext("measured, overuse is charged")
        if row.is_measured
        else gettext("chosen with the order"),
        included=words.quantity(row.included.normalize()) if row.is_measured else formats.EMPTY,
        bounds=_bounds(row),
    )


def _bounds(row: PlanResourceRow) -> str:
    low, high = (
        None if units is None else words.quantity(units.normalize())
        for units in (row.minimum, row.maximum)
    )
    if low is not None and high is not None:
        return gettext("%(low)s to %(high)s units") % {"low": low, "high": high}
    if low is not None:
        return gettext("%(low)s units at least") % {"low": low}
    if high is not None:
        return gettext("%(high)s units at most") % {"high": high}
    return gettext("any number")


def _period(row: PlanPeriodRow, priced: DeskRow | None, url: str) -> PeriodLine:
    return PeriodLine(
        url=url,
        period=words.term(term_months=row.term_months, billing_months=row.billing_months),
        trial=_days(row.trial_days) if row.trial_days else gettext("no trial"),
        refund=_refund(row),
        is_active=row.is_active,
        prices=tuple(_prices_of(priced)),
    )


def _prices_of(priced: DeskRow | None) -> Iterator[PriceLine]:
    """Write the prices of a period; resources are named where there are several."""
    found = (*priced.prices, *priced.leveled) if priced else ()
    several = len({one.resource_id for one in found}) > 1
    for one in found:
        parts = [price_words.kind(one.kind) or gettext("every period"), level(one.level)]
        yield PriceLine(
            what=" · ".join(part for part in parts if part),
            resource=one.resource if several else "",
            cost=price_words.unit_money(one.cost, one),
            price=price_words.unit_money(one.price, one),
            margin=words.share(one.margin),
        )


def _days(days: int) -> str:
    return ngettext("%(n)s day trial", "%(n)s days trial", days) % {"n": words.quantity(days)}


def _refund(row: PlanPeriodRow) -> str:
    parts = []
    if row.full_refund_days:
        days = row.full_refund_days
        text = ngettext("full refund within %(n)s day", "full refund within %(n)s days", days)
        parts.append(text % {"n": words.quantity(days)})
    if row.refund.value == "none":
        return ", ".join(parts) or gettext("no refund")
    if row.refund_days is None:
        parts.append(gettext("refund at any time"))
    else:
        text = ngettext("refund within %(n)s day", "refund within %(n)s days", row.refund_days)
        parts.append(text % {"n": words.quantity(row.refund_days)})
    if row.later_refund_days is not None or row.later_full_refund_days is not None:
        parts.append(gettext("otherwise in later terms"))
    return ", ".join(parts)
