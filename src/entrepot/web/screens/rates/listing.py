"""Exchange rates by day, and the pairs for which subscriptions wait."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.missing_rates import MissingRate, missing_rates
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.rates import RateRow, list_rates
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 25
_CODE_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One rate as the list shows it."""

    pair: str
    rate: str
    day: str
    source: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pair without a rate."""

    pair: str
    waiting: str
    set_url: str


@screen(Capability.VIEW_PRICE_LISTS)
def rate_list(request: SignedInRequest) -> HttpResponse:
    """Show all rates, the newest first, below what is missing."""
    viewer = request.viewer
    search = request.GET.get("q", "").replace("\0", "").strip().upper()[:_CODE_LENGTH]
    place = _place(request.GET.get("before", ""))
    page = list_rates(limit=page_size(request.GET, usual=PAGE_SIZE), currency=search, before=place)
    query = {"q": search} if search else {}
    following = ""
    if page.before is not None:
        day, number = page.before
        following = f"?{urlencode({**query, 'before': f'{day.isoformat()}.{number}'})}"
    first = f"?{urlencode(query)}" if place is not None else ""
    may_set = viewer.can(Capability.MANAGE_PRICES)
    context = {
        "columns": [
            Column(gettext("Pair")),
            Column(gettext("Rate"), 190, numeric=True),
            Column(gettext("From day"), 150, numeric=True),
            Column(gettext("Source"), 260),
        ],
        "rows": [_shown(row) for row in page.rows],
        "missing": [_wanted(one, may_set=may_set) for one in missing_rates(viewer)],
        "missing_columns": [
            Column(gettext("Pair"), 200),
            Column(gettext("Waiting")),
            Column(gettext("Next step"), 200, hidden_label=True),
        ],
        "query": search,
        "set_url": reverse("provider:exchange-rate-set") if may_set else "",
        "pager": keep_size(Pager(previous_url=first, next_url=following), request.GET),
    }
    return render(request, "screens/rates/list.html", context)


def _shown(row: RateRow) -> Shown:
    return Shown(
        pair=f"1 {row.from_currency} = {row.to_currency}",
        rate=formats.quantity(row.rate.normalize(), language=words.language()),
        day=words.day(row.on_date, "short"),
        source=row.source,
        is_newest=row.is_newest,
    )


def _wanted(one: MissingRate, *, may_set: bool) -> Wanted:
    query = urlencode({"from": one.from_currency, "to": one.to_currency})
    waiting = ngettext(
        "%(n)s subscription is not billed", "%(n)s subscriptions are not billed", one.subscriptions
    )
    return Wanted(
        pair=f"{one.from_currency} → {one.to_currency}",
        waiting=waiting % {"n": words.number(one.subscriptions)},
        set_url=f"{reverse('provider:exchange-rate-set')}?{query}" if may_set else "",
    )


def _place(text: str) -> tuple[date, int] | None:
    """Read a place in the list; what is none counts as the first page."""
    day, _dot, number = text.partition(".")
    try:
        place = date.fromisoformat(day), int(number)
    except ValueError:
        return None
    return place if 0 < place[1] <= NUMBER_MAX else None
