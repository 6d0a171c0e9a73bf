"""The vendor's prices: what holds on the business date, and what is scheduled after it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.queries import PlanPrices, PriceLine, list_prices
from entrepot.domain.parties.roles import Capability
from entrepot.flows.price_import import business_date
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import reports, tabs
from entrepot.web.screens.subscriptions.words import segment
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 20
_SEARCH_MAX = 100


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price; `what` tells the prices of one plan apart, `plan` and `code` are given on each."""

    plan: str
    what: str
    code: str
    period: str
    market: str
    cost: str
    retail: str
    next_retail: str
    next_cost: str
    next_from: str


@screen(Capability.VIEW_PRICE_LISTS)
def price_list(request: SignedInRequest) -> HttpResponse:
    """Show plans by name with their current and scheduled prices."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    today = business_date(today=request.viewer.today)
    place = _place(request.GET.get("after", ""))
    page = list_prices(
        request.viewer,
        today=today,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=search,
        after=place,
    )
    query = {"q": search} if search else {}
    following = ""
    if page.after is not None:
        following = f"?{urlencode({**query, 'after': f'{page.after[1]}~{page.after[0]}'})}"
    context = {
        "crumbs": tabs.crumbs()[:1],
        "tabs": tabs.tabs("prices"),
        "columns": _columns(),
        "rows": [_row(plan, line) for plan in page.plans for line in plan.prices],
        "query": search,
        "today": today,
        "pager": keep_size(
            Pager(
                previous_url=f"?{urlencode(query)}" if place is not None else "", next_url=following
            ),
            request.GET,
        ),
    }
    return render(request, "screens/catalogue/prices.html", context)


def _row(plan: PlanPrices, line: PriceLine) -> PriceRow:
    def money(value: object) -> str:
        if value is None:
            return ""
        return formats.money(value, currency=line.currency, language=reports.language())  # type: ignore[arg-type]

    return PriceRow(
        plan=plan.name,
        what=_what(line),
        code=f"{plan.product_code}:{plan.sku_code}"
        + (f", {segment(plan.segment)}" if plan.segment else ""),
        period=reports.period(line.term_months, line.billing_months),
        market=line.market,
        cost=money(line.cost),
        retail=money(line.retail),
        next_retail=money(line.next_retail),
        next_cost=money(line.next_cost),
        next_from=reports.day(line.next_from) if line.next_from else "",
    )


def _what(line: PriceLine) -> str:
    """Say what the price is for where a plan may have several."""
    kinds = {
        PriceKind.SETUP: pgettext("price", "Set-up, once"),
        PriceKind.RENEWAL: pgettext("price", "Renewal, with each further term"),
        PriceKind.OVERUSE: pgettext("price", "Overuse"),
        PriceKind.USAGE: pgettext("price", "Pay as you go, factor"),
    }
    kind = kinds.get(line.kind)
    return f"{kind}: {line.resource}" if kind else line.resource


def _columns() -> list[Column]:
    return [
        Column(gettext("Plan")),
        Column(gettext("Period"), 210),
        Column(gettext("Market"), 90),
        Column(gettext("Cost"), 120, numeric=True),
        Column(gettext("Retail price"), 120, numeric=True),
        Column(gettext("Scheduled"), 170, numeric=True),
    ]


def _place(text: str) -> tuple[str, int] | None:
    """Read the place of a page; anything else is the first page."""
    number, _, name = text.replace("\0", "").partition("~")
    if not (number.isascii() and number.isdigit()) or len(number) > 19:
        return None
    return name[:250], min(int(number), NUMBER_MAX)
