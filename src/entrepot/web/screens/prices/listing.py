"""The price manager's list: plan periods with cost, margin and price, which can be typed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow, desk_page, places_of
from entrepot.flows.price_import import business_date
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.prices import words
from entrepot.web.screens.prices.tabs import tabs
from entrepot.web.screens.prices.typed import Key, Typed, key_of
from entrepot.web.screens.subscriptions import words as terms
from entrepot.web.screens.subscriptions.levels import level
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Choice, Column, Pager

PAGE_SIZE = 25
PAGE_MAX = 50
_SEARCH_MAX = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A scheduled price; `value` is what withdraws it."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One price as the list shows it; `cost_number`, `price`, `margin` and `held` are what fields and scripts read.

    One that is not typed has levels: margins make it.
    """

    key: str
    name: str
    code: str
    what: str
    resource: str
    is_published: bool
    is_typed: bool
    margin_url: str
    cost: str
    cost_number: str
    digits: int
    price: str
    margin: str
    price_label: str
    margin_label: str
    held: str
    source: str
    tone: str
    waiting: tuple[Waiting, ...]
    error: str


@screen(Capability.VIEW_PRICES)
def price_manager(request: SignedInRequest) -> HttpResponse:
    """Show plan periods by name with cost, margin and price."""
    return show(request, request.GET.dict())


def show(
    request: SignedInRequest,
    asked: Mapping[str, str],
    *,
    typed: Mapping[Key, Typed] | None = None,
    errors: Mapping[Key, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the page that `asked` (an address or a form) names, with the typing kept."""
    viewer = request.viewer
    places = places_of(viewer)
    place = words.chosen(places, asked.get("at", ""))
    if place is None:
        return render(request, "screens/prices/list.html", {"tabs": tabs(viewer, "prices")})
    today = business_date(today=viewer.today)
    search = asked.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    own_only = asked.get("own", "") == "1"
    after = _number(asked.get("after", ""))
    page = desk_page(
        viewer,
        place=place,
        on_day=today,
        limit=min(page_size(asked, usual=PAGE_SIZE), PAGE_MAX),
        search=search,
        own_only=own_only,
        after=after,
    )
    query = {
        "at": place.key,
        **({"q": search} if search else {}),
        **({"own": "1"} if own_only else {}),
    }
    margin_url = address(viewer, "margin-set") if viewer.can(Capability.MANAGE_PRICES) else ""
    context: dict[str, Any] = {
        "tabs": tabs(viewer, "prices"),
        "place": place,
        "places": [
            Choice(words.place_label(one), f"?{urlencode({**query, 'at': one.key})}", one == place)
            for one in places
        ],
        "which": [
            Choice(gettext("All"), _url(query, own=""), not own_only),
            Choice(gettext("Own prices"), _url(query, own="1"), own_only),
        ],
        "columns": _columns(),
        "rows": [
            _shown(row, price, typed or {}, errors or {}, margin_url)
            for row in page.rows
            for price in (*row.prices, *row.leveled)
        ],
        "unpriced": [row for row in page.rows if not (row.prices or row.leveled)],
        "query": search,
        "keep": {name: text for name, text in query.items() if name != "q"},
        "asked": {**query, **({"after": str(after)} if after else {})},
        "valid_from": asked.get("valid_from", "") or today.isoformat(),
        "first_day": today.isoformat(),
        "today": today,
        "may_set": viewer.can(Capability.MANAGE_PRICES),
        "review_url": address(viewer, "price-review"),
        "withdraw_url": address(viewer, "price-withdraw"),
        "refused": refused,
        "pager": keep_size(
            Pager(
                previous_url=f"?{urlencode(query)}" if after is not None else "",
                next_url=f"?{urlencode({**query, 'after': page.after})}" if page.after else "",
            ),
            asked,
        ),
    }
    return render(request, "screens/prices/list.html", context, status=status)


def scheduled_text(price: DeskPrice, *, day: date, amount: Any) -> str:
    """Say what holds from a later day on."""
    shown = gettext("by margins") if amount is None else words.unit_money(amount, price)
    return gettext("%(price)s from %(day)s") % {"price": shown, "day": terms.day(day)}


def _shown(
    row: DeskRow,
    price: DeskPrice,
    typed: Mapping[Key, Typed],
    errors: Mapping[Key, str],
    margin_url: str,
) -> Shown:
    key = key_of(row, price)
    was_price, was_margin = words.price_text(price), words.margin_text(price)
    now = typed.get(key)
    several = len({one.resource_id for one in (*row.prices, *row.leveled)}) > 1
    named = {"name": row.name, "what": words.period(row)}
    parts = [words.kind(price.kind), price.resource if several else "", level(price.level)]
    return Shown(
        key=str(key),
        name=row.name,
        code=words.code(row),
        what=named["what"],
        resource=" · ".join(part for part in parts if part),
        is_published=row.is_published,
        is_typed=price.level.is_flat,
        margin_url=f"{margin_url}?{urlencode({'plan': row.plan_id})}" if margin_url else "",
        cost=words.unit_money(price.cost, price),
        cost_number="" if price.cost is None else f"{price.cost:f}",
        digits=words.digits_of(price),
        price=_typed_or_shown(price, now.price if now else was_price),
        margin=now.margin if now else was_margin,
        price_label=gettext("Price of %(name)s, %(what)s") % named,
        margin_label=gettext("Margin of %(name)s, %(what)s") % named,
        held=f"{was_price}|{was_margin}",
        source=words.source(price),
        tone="warn" if price.price is None else "",
        waiting=tuple(
            Waiting(
                scheduled_text(price, day=one.day, amount=one.price),
                f"{key}={one.day.isoformat()}",
            )
            for one in price.scheduled
        ),
        error=errors.get(key, ""),
    )


def _typed_or_shown(price: DeskPrice, text: str) -> str:
    return text if price.level.is_flat else words.unit_money(price.price, price)


def _columns() -> list[Column]:
    return [
        Column(gettext("Plan")),
        Column(gettext("Period"), 236),
        Column(gettext("Cost"), 100, numeric=True),
        Column(gettext("Margin, %"), 112, numeric=True),
        Column(gettext("Price"), 124, numeric=True),
        Column(gettext("Made by"), 276),
    ]


def _url(query: Mapping[str, str], *, own: str) -> str:
    kept = {name: text for name, text in query.items() if name != "own"}
    return f"?{urlencode({**kept, **({'own': own} if own else {})})}"


def _number(text: str) -> int | None:
    """Read a place in the list; what is none counts as the first page."""
    known = text.isascii() and text.isdigit() and len(text) < 20
    return min(int(text), NUMBER_MAX) if known else None


def back_to(request: SignedInRequest, place: PricePlace) -> str:
    """Return the address of the list at a place."""
    return address(request.viewer, "price-manager", at=place.key)
