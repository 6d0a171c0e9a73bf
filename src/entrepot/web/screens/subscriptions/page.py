"""The page of a subscription, and the same in the drawer of its list."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import Book, PriceRow, ResourceRow, SubscriptionFacts
from entrepot.flows import subscription_page as flow
from entrepot.kernel.money import round_amount
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.orders.named import named_orders
from entrepot.web.screens.subscriptions import head, links, words
from entrepot.web.screens.subscriptions.actions import offered, quantity
from entrepot.web.screens.subscriptions.asked import number_in
from entrepot.web.screens.subscriptions.audit import audit_shown
from entrepot.web.screens.subscriptions.notes import notes_part
from entrepot.web.screens.subscriptions.tables import (
    PriceShown,
    ResourceShown,
    price_columns,
    price_shown,
    resource_columns,
    resource_shown,
    usage_columns,
)
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

HISTORY_SHOWN = 20
HISTORY_SHOWN_MAX = 200
_HISTORY_IN_DRAWER = 4
_BEFORE_THE_END = (Status.ORDERED, Status.TRIAL, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class UsedShown:
    """One month and SKU of pay-as-you-go use, with the way to its lines."""

    month: Any
    name: str
    sku: str
    quantity: Decimal
    unit: str
    lines: int
    amount: str
    cost: str
    is_billed: bool
    url: str


@screen(Capability.VIEW_SUBSCRIPTIONS)
def subscription_page(
    request: SignedInRequest, *, number: int, name: str, book: Book
) -> HttpResponse:
    """Show everything about one subscription."""
    if request.headers.get("HX-Request") == "true":
        # A link of the drawer that htmx took: this is a page of its own, so the browser goes there.
        answer = HttpResponse()
        answer.headers["HX-Redirect"] = request.get_full_path()
        return answer
    viewer = request.viewer
    facts = queries.subscription_facts(viewer, subscription_id=number)
    resources = queries.resource_page(
        viewer, facts=facts, page=number_in(request.GET.get("page", "")) or 1
    )
    whole_history = request.GET.get("history") == "all"
    found = queries.history(
        viewer, facts=facts, limit=HISTORY_SHOWN_MAX if whole_history else HISTORY_SHOWN
    )
    context: dict[str, Any] = {
        "page": _common(viewer, facts, resources, found, name=name),
        "crumbs": _crumbs(viewer, name, book),
        "plan": facts.plan,
        "segment": words.segment(facts.plan.segment),
        "refund": _refund(facts),
        "after_end": _after_end(facts),
        "started": facts.dates.started_on,
        "terms": found.terms,
        "resource_pager": _pager(resources),
        "prices": _prices(facts, resources),
        "price_columns": price_columns(facts),
        "documents": [
            (one, links.document_url(viewer, one.id, is_own=facts.is_own))
            for one in flow.carrying_documents(viewer, facts=facts)
        ],
        "orders": named_orders(viewer, subscription_id=facts.id, is_own=facts.is_own),
        "audit": [audit_shown(line) for line in queries.audit_lines(viewer, facts=facts)],
        "history_url": f"?{urlencode({'history': 'all'})}#history" if found.is_cut else "",
        **notes_part(viewer, subscription_id=facts.id, name=name),
        **_usage(viewer, facts, name=name),
    }
    return render(request, "screens/subscriptions/page.html", context)


def drawer(viewer: Viewer, *, subscription_id: int, name: str) -> Mapping[str, Any]:
    """Give the same subscription for the drawer. Raises: NoSuchObject."""
    facts = queries.subscription_facts(viewer, subscription_id=subscription_id)
    resources = queries.resource_page(viewer, facts=facts, page=1)
    found = queries.history(viewer, facts=facts, limit=_HISTORY_IN_DRAWER)
    return {
        **_common(viewer, facts, resources, found, name=name),
        "quantity": quantity.part(viewer, facts, name=name),
    }


def _common(
    viewer: Viewer,
    facts: SubscriptionFacts,
    resources: queries.ResourcePage,
    found: queries.History,
    *,
    name: str,
) -> dict[str, Any]:
    used = flow.measured_use(
        facts=facts, item_ids=[row.item_id for row in resources.rows if row.is_measured]
    )
    charge = queries.next_charge(facts=facts)
    return {
        **head.head(viewer, facts, name=name),
        "money": head.used_money(viewer, facts, flow.used_skus(facts=facts))
        if facts.plan.is_usage
        else head.money(viewer, facts, resources),
        "awaits_money": facts.money.tier is not None and facts.status in _BEFORE_THE_END,
        "facts": head.key_facts(facts, charge),
        "resources": _resources(facts, resources.rows, used),
        "resource_total": resources.total,
        "resource_columns": resource_columns(facts, resources.rows),
        "has_measured": any(row.is_measured for row in resources.rows),
        "is_seller": facts.money.is_seller,
        "sees_prices": facts.money.tier is not None,
        "currency": facts.money.currency,
        "changes": [
            (one, offered.withdraw_url(viewer, facts, one.id, name=name))
            for one in queries.waiting_changes(facts=facts)
        ],
        "offers": offered.offers(viewer, facts, name=name),
        "quantity_url": offered.quantity_url(viewer, facts, name=name),
        "history": head.happenings(found),
        "history_total": found.total,
        "history_cut": found.is_cut,
    }


def _resources(
    facts: SubscriptionFacts, rows: tuple[ResourceRow, ...], used: Mapping[int, Decimal]
) -> list[ResourceShown]:
    return [resource_shown(facts, row, used=used.get(row.item_id, Decimal(0))) for row in rows]


def _prices(facts: SubscriptionFacts, resources: queries.ResourcePage) -> list[PriceShown]:
    ids = [row.item_id for row in resources.rows]
    found: tuple[PriceRow, ...] = queries.agreed_prices(facts=facts, item_ids=ids)
    return [price_shown(row) for row in found]


def _usage(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> dict[str, Any]:
    if not facts.plan.is_usage:
        return {"used": [], "used_columns": []}
    base = links.usage_url(viewer, name, facts.id)
    rows = [
        UsedShown(
            month=row.month,
            name=row.name or row.sku,
            sku=row.sku,
            # The lines behind it are exact; a sum of a month is read to four decimals.
            quantity=round_amount(row.quantity, exp=4),
            unit=row.unit,
            lines=row.lines,
            amount=words.rounded_money(row.amount, row.currency),
            cost="" if row.cost is None else words.rounded_money(row.cost, row.currency),
            is_billed=row.is_billed,
            url=f"{base}?{urlencode({'sku': row.sku, 'month': row.month.isoformat()[:7]})}",
        )
        for row in flow.used_skus(facts=facts)
    ]
    columns: list[Column] = usage_columns(facts)
    return {"used": rows, "used_columns": columns}


def _crumbs(viewer: Viewer, name: str, book: Book) -> list[Link]:
    found = [Link(gettext("Subscriptions"), links.list_url(viewer, name))]
    if viewer.panel is Panel.CUSTOMER:
        return found
    return [Link(gettext("Account") if book is Book.OWN else gettext("Customers"), ""), *found]


def _pager(resources: queries.ResourcePage) -> Pager | None:
    if resources.pages == 1:
        return None
    first = (resources.page - 1) * queries.RESOURCES_SHOWN_MAX + 1
    return Pager(
        previous_url=f"?page={resources.page - 1}#resources" if resources.page > 1 else "",
        next_url=f"?page={resources.page + 1}#resources"
        if resources.page < resources.pages
        else "",
        summary=gettext("%(first)s to %(last)s of %(total)s")
        % {
            "first": words.quantity(first),
            "last": words.quantity(first + len(resources.rows) - 1),
            "total": words.quantity(resources.total),
        },
    )


def _after_end(facts: SubscriptionFacts) -> list[head.Fact]:
    """Say how long what has ended waits, and what happens then."""
    plan = facts.plan
    days = ngettext(
        "%(n)s day on hold, then removed for good",
        "%(n)s days on hold, then removed for good",
        plan.hold_days,
    )
    waits = (
        days % {"n": plan.hold_days}
        if plan.destroys_after_hold
        else gettext("stays on hold and can be renewed")
    )
    cancelled = gettext("the service is removed at once") if plan.destroys_on_cancel else waits
    return [
        head.Fact(gettext("When it expires"), waits),
        head.Fact(gettext("When it is cancelled"), cancelled),
    ]


def _refund(facts: SubscriptionFacts) -> str:
    windows = facts.plan.windows
    full, days = windows.of_term(is_first=facts.dates.is_first_term)
    parts = []
    if full:
        parts.append(gettext("all is refunded within %(n)s days of a term's start") % {"n": full})
    if windows.prorates and days is None:
        parts.append(gettext("unused days are refunded"))
    elif windows.prorates and days:
        text = gettext("unused days are refunded within %(n)s days of a term's start")
        parts.append(text % {"n": days})
    return "; ".join(parts) or gettext("no refund")
