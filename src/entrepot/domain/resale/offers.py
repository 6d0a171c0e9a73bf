"""The marketplace's reads: what a seller shows, for whom, and at which prices the viewer may see them.

Plans are those that the buyer's chain of sellers publishes. Prices are the quotes of the daily run for one chain; what
is shown of them follows `parties/visibility.py` (decision 11).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.levels import FLAT, PriceLevel
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource, SalesCategory
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.buyers import Buyer, Market
from entrepot.domain.resale.queries import plan_values
from entrepot.domain.resale.quotes import QuotedPrice, quote_periods
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind

LIMIT_MAX = 200
WORDS_MAX = 6
NO_CATEGORY = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """A sales category with the number of plans that match; `id` 0 holds the plans without one."""

    id: int
    name: str
    icon: str
    plans: int


@dataclass(frozen=True, slots=True)
class OfferPrice:
    """A unit price as the viewer may see it: None for what is not shown, in the currency of that sale.

    Of a price with levels this is the lowest one, with the others in `higher`.
    """

    currency: str
    price: Decimal | None
    cost: Decimal | None
    level: PriceLevel = FLAT
    higher: tuple["OfferPrice", ...] = ()

    @property
    def margin(self) -> Decimal | None:
        """The margin as a share of the price; None unless both amounts are known and the price is above zero."""
        if self.price is None or self.cost is None or self.price == 0:
            return None
        return (self.price - self.cost) / self.price


@dataclass(frozen=True, slots=True)
class OfferResource:
    """A resource of a plan. `unit` holds texts by language; measured ones come with the others and are not chosen.

    `included` units per chosen unit are free before overuse starts.
    """

    id: int
    name: str
    unit: Mapping[str, str]
    included: Decimal
    is_measured: bool


@dataclass(frozen=True, slots=True)
class OfferPeriod:
    """A period that a plan is sold for; months and days. `prices` by resource id and kind.

    `is_priced`: all tiers of the chain have a price for what is chosen, so it can be ordered.
    """

    id: int
    term_months: int
    billing_months: int
    trial_days: int
    prices: Mapping[tuple[int, PriceKind], OfferPrice]
    is_priced: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it is sold, with its periods from the shortest term on."""

    id: int
    name: str
    description: str
    service: str
    vendor: str
    vendor_id: int
    icon: str
    shelf: str
    product_code: str
    sku_code: str
    is_usage: bool
    resources: tuple[OfferResource, ...]
    periods: tuple[OfferPeriod, ...]

    @property
    def chosen(self) -> tuple[OfferResource, ...]:
        """The resources that a buyer gives a number of."""
        return tuple(one for one in self.resources if not one.is_measured)

    @property
    def cheapest(self) -> OfferPeriod | None:
        """The period with the lowest price of the first resource per month, the shorter term of equal ones."""
        first = self.chosen[0].id if self.chosen else 0
        amounts = [
            (shown.price / period.billing_months, period.term_months, period)
            for period in self.periods
            if (shown := period.prices.get((first, PriceKind.RECURRING))) is not None
            and shown.price is not None
            and period.is_priced
        ]
        return min(amounts, key=lambda one: one[:2])[2] if amounts else None


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One page of plans by name; `shelves` count everything that the search finds; `after` leads to the next page."""

    rows: tuple[Offer, ...]
    shelves: tuple[Shelf, ...]
    after: int | None


def list_offers(
    viewer: Viewer,
    *,
    buyer: Buyer,
    on_day: date,
    limit: int,
    search: str = "",
    category_id: int | None = None,
    after: int | None = None,
) -> OfferPage:
    """Give a page of the plans that are sold to a buyer, with the prices of a day; at most 200.

    Every word of `search` (six at most) is looked for in names and codes. `category_id` 0 is "without one". The number
    of statements does not depend on the number of plans.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    with connection.cursor() as cursor:
        found = statement("entrepot.domain.resale", "offers_page").rows(
            cursor,
            seller_path=list(buyer.seller_ids),
            language=viewer.language,
            in_customer_panel=viewer.panel is Panel.CUSTOMER,
            patterns=search_patterns(search),
            category_id=category_id,
            after_id=after,
            size=size + 1,
        )
    counts = json.loads(found[0][0]) if isinstance(found[0][0], str) else found[0][0]
    plans = [number for _, number in found if number is not None]
    offers = _offers(viewer, plans[:size], buyer=buyer, on_day=on_day)
    return OfferPage(
        rows=tuple(offers[number] for number in plans[:size]),
        shelves=_shelves({int(key): plans for key, plans in counts.items()}, viewer.language),
        after=plans[size - 1] if len(plans) > size else None,
    )


def offer_of(viewer: Viewer, *, plan_id: int, buyer: Buyer, on_day: date) -> Offer:
    """Give one plan that is sold to a buyer. Raises: NoSuchObject, also for one that is not sold or not displayed."""
    if not _sold(viewer, [plan_id], buyer=buyer):
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    return _offers(viewer, [plan_id], buyer=buyer, on_day=on_day)[plan_id]


def offers_of_periods(
    viewer: Viewer, *, period_ids: Sequence[int], buyer: Buyer, on_day: date
) -> Mapping[int, Offer]:
    """Give the plans of periods by the period's id; what is not sold to the buyer any more is left out."""
    plans = dict(PlanPeriod.objects.filter(pk__in=period_ids).values_list("id", "plan_id"))
    sold = _sold(viewer, list(plans.values()), buyer=buyer)
    offers = _offers(viewer, sold, buyer=buyer, on_day=on_day)
    return {
        period: offers[plan]
        for period, plan in plans.items()
        if plan in offers and any(one.id == period for one in offers[plan].periods)
    }


def offers_of_plans(
    viewer: Viewer, *, plan_ids: Sequence[int], buyer: Buyer, on_day: date
) -> Mapping[int, Offer]:
    """Give plans that are sold to the buyer by their id; the others are left out."""
    sold = _sold(viewer, plan_ids, buyer=buyer)
    return _offers(viewer, sold, buyer=buyer, on_day=on_day) if sold else {}


def text_in(texts: Mapping[str, str] | None, *, language: str, fallback: str = "") -> str:
    """Give the text of a language, else the English one, else the fallback."""
    known = texts or {}
    return known.get(language) or known.get("en") or fallback


def _sold(viewer: Viewer, plan_ids: Sequence[int], *, buyer: Buyer) -> list[int]:
    """Keep the plans that the buyer's seller publishes, for customers those that their panel displays."""
    values = plan_values(plan_ids=plan_ids, seller_path=buyer.seller_path)
    if viewer.panel is not Panel.CUSTOMER:
        return [number for number, value in values.items() if value.is_published]
    hidden = SalesCategory.objects.filter(display_in_customer_panel=False)
    shelves = set(hidden.values_list("id", flat=True))
    return [
        number
        for number, value in values.items()
        if value.is_published
        and value.display_in_customer_panel
        and value.sales_category_id not in shelves
    ]


def search_patterns(search: str) -> list[str]:
    """Make a LIKE pattern of each of the first six words, in which every character stands for itself."""
    words = search.replace("\0", "").lower().split()[:WORDS_MAX]
    signs = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
    return [f"%{word.translate(signs)}%" for word in words]


def _shelves(counts: Mapping[int, int], language: str) -> tuple[Shelf, ...]:
    rows = SalesCategory.objects.filter(pk__in=counts).order_by("position", "id")
    shelves = [
        Shelf(row.id, text_in(row.name, language=language, fallback=row.code), row.icon, plans)
        for row in rows
        if (plans := counts[row.id])
    ]
    rest = counts.get(NO_CATEGORY, 0)
    return (*shelves, *([Shelf(NO_CATEGORY, "", "package", rest)] if rest else []))


class _SoldPeriod(NamedTuple):
    """What is read of a plan's period; rows of the model cost a list twice as much."""

    id: int
    term_months: int
    billing_months: int
    trial_days: int


_RESOURCE = (
    "resource_id",
    "resource__name",
    "resource__unit",
    "included",
    "resource__is_measured",
)
"""The fields of an `OfferResource`, in its order."""


def _offers(
    viewer: Viewer, plan_ids: Sequence[int], *, buyer: Buyer, on_day: date
) -> dict[int, Offer]:
    """Read plans with their resources, periods and prices, in a fixed number of statements."""
    plans = Plan.objects.filter(pk__in=plan_ids).select_related("service__vendor")
    values = plan_values(plan_ids=plan_ids, seller_path=buyer.seller_path)
    shelves = SalesCategory.objects.in_bulk([v.sales_category_id for v in values.values()])
    resources: dict[int, list[OfferResource]] = {number: [] for number in plan_ids}
    offered = PlanResource.objects.filter(plan_id__in=plan_ids).order_by("position", "id")
    for plan_id, *facts in offered.values_list("plan_id", *_RESOURCE):
        resources[plan_id].append(OfferResource(*facts))
    periods: dict[int, list[_SoldPeriod]] = {number: [] for number in plan_ids}
    active = PlanPeriod.objects.filter(plan_id__in=plan_ids, is_active=True)
    for plan_id, *facts in active.order_by("term_months", "billing_months").values_list(
        "plan_id", *_SoldPeriod._fields
    ):
        periods[plan_id].append(_SoldPeriod(*facts))
    quotes = _quotes(buyer.market, [p.id for found in periods.values() for p in found], on_day)
    offers = {}
    for plan in plans:
        value = values[plan.id]
        shelf = shelves.get(value.sales_category_id or 0)
        language = viewer.language
        offers[plan.id] = Offer(
            id=plan.id,
            name=text_in(value.name, language=language, fallback=plan.name),
            description=text_in(value.description, language=language),
            service=plan.service.name,
            vendor=plan.service.vendor.name,
            vendor_id=plan.service.vendor_id,
            icon=plan.service.icon,
            shelf=text_in(shelf.name, language=language) if shelf else "",
            product_code=plan.product_code,
            sku_code=plan.sku_code,
            is_usage=plan.is_usage,
            resources=tuple(resources[plan.id]),
            periods=tuple(
                _period(row, plan, resources[plan.id], quotes.get(row.id, ()), buyer.market)
                for row in periods[plan.id]
            ),
        )
    return offers


def _quotes(
    market: Market | None, period_ids: Sequence[int], on_day: date
) -> Mapping[int, Sequence[QuotedPrice]]:
    if market is None:
        return {}
    return quote_periods(
        chain_id=market.chain_id, plan_period_ids=period_ids, tiers=market.tiers, on_day=on_day
    )


def _period(
    row: _SoldPeriod,
    plan: Plan,
    resources: Sequence[OfferResource],
    quoted: Sequence[QuotedPrice],
    market: Market | None,
) -> OfferPeriod:
    by_level: dict[tuple[int, PriceKind], list[OfferPrice]] = {}
    for one in quoted:
        if market is not None and one.tier == market.tier and one.problem is None:
            shown = OfferPrice(
                currency=one.currency,
                price=one.unit_price if market.sees_price else None,
                cost=one.unit_cost if market.sees_cost else None,
                level=one.level,
            )
            by_level.setdefault((one.resource_id, one.kind), []).append(shown)
    prices = {
        key: replace(lowest, higher=tuple(higher)) for key, (lowest, *higher) in by_level.items()
    }
    kind = PriceKind.USAGE if plan.is_usage else PriceKind.RECURRING
    known = {(q.tier, q.resource_id) for q in quoted if q.kind is kind and q.problem is None}
    needed = {
        (tier, one.id)
        for tier in range(1, market.tiers + 1 if market else 1)
        for one in resources
        if not one.is_measured
    }
    return OfferPeriod(
        id=row.id,
        term_months=row.term_months,
        billing_months=row.billing_months,
        trial_days=row.trial_days,
        prices=prices,
        is_priced=bool(needed) and needed <= known,
    )
