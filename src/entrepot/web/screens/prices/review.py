"""Typed prices: what they would change, applying them, and taking back what is scheduled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.commands import PriceChange, change_prices, withdraw_price
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow, desk_rows, places_of
from entrepot.flows.price_import import business_date
from entrepot.flows.price_simulation import PricePreview, preview_prices
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import UNIT_PRICE_INTEGER_DIGITS, parse_decimal
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.prices import effect, words
from entrepot.web.screens.prices.listing import back_to, show
from entrepot.web.screens.prices.tabs import crumbs
from entrepot.web.screens.prices.typed import (
    CHANGES_MAX,
    Key,
    changed_rows,
    key_of,
    read_day,
    read_key,
    read_rows,
)
from entrepot.web.screens.subscriptions import words as terms
from entrepot.web.ui.parts import Column

ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One changed price, before and after."""

    name: str
    what: str
    cost: str
    price_before: str
    price_after: str
    margin_before: str
    margin_after: str
    note: str


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def review(request: SignedInRequest) -> HttpResponse:
    """Show what the typed prices would change; nothing is written."""
    viewer = request.viewer
    asked = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    place = words.chosen(places_of(viewer), request.POST.get("at", ""))
    typed = changed_rows(request.POST)
    day = read_day(request.POST.get("valid_from", ""))
    kept = {one.key: one for one in typed}
    if place is None or not typed:
        return show(request, asked, refused=gettext("Nothing was changed."), status=422)
    if day is None:
        refused = gettext("Give the day from which the prices hold.")
        return show(request, asked, typed=kept, refused=refused, status=422)
    rows = desk_rows(
        viewer,
        place=place,
        period_ids=list({one.key.period_id for one in typed}),
        on_day=max(day, business_date(today=viewer.today)),
    )
    reading = read_rows(typed, rows=rows, currency=place.currency)
    if reading.errors:
        refused = gettext("Some fields cannot be read.")
        return show(request, asked, typed=kept, errors=reading.errors, refused=refused, status=422)
    try:
        preview = _preview(request, place, reading.changes, day)
    except DomainError as refusal:
        refused = refusal.text(translate=gettext)
        return show(request, asked, typed=kept, refused=refused, status=422)
    return _review(request, place, reading.changes, day, preview)


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def apply(request: SignedInRequest) -> HttpResponse:
    """Set reviewed prices; the same form again changes nothing."""
    viewer = request.viewer
    place = words.chosen(places_of(viewer), request.POST.get("at", ""))
    day = read_day(request.POST.get("valid_from", ""))
    given = _given(request.POST.getlist("change"))
    if place is None or day is None or not given:
        return show(request, {}, refused=gettext("Nothing was changed."), status=422)
    try:
        changes = _changes(request, place, given, day)
        changed = change_prices(
            seller_id=viewer.account_id,
            changes=changes,
            valid_from=day,
            business_date=business_date(today=viewer.today),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
            confirmed=request.POST.get("below_cost") == "1",
        )
    except DomainError as refusal:
        return _again(request, place, given, day, refusal)
    messages.success(request, changed_text(changed, day))
    return HttpResponseRedirect(back_to(request, place))


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def withdraw(request: SignedInRequest) -> HttpResponse:
    """Take back a scheduled price."""
    viewer = request.viewer
    place = words.chosen(places_of(viewer), request.POST.get("at", ""))
    name, _, day_text = request.POST.get("change", "").partition("=")
    key, day = read_key(name), read_day(day_text)
    if place is None or key is None or day is None:
        return show(request, {}, refused=gettext("Nothing was changed."), status=422)
    try:
        withdraw_price(
            seller_id=viewer.account_id,
            goods=key.goods(currency=place.currency),
            valid_from=day,
            business_date=business_date(today=viewer.today),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return show(request, {"at": place.key}, refused=refusal.text(translate=gettext), status=409)
    messages.success(request, gettext("The scheduled price was withdrawn."))
    return HttpResponseRedirect(back_to(request, place))


def changed_text(changed: int, day: date) -> str:
    """Say how many prices hold from a day on."""
    if not changed:
        return gettext("The prices are so already; nothing was changed.")
    text = ngettext(
        "%(n)s price holds from %(day)s on.", "%(n)s prices hold from %(day)s on.", changed
    )
    return text % {"n": terms.quantity(changed), "day": terms.day(day)}


def preview_context(preview: PricePreview, changes: Sequence[PriceChange]) -> dict[str, Any]:
    """Give the tables of changed prices and of renewals, for the template `changes.html`."""
    before = {key_of(row, price): (row, price) for row in preview.before for price in row.prices}
    after = {key_of(row, price): price for row in preview.after for price in row.prices}
    keys = [Key(one.goods.plan_period_id, one.goods.resource_id, one.goods.kind) for one in changes]
    lines = [_line(*before[key], after.get(key)) for key in keys if key in before]
    low = sum(
        one.unit_price is not None and one.unit_cost is not None and one.unit_price < one.unit_cost
        for one in changes
    )
    return {
        "columns": _columns(),
        "lines": lines[:ROWS_SHOWN],
        "more_lines": max(0, len(lines) - ROWS_SHOWN),
        "count": len(lines),
        "below_cost": low,
        **effect.context(preview.simulation),
    }


def _line(row: DeskRow, old: DeskPrice, new: DeskPrice | None) -> Line:
    found = new or old
    loses = found.price is not None and found.cost is not None and found.price < found.cost
    return Line(
        name=row.name,
        what=words.what(row, old),
        cost=words.unit_money(found.cost, old),
        price_before=words.unit_money(old.price, old),
        price_after=words.unit_money(found.price, old),
        margin_before=terms.share(old.margin),
        margin_after=terms.share(found.margin),
        note=gettext("below cost") if loses else "",
    )


def _columns() -> list[Column]:
    return [
        Column(gettext("Plan")),
        Column(gettext("Cost"), 120, numeric=True),
        Column(gettext("Price now"), 120, numeric=True),
        Column(gettext("Price then"), 140, numeric=True),
        Column(gettext("Margin now"), 120, numeric=True),
        Column(gettext("Margin then"), 120, numeric=True),
    ]


def _preview(
    request: SignedInRequest, place: PricePlace, changes: Sequence[PriceChange], day: date
) -> PricePreview:
    return preview_prices(
        request.viewer,
        place=place,
        changes=changes,
        valid_from=day,
        business_date=business_date(today=request.viewer.today),
        now=request.now,
    )


def _review(
    request: SignedInRequest,
    place: PricePlace,
    changes: Sequence[PriceChange],
    day: date,
    preview: PricePreview,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    given = [
        (
            str(Key(one.goods.plan_period_id, one.goods.resource_id, one.goods.kind)),
            "" if one.unit_price is None else f"{one.unit_price:f}",
        )
        for one in changes
    ]
    context = {
        "crumbs": crumbs(request.viewer),
        "place": words.place_label(place),
        "at": place.key,
        "day": terms.day(day),
        "valid_from": day.isoformat(),
        "given": [f"{key}={price}" for key, price in given],
        "refused": refused,
        "back_url": back_to(request, place),
        **preview_context(preview, changes),
    }
    return render(request, "screens/prices/review.html", context, status=status)


def _given(texts: Sequence[str]) -> dict[Key, Decimal | None]:
    """Read the prices that a review sends again; what cannot be read was tampered with and does not count."""
    found: dict[Key, Decimal | None] = {}
    for text in texts[:CHANGES_MAX]:
        name, _, amount = text.partition("=")
        key = read_key(name)
        if key is None:
            continue
        try:
            found[key] = (
                parse_decimal(amount, integer_digits_max=UNIT_PRICE_INTEGER_DIGITS)
                if amount
                else None
            )
        except DomainError:
            continue
    return found


def _changes(
    request: SignedInRequest, place: PricePlace, given: dict[Key, Decimal | None], day: date
) -> list[PriceChange]:
    """Name the prices as the command does, with what the units cost on the day."""
    rows = desk_rows(
        request.viewer,
        place=place,
        period_ids=list({key.period_id for key in given}),
        on_day=day,
    )
    costs = {key_of(row, price): price.cost for row in rows for price in row.prices}
    return [
        PriceChange(
            goods=key.goods(currency=place.currency), unit_price=price, unit_cost=costs[key]
        )
        for key, price in given.items()
        if key in costs
    ]


def _again(
    request: SignedInRequest,
    place: PricePlace,
    given: dict[Key, Decimal | None],
    day: date,
    refusal: DomainError,
) -> HttpResponse:
    """Show the review once more with why it was refused; the list, where even that is refused."""
    text = refusal.text(translate=gettext)
    try:
        changes = _changes(request, place, given, day)
        preview = _preview(request, place, changes, day)
    except DomainError:
        return show(request, {"at": place.key}, refused=text, status=409)
    return _review(request, place, changes, day, preview, refused=text, status=409)
