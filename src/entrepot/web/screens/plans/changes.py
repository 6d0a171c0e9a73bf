"""What changed above a reseller since it looked: follow it, or keep its own; and its policy for new plans."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.catalog.plan_changes import PUBLISHED
from entrepot.domain.catalog.shelves import list_categories
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.commands import (
    NewPlans,
    follow_value,
    keep_value,
    mark_seen,
    set_new_plans,
    show_waiting,
)
from entrepot.domain.resale.delegation import (
    Change,
    Policy,
    PriceMove,
    policy_of,
    upstream_changes,
    upstream_prices,
)
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.price_desk import Source, places_of
from entrepot.flows.price_import import business_date
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.home.words import day
from entrepot.web.screens.plans.tabs import crumbs, tabs
from entrepot.web.screens.prices import words as price_words
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column, Pager

ROWS = 50
_PRICES = 25
_TEXT_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One change as the page shows it; `acts` are (what, label) of its buttons."""

    url: str
    plan: str
    code: str
    plan_id: int
    field: str
    what: str
    tone: str
    when: datetime
    before: str
    after: str
    own: str
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A changed cost with the own price that follows from it, or stays."""

    url: str
    name: str
    what: str
    when: str
    before: str
    now: str
    price: str
    margin: str
    source: str


@screen(Capability.VIEW_PRICES)
def change_list(request: SignedInRequest) -> HttpResponse:
    """Show what changed above since the reseller looked, newest first."""
    return _show(request)


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def policy(request: SignedInRequest) -> HttpResponse:
    """Take over what is to be done with new plans."""
    posted = request.POST
    wanted = posted.get("new_plans", "")
    if wanted not in set(NewPlans):
        return _show(request, refused=gettext("Choose what happens with new plans."), status=422)

    def do() -> None:
        set_new_plans(
            new_plans=NewPlans(wanted),
            sales_category_id=_number(posted.get("category", "")),
            version=posted.get("version") or None,
            **_by(request),
        )

    return _done(request, do, gettext("It is saved. Plans that are on sale already stay so."))


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def act(request: SignedInRequest) -> HttpResponse:
    """Follow one value, or keep what was before; or show all new plans that wait."""
    posted, viewer = request.POST, request.viewer
    if posted.get("do") == "show-all":
        upto = _number(posted.get("upto", "")) or 0
        return _done(
            request, lambda: show_waiting(upto=upto, **_by(request)), gettext("They are shown now.")
        )
    plan = _number(posted.get("plan", "")) or 0
    found = [
        one
        for one in upstream_changes(
            viewer, seen_id=policy_of(viewer).seen_id, limit=ROWS, plan_id=plan
        ).rows
        if one.field == posted.get("field", "")
    ]
    if not found or posted.get("do") not in {"follow", "keep"}:
        raise NoSuchObject(object="change")
    (change,) = found

    def do() -> None:
        goods: dict[str, Any] = {"plan_id": plan, "field": change.field, **_by(request)}
        if posted["do"] == "follow":
            follow_value(**goods)
        else:
            keep_value(value=_former(change), **goods)

    text = gettext("You follow the seller above.") if posted["do"] == "follow" else ""
    return _done(
        request, do, text or gettext("It is your own value now. Changes above do not touch it.")
    )


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def seen(request: SignedInRequest) -> HttpResponse:
    """Note that all that the page showed was seen."""
    upto = _number(request.POST.get("upto", "")) or 0
    today = business_date(today=request.viewer.today)
    return _done(
        request,
        lambda: mark_seen(upto=upto, today=today, **_by(request)),
        gettext("What comes from now on is listed here."),
    )


def _former(change: Change) -> Any:
    if change.field == PUBLISHED:
        return not change.is_new
    return change.before


def _done(request: SignedInRequest, do: Callable[[], object], text: str) -> HttpResponse:
    try:
        do()
    except DomainError as refusal:
        status = 422 if isinstance(refusal, BadInput) else 409
        return _show(request, refused=refusal.text(translate=gettext), status=status)
    messages.success(request, text)
    return HttpResponseRedirect(address(request.viewer, "plan-changes"))


def _show(request: SignedInRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    viewer = request.viewer
    known = policy_of(viewer)
    after = _number(request.GET.get("after", ""))
    page = upstream_changes(viewer, seen_id=known.seen_id, limit=ROWS, before_id=after)
    categories = {
        row.id: text_in(row.name, language=viewer.language, fallback=row.code)
        for row in list_categories()
    }
    may_set = viewer.can(Capability.MANAGE_PRICES)
    url = address(viewer, "plan-changes")
    context = {
        "crumbs": crumbs(viewer),
        "tabs": tabs(viewer, "plan-changes"),
        "refused": refused,
        "may_set": may_set,
        "rows": [_row(request, one, categories, may_set=may_set) for one in page.rows],
        "columns": [
            Column(gettext("Plan"), 250),
            Column(gettext("What changed"), 190),
            Column(gettext("Before and now")),
            Column(gettext("You show"), 150),
            Column(gettext("Actions"), 200, hidden_label=True),
        ],
        "prices": [_price(request, one) for one in _moves(request, known)],
        "price_columns": [
            Column(gettext("Plan"), 260),
            Column(gettext("From"), 110),
            Column(gettext("Your cost before"), 130, numeric=True),
            Column(gettext("Your cost now"), 130, numeric=True),
            Column(gettext("Your price"), 130, numeric=True),
            Column(gettext("Made by")),
        ],
        "upto": page.last_id or known.seen_id,
        "first_page": after is None,
        "pager": Pager(
            previous_url=url if after is not None else "",
            next_url=f"{url}?{urlencode({'after': page.after})}" if page.after else "",
        ),
        "act_url": address(viewer, "plan-changes-act"),
        "seen_url": address(viewer, "plan-changes-seen"),
        "waiting_url": f"{address(viewer, 'plans')}?show=waiting",
        "since": day(known.seen_on, "long") if known.seen_on else "",
        **_policy(request, known, categories),
    }
    return render(request, "screens/plans/changes.html", context, status=status)


def _policy(
    request: SignedInRequest, known: Policy, categories: Mapping[int, str]
) -> dict[str, object]:
    """Word the policy and what it can be; what was typed stays after a refusal."""
    posted = request.POST if request.method == "POST" and "new_plans" in request.POST else {}
    return {
        "policy_url": address(request.viewer, "plan-changes-policy"),
        "policies": [
            (NewPlans.SHOW.value, gettext("Show them at once")),
            (NewPlans.REVIEW.value, gettext("Keep them back until I have reviewed them")),
            (NewPlans.CATEGORY.value, gettext("Show those of one category, keep back the others")),
        ],
        "policy": posted.get("new_plans") or known.new_plans.value,
        "categories": [
            ("", gettext("none")),
            *((str(number), name) for number, name in categories.items()),
        ],
        "category": posted.get("category") or str(known.sales_category_id or ""),
        "version": known.version,
        "waiting": known.waiting,
    }


def _row(
    request: SignedInRequest, one: Change, categories: Mapping[int, str], *, may_set: bool
) -> Row:
    viewer = request.viewer

    def text(value: Any) -> str:
        return _text(one, value, categories, viewer.language)

    what, tone = _what(one)
    own = gettext("waits for your review") if one.is_waiting else gettext("as above")
    return Row(
        url=address(viewer, "plan", one.plan_id),
        plan=one.plan,
        code=one.code,
        plan_id=one.plan_id,
        field=one.field,
        what=what,
        tone=tone,
        when=one.at,
        before=text(one.before),
        after=text(one.after),
        own=own if one.own is None else text(one.own),
        acts=tuple(_acts(one)) if may_set else (),
    )


def _what(one: Change) -> tuple[str, str]:
    if one.field == PUBLISHED:
        if one.is_new:
            return gettext("New on sale"), "ok"
        return gettext("Withdrawn"), "warn"
    return {
        "name": gettext("Name"),
        "description": gettext("Description"),
        "sales_category_id": gettext("Sales category"),
    }.get(one.field, gettext("Display in customer panel")), ""


def _acts(one: Change) -> list[tuple[str, str]]:
    """Give the buttons of a change: follow what is above, or keep what was before."""
    if one.field == PUBLISHED:
        if one.is_waiting:
            return [("follow", gettext("Show")), ("keep", gettext("Do not show"))]
        if one.own is None:
            keep = gettext("Do not show") if one.is_new else gettext("Keep selling")
            return [("keep", keep)]
        if one.own is one.is_new:
            return []
        return [("follow", gettext("Show as above") if one.is_new else gettext("Withdraw too"))]
    if one.own is not None:
        return [("follow", gettext("Follow"))]
    return [("keep", gettext("Keep the former"))] if one.can_keep else []


def _text(one: Change, value: Any, categories: Mapping[int, str], language: str) -> str:
    if value is None:
        return formats.EMPTY
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if one.field == "sales_category_id":
        return categories.get(value, formats.EMPTY)
    text = text_in(value, language=language) if isinstance(value, dict) else str(value)
    text = text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"
    return text or formats.EMPTY


def _moves(request: SignedInRequest, known: Policy) -> tuple[PriceMove, ...]:
    places = places_of(request.viewer)
    if not places:
        return ()
    today = business_date(today=request.viewer.today)
    return upstream_prices(
        request.viewer, place=places[0], seen_on=known.seen_on, today=today, limit=_PRICES
    )


def _price(request: SignedInRequest, move: PriceMove) -> PriceRow:
    """Show the first price of a period whose cost changed."""
    before = {(p.resource_id, p.kind): p for p in move.before.prices} if move.before else {}
    moved = [
        one
        for one in move.now.prices
        if (known := before.get((one.resource_id, one.kind))) is None or known.cost != one.cost
    ]
    now = (moved or list(move.now.prices))[0]
    was = before.get((now.resource_id, now.kind))
    stays = gettext("Own price, stays") if now.source is Source.OWN else ""
    return PriceRow(
        url=address(request.viewer, "price-manager", q=move.now.sku_code),
        name=move.now.name,
        what=price_words.what(move.now, now),
        when=day(move.day, "short"),
        before=price_words.unit_money(was.cost if was else None, now),
        now=price_words.unit_money(now.cost, now),
        price=price_words.unit_money(now.price, now),
        margin=words.share(now.margin),
        source=stays or gettext("follows by %(margin)s") % {"margin": price_words.source(now)},
    )


def _by(request: SignedInRequest) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "account_id": viewer.account_id,
        "actor": viewer.actor(request_id=request.request_id),
        "now": request.now,
    }


def _number(text: str) -> int | None:
    """Read a number of an address or form; anything else is none."""
    known = text.isascii() and text.isdigit() and len(text) < 20
    return min(int(text), NUMBER_MAX) if known else None
