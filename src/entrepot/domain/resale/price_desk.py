"""The price manager's reads: plan periods with cost, margin and price, what is scheduled, and margins by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.db.models import F, Q

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.levels import FLAT, PriceLevel
from entrepot.domain.catalog.models import (
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    SalesCategory,
    Vendor,
)
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.desk_quotes import PricePlace, Quote, price_places, quotes_at
from entrepot.domain.resale.margins import margin_of
from entrepot.domain.resale.models import MarginBasis, MarginRule, SellerPrice
from entrepot.domain.resale.queries import plan_values
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import NUMBER_MAX, IdKind

LIMIT_MAX = 500
WORDS_MAX = 6


class Source(StrEnum):
    """What made a price: an own one, or the margin of a level."""

    OWN = "own"
    PLAN = "plan"
    CATEGORY = "category"
    VENDOR = "vendor"
    DEFAULT = "default"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What holds from a later day on: an own price, or None for back to margins."""

    day: date
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class DeskPrice:
    """The price of one resource and kind; amounts are per unit and billing period, factors for pay as you go.

    `percent_ppm` and `basis` are those of the margin that made it.
    """

    resource_id: int
    resource: str
    kind: PriceKind
    currency: str
    cost: Decimal | None
    price: Decimal | None
    retail: Decimal | None
    retail_currency: str | None
    source: Source
    basis: MarginBasis | None
    percent_ppm: int | None
    scheduled: tuple[Scheduled, ...]
    problem: str | None
    level: PriceLevel = FLAT

    @property
    def margin(self) -> Decimal | None:
        """The margin as a share of the price; None where it is not known."""
        return margin_of(price=self.price, cost=self.cost)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One plan period with its prices; months. `name` is the plan's as the seller shows it.

    Prices with levels stand apart in `leveled`, one for each: margins make them, they have no own ones.
    """

    period_id: int
    plan_id: int
    name: str
    product_code: str
    sku_code: str
    segment: str
    is_usage: bool
    is_published: bool
    term_months: int
    billing_months: int
    prices: tuple[DeskPrice, ...]
    leveled: tuple[DeskPrice, ...]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page of plan periods by name of the plan; `after` is the last period's id, None on the last page."""

    rows: tuple[DeskRow, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class MarginRow:
    """A margin of a level in its span of days; `name` is the plan's, category's or vendor's, empty for the default.

    `number` is the id of that plan, category or vendor, None for the default.
    """

    id: int
    source: Source
    number: int | None
    name: str
    basis: MarginBasis
    percent_ppm: int
    digits: int | None
    valid_from: date
    valid_to: date | None


def places_of(viewer: Viewer) -> tuple[PricePlace, ...]:
    """Give where the viewer's account sells (see `price_places`)."""
    return price_places(seller_id=viewer.account_id)


def desk_page(
    viewer: Viewer,
    *,
    place: PricePlace,
    on_day: date,
    limit: int,
    search: str = "",
    own_only: bool = False,
    after: int | None = None,
) -> DeskPage:
    """Give plan periods that the viewer may sell, with its prices at a place on a day; at most 500.

    Every word of `search` (six at most) is looked for in names and codes. `own_only` leaves out what margins make.
    The number of statements does not depend on the number of rows.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    with connection.cursor() as cursor:
        found = statement("entrepot.domain.resale", "desk_page").rows(
            cursor,
            seller_path=path_of(viewer),
            language=viewer.language,
            patterns=patterns_of(search),
            own_currency=place.currency if own_only else None,
            on_day=on_day,
            after_id=after,
            size=size + 1,
        )
    shown = found[:size]
    rows = _rows(viewer, place, {number: (name, is_out) for number, name, is_out in shown}, on_day)
    return DeskPage(rows, shown[-1][0] if len(found) > size else None)


def desk_rows(
    viewer: Viewer, *, place: PricePlace, period_ids: Sequence[int], on_day: date
) -> tuple[DeskRow, ...]:
    """Give plan periods as `desk_page` does; those that the viewer may not sell are left out."""
    with connection.cursor() as cursor:
        found = statement("entrepot.domain.resale", "desk_periods").rows(
            cursor,
            seller_path=path_of(viewer),
            language=viewer.language,
            period_ids=list(period_ids),
        )
    return _rows(viewer, place, {number: (name, is_out) for number, name, is_out in found}, on_day)


def margin_rules(viewer: Viewer, *, on_day: date) -> tuple[MarginRow, ...]:
    """Give the viewer's margins that hold on a day or begin later, the widest level first; at most 500."""
    rows = (
        visible(viewer, MarginRule)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on_day))
        .select_related("plan", "sales_category", "vendor")
        .order_by(
            F("plan_id").asc(nulls_first=True),
            F("sales_category_id").asc(nulls_first=True),
            F("vendor_id").asc(nulls_first=True),
            "valid_from",
        )[:LIMIT_MAX]
    )
    return tuple(_margin_row(row, viewer.language) for row in rows)


def level_choices(
    viewer: Viewer,
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    """Give the sales categories and the vendors that a margin can be set for: ids with names, in order."""
    categories = SalesCategory.objects.order_by("position", "id")[:LIMIT_MAX]
    vendors = Vendor.objects.order_by("name", "id")[:LIMIT_MAX]
    return (
        tuple((row.id, _in_language(row.name, viewer.language, row.code)) for row in categories),
        tuple((row.id, row.name) for row in vendors),
    )


def plan_name(viewer: Viewer, *, plan_id: int) -> str:
    """Give the name of a plan that the viewer may sell. Raises: NoSuchObject."""
    if not 0 < plan_id <= NUMBER_MAX:
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    path = path_of(viewer)
    above = "".join(f"{number}." for number in path[:-1])
    known = plan_values(plan_ids=[plan_id], seller_path=above).get(plan_id)
    own = plan_values(plan_ids=[plan_id], seller_path=viewer.account_path).get(plan_id)
    if (
        known is None
        or own is None
        or not (len(path) == 1 or known.is_published or own.is_published)
    ):
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    fallback = Plan.objects.values_list("name", flat=True).get(pk=plan_id)
    return _in_language(own.name or {}, viewer.language, fallback)


def path_of(viewer: Viewer) -> list[int]:
    """Give the sellers from the provider down to the viewer's account."""
    return [int(part) for part in viewer.account_path.split(".") if part]


def _rows(
    viewer: Viewer, place: PricePlace, shown: Mapping[int, tuple[str, bool]], on_day: date
) -> tuple[DeskRow, ...]:
    """Read periods with their prices, in a fixed number of statements."""
    periods = PlanPeriod.objects.select_related("plan").in_bulk(list(shown))
    quotes = quotes_at(place, seller_id=viewer.account_id, period_ids=list(shown), on_day=on_day)
    resources = PlanResource.objects.filter(plan_id__in={one.plan_id for one in periods.values()})
    places = {
        (row.plan_id, row.resource_id): row.position for row in resources.order_by("position")
    }
    names = dict(Resource.objects.filter(pk__in={r for _, r in places}).values_list("id", "name"))
    rules = visible(viewer, MarginRule).in_bulk(
        {one.margin_rule_id for found in quotes.values() for one in found if one.margin_rule_id}
    )
    waiting = _scheduled(viewer, place, list(shown), on_day)
    rows = []
    for number, (name, is_published) in shown.items():
        period = periods[number]
        found = sorted(
            quotes[number], key=lambda one: places.get((period.plan_id, one.resource_id), 0)
        )
        shown_prices = tuple(
            _price(
                one,
                name=names.get(one.resource_id, ""),
                rule=rules.get(one.margin_rule_id or 0),
                scheduled=waiting.get((number, one.resource_id, one.kind), ()),
            )
            for one in found
        )
        rows.append(
            DeskRow(
                period_id=number,
                plan_id=period.plan_id,
                name=name,
                product_code=period.plan.product_code,
                sku_code=period.plan.sku_code,
                segment=period.plan.segment,
                is_usage=period.plan.is_usage,
                is_published=is_published,
                term_months=period.term_months,
                billing_months=period.billing_months,
                prices=tuple(one for one in shown_prices if one.level.is_flat),
                leveled=tuple(one for one in shown_prices if not one.level.is_flat),
            )
        )
    return tuple(rows)


def _price(
    one: Quote, *, name: str, rule: MarginRule | None, scheduled: tuple[Scheduled, ...]
) -> DeskPrice:
    source = Source.NONE
    if one.seller_price_id is not None:
        source = Source.OWN
    elif rule is not None:
        source = _source(rule)
    return DeskPrice(
        resource_id=one.resource_id,
        resource=name,
        kind=one.kind,
        currency=one.currency,
        cost=one.cost,
        price=one.price,
        retail=one.retail,
        retail_currency=one.retail_currency,
        source=source,
        basis=MarginBasis(rule.basis) if rule else None,
        percent_ppm=rule.percent_ppm if rule else None,
        scheduled=scheduled,
        problem=one.problem,
        level=one.level,
    )


def _scheduled(
    viewer: Viewer, place: PricePlace, period_ids: Sequence[int], on_day: date
) -> dict[tuple[int, int, PriceKind], tuple[Scheduled, ...]]:
    """Read own prices that begin after a day, and the ends of own prices that no other one follows."""
    rows = visible(viewer, SellerPrice).filter(
        Q(valid_to=None) | Q(valid_to__gt=on_day),
        plan_period_id__in=period_ids,
        currency=place.currency,
    )
    found: dict[tuple[int, int, PriceKind], dict[date, Decimal | None]] = {}
    for row in rows.order_by("valid_from"):
        days = found.setdefault((row.plan_period_id, row.resource_id, PriceKind(row.kind)), {})
        if row.valid_from > on_day:
            days[row.valid_from] = row.unit_price
        if row.valid_to is not None:
            days.setdefault(row.valid_to, None)
    return {
        key: tuple(Scheduled(day, price) for day, price in sorted(days.items()))
        for key, days in found.items()
        if days
    }


def _source(rule: MarginRule) -> Source:
    if rule.plan_id is not None:
        return Source.PLAN
    if rule.sales_category_id is not None:
        return Source.CATEGORY
    return Source.VENDOR if rule.vendor_id is not None else Source.DEFAULT


def _margin_row(row: MarginRule, language: str) -> MarginRow:
    source = _source(row)
    name = ""
    if row.plan is not None:
        name = row.plan.name
    elif row.sales_category is not None:
        name = _in_language(row.sales_category.name, language, row.sales_category.code)
    elif row.vendor is not None:
        name = row.vendor.name
    return MarginRow(
        id=row.id,
        source=source,
        number=row.plan_id or row.sales_category_id or row.vendor_id,
        name=name,
        basis=MarginBasis(row.basis),
        percent_ppm=row.percent_ppm,
        digits=row.digits,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _in_language(texts: Mapping[str, str], language: str, fallback: str) -> str:
    return texts.get(language) or texts.get("en") or fallback


def patterns_of(search: str) -> list[str]:
    """Make a LIKE pattern of each word, in which every character stands for itself."""
    words = search.replace("\0", "").lower().split()[:WORDS_MAX]
    signs = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
    return [f"%{word.translate(signs)}%" for word in words]
