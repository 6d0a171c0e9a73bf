"""The seller's own prices of vendors' SKUs for usage, and the SKUs that its customers used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.queries import (
    SkuGoods,
    SkuPriceRow,
    SkuPriceVersion,
    sku_prices,
)
from entrepot.flows.price_import import business_date
from entrepot.flows.usage_prices import SkuInUse, used_skus
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.usage import words
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 50
USED_SHOWN = 50
_PAGES_MAX = 1_000
_SEARCH_MAX = 100

Bands = Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A price from a month on: one text per band, or that cost plus margins are charged."""

    since: str
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceShown:
    """One SKU with its own price; `now` is None before the first one begins."""

    name: str
    code: str
    basis: str
    now: VersionShown | None
    later: tuple[VersionShown, ...]
    earlier: tuple[VersionShown, ...]
    set_url: str


@dataclass(frozen=True, slots=True)
class UsedShown:
    """A SKU that was used, with the way to a price for it."""

    name: str
    code: str
    unit: str
    set_url: str


@screen(Capability.VIEW_PRICES)
def usage_prices(request: SignedInRequest) -> HttpResponse:
    """Show own prices by provider and SKU, and the used SKUs that one can be set for."""
    viewer = request.viewer
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    number = min(words.asked_number(request.GET.get("page", "")) or 1, _PAGES_MAX)
    size = page_size(request.GET, usual=PAGE_SIZE)
    page = sku_prices(
        viewer,
        today=business_date(today=viewer.today),
        limit=size,
        skip=(number - 1) * size,
        search=search,
    )
    used = used_skus(viewer, limit=USED_SHOWN, search=search)
    names = {(one.provider_name, one.sku_id): one.name for one in used}
    may_set = viewer.can(Capability.MANAGE_PRICES)
    set_url = address(viewer, "usage-price-set") if may_set else ""
    query = {"q": search} if search else {}
    context = {
        "columns": _columns(),
        "rows": [_shown(row, names, set_url) for row in page.rows],
        "used_columns": _used_columns(),
        "used": [_used(one, set_url) for one in used],
        "set_url": set_url,
        "query": search,
        "pager": keep_size(
            Pager(
                previous_url=_page_url(number - 1, query) if number > 1 else "",
                next_url=_page_url(number + 1, query) if page.has_next else "",
            ),
            request.GET,
        ),
    }
    return render(request, "screens/usage/prices.html", context)


def band_texts(bands: Bands, currency: str) -> tuple[str, ...]:
    """Write bands for people: `0 to 100: €0.50`; a single band is the price alone."""
    language = words.language()
    limits = [words.number(limit) for limit, _ in bands]
    prices = [formats.money(price, currency=currency, language=language) for _, price in bands]
    if len(bands) == 1:
        return (prices[0],)
    between = gettext("%(low)s to %(high)s: %(price)s")
    texts = [
        between % {"low": low, "high": high, "price": price}
        for (low, high), price in zip(pairwise(limits), prices, strict=False)
    ]
    above = gettext("above %(low)s: %(price)s")
    return (*texts, *(above % {"low": limits[-1], "price": prices[-1]} for _ in limits[-1:]))


def month_text(first_day: date) -> str:
    """Write the month that a price begins with."""
    return gettext("from %(month)s") % {"month": words.month(first_day)}


def _shown(row: SkuPriceRow, names: dict[tuple[str, str], str], set_url: str) -> PriceShown:
    goods = row.goods
    name = names.get((goods.provider_name, goods.sku_id), "")

    def version(one: SkuPriceVersion) -> VersionShown:
        return VersionShown(month_text(one.valid_from), band_texts(one.bands, goods.currency))

    return PriceShown(
        name=name or goods.sku_id,
        code=f"{goods.provider_name} · {goods.sku_id}" if name else goods.provider_name,
        basis=f"{goods.pricing_unit}, {goods.currency}",
        now=version(row.now) if row.now else None,
        later=tuple(version(one) for one in row.later),
        earlier=tuple(version(one) for one in row.earlier),
        set_url=_prefilled(set_url, goods),
    )


def _used(one: SkuInUse, set_url: str) -> UsedShown:
    goods = SkuGoods(one.provider_name, one.sku_id, one.pricing_unit, "")
    return UsedShown(
        name=one.name or one.sku_id,
        code=f"{one.provider_name} · {one.sku_id}" if one.name else one.provider_name,
        unit=one.pricing_unit,
        set_url=_prefilled(set_url, goods),
    )


def _prefilled(set_url: str, goods: SkuGoods) -> str:
    """Give the address of the form with the SKU filled in, empty for who may set nothing."""
    if not set_url:
        return ""
    given = {
        "provider": goods.provider_name,
        "sku": goods.sku_id,
        "unit": goods.pricing_unit,
        "currency": goods.currency,
    }
    return f"{set_url}?{urlencode({name: text for name, text in given.items() if text})}"


def _page_url(number: int, query: dict[str, str]) -> str:
    return f"?{urlencode({**query, 'page': number})}"


def _columns() -> list[Column]:
    return [
        Column(gettext("SKU")),
        Column(gettext("Price basis"), 170),
        Column(gettext("Own price"), 260),
        Column(gettext("Valid"), 190),
        Column(gettext("Previous prices"), 240),
        Column(gettext("Change"), 110, hidden_label=True),
    ]


def _used_columns() -> list[Column]:
    return [
        Column(gettext("SKU")),
        Column(gettext("Unit"), 200),
        Column(gettext("Change"), 190, hidden_label=True),
    ]
