"""The third step: a mark-up for everything, and own prices for single plans beside what the seller above asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.commands import Setup
from entrepot.domain.parties.kinds import SetupStep
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import PriceChange, change_prices
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.margins import price_by_percent
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow, desk_page, desk_rows
from entrepot.flows.price_import import business_date
from entrepot.flows.seller_setup import (
    default_markup_ppm,
    end_step,
    markup_share,
    open_setup,
    price_place,
    set_default_markup,
)
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import round_amount
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.prices import words
from entrepot.web.screens.prices.typed import Key, key_of, read_key
from entrepot.web.screens.setup.steps import frame, onward
from entrepot.web.ui.numbers import read_amount
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 25
_SEARCH_MAX = 100
_PERCENT_DIGITS = 6
_DECIMALS_MAX = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One price; `cost_number`, `price`, `percent` and `held` are what fields and scripts read."""

    key: str
    name: str
    what: str
    cost: str
    cost_number: str
    digits: int
    price: str
    percent: str
    held: str
    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was typed: changes to make, and by key what cannot be read with the typing."""

    changes: list[PriceChange]
    errors: Mapping[str, str]
    typed: Mapping[str, tuple[str, str]]


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def prices(request: SignedInRequest) -> HttpResponse:
    """Show what plans cost and are sold for; store the mark-up, a page of prices, or go on."""
    viewer = request.viewer
    setup = open_setup(viewer)
    place = price_place(viewer, setup)
    today = business_date(today=viewer.today)
    if request.method != "POST" or place is None:
        return _show(request, setup, place, today)
    act = request.POST.get("act", "")
    read = Read([], {}, {})
    try:
        if act == "markup":
            _store_markup(request, today)
            return HttpResponseRedirect(request.get_full_path())
        read = _read(viewer, request.POST, place, today)
        if read.errors:
            return _show(request, setup, place, today, read=read, status=422)
        changed = change_prices(
            seller_id=viewer.account_id,
            changes=read.changes,
            valid_from=today,
            business_date=today,
            confirmed=request.POST.get("confirmed") == "1",
            source="setup",
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
        if changed:
            text = ngettext("%(n)s price is set.", "%(n)s prices are set.", changed)
            messages.success(request, text % {"n": home_words.number(changed)})
        if act == "stay":
            return HttpResponseRedirect(request.get_full_path())
        done = end_step(
            viewer,
            step=SetupStep.PRICES,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        text = error.text(translate=gettext)
        return _show(request, setup, place, today, read=read, refused=text, status=409)
    return onward(viewer, done, after=SetupStep.PRICES)


def _show(
    request: SignedInRequest,
    setup: Setup,
    place: PricePlace | None,
    today: date,
    *,
    read: Read | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    after = number_in(request.GET.get("after", ""))
    ppm = default_markup_ppm(viewer, on_day=today)
    context = {
        **frame(viewer, setup, here=SetupStep.PRICES),
        "place": place,
        "markup": request.POST.get("percent", "")[:20] or _percent(ppm),
        "has_markup": ppm is not None,
        "refused": refused,
        "query": search,
        "columns": [
            Column(gettext("Plan")),
            Column(gettext("Period"), 250),
            Column(gettext("Mark-up, %"), 112, numeric=True),
            Column(gettext("Your price"), 130, numeric=True),
            Column(gettext("Provider's price"), 140, numeric=True),
            Column(gettext("Made by"), 190),
        ],
    }
    if place is not None:
        page = desk_page(
            viewer, place=place, on_day=today, limit=PAGE_SIZE, search=search, after=after
        )
        query = f"&q={search}" if search else ""
        context["rows"] = [
            _row(row, price, read or Read([], {}, {})) for row in page.rows for price in row.prices
        ]
        context["pager"] = Pager(
            previous_url=f"?{query[1:]}" if after is not None else "",
            next_url=f"?after={page.after}{query}" if page.after else "",
        )
    return render(request, "screens/setup/prices.html", context, status=status)


def _store_markup(request: SignedInRequest, today: date) -> None:
    """Read the mark-up in percent and set it. Raises: DomainError for a text that is no such number."""
    viewer = request.viewer
    percent = read_amount(
        request.POST.get("percent", "")[:20], field="percent", integer_digits_max=_PERCENT_DIGITS
    )
    set_default_markup(
        viewer,
        percent_ppm=int(round_amount(percent * 10_000, exp=0)),
        business_date=today,
        confirmed=request.POST.get("confirmed") == "1",
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    messages.success(request, gettext("Everything without an own price follows the mark-up."))


def _read(viewer: Viewer, posted: QueryDict, place: PricePlace, today: date) -> Read:
    """Read the rows of a page that were changed; the price counts before the mark-up."""
    keys: dict[Key, tuple[str, str]] = {}
    for name in posted:
        key = read_key(name.removeprefix("held-")) if name.startswith("held-") else None
        if key is None:
            continue
        typed = (posted.get(f"price-{key}", "").strip(), posted.get(f"percent-{key}", "").strip())
        if "|".join(typed) != posted[name]:
            keys[key] = typed
    rows = desk_rows(viewer, place=place, period_ids=[key.period_id for key in keys], on_day=today)
    known = {key_of(row, price): price for row in rows for price in row.prices}
    changes: list[PriceChange] = []
    errors: dict[str, str] = {}
    for key, (price, percent) in keys.items():
        if key not in known:
            continue
        held = posted.get(f"held-{key}", "").partition("|")[0]
        try:
            wanted = _wanted(known[key], price=price, percent=percent, held=held)
        except DomainError as error:
            errors[str(key)] = error.text(translate=gettext)
            continue
        changes.append(
            PriceChange(
                goods=key.goods(currency=place.currency),
                unit_price=wanted,
                unit_cost=known[key].cost,
            )
        )
    return Read(changes, errors, {str(key): typed for key, typed in keys.items()})


def _wanted(shown: DeskPrice, *, price: str, percent: str, held: str) -> Decimal | None:
    """Return the price that was typed, or the one that follows from the mark-up; None goes back to the mark-up."""
    if price != held or not percent or shown.cost is None:
        return read_amount(price, integer_digits_max=_DECIMALS_MAX) if price else None
    share = read_amount(percent, integer_digits_max=_PERCENT_DIGITS)
    return price_by_percent(
        basis=shown.cost,
        percent_ppm=int(round_amount(share * 10_000, exp=0)),
        digits=words.digits_of(shown),
    )


def _row(row: DeskRow, price: DeskPrice, read: Read) -> Row:
    key = str(key_of(row, price))
    share = markup_share(price=price.price, cost=price.cost)
    shown = (
        words.price_text(price),
        "" if share is None else _share(share),
    )
    typed = read.typed.get(key, shown)
    return Row(
        key=key,
        name=row.name,
        what=words.what(row, price),
        cost=words.unit_money(price.cost, price),
        cost_number="" if price.cost is None else f"{price.cost:f}",
        digits=words.digits_of(price),
        price=typed[0],
        percent=typed[1],
        held="|".join(shown),
        source=words.source(price),
        error=read.errors.get(key, ""),
    )


def _share(share: Decimal) -> str:
    percent = round_amount(share * 100, exp=words.PERCENT_DECIMALS)
    return words.typed(percent, digits=words.PERCENT_DECIMALS)


def _percent(ppm: int | None) -> str:
    return "" if ppm is None else words.typed(Decimal(ppm) / 10_000, digits=0)
