"""What a change of prices or margins makes of coming renewals: the change and the run's own statements, then undone.

Nothing is calculated a second time. Prices are quoted as renewals would agree them, the change is made in a
transaction, they are quoted again, and the transaction is rolled back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import starmap
from typing import Any

from django.db import connection, transaction

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.parties.access import where
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import Level, PriceChange, change_prices
from entrepot.domain.resale.desk_quotes import PricePlace, Quote, Wanted, quoted
from entrepot.domain.resale.price_desk import DeskRow, desk_rows
from entrepot.kernel.money import PPM, exponent, round_amount

RENEWALS_MAX = 2_000
"""So many renewals are worked out, the next ones first; the others are counted."""

# Chains with the same market, sellers and currencies up to the viewer's tier have the same prices: one stands for all.
_RENEWALS = """
WITH sold AS (
    SELECT
        subscription.id,
        subscription.tenant_id,
        subscription.customer_name,
        subscription.plan_name,
        subscription.plan_period_id,
        subscription.chain_id,
        subscription.term_end,
        link.tier,
        sale.currency
    FROM subscription
    INNER JOIN plan_period AS period ON period.id = subscription.plan_period_id
    INNER JOIN plan ON plan.id = period.plan_id
    INNER JOIN service ON service.id = plan.service_id
    INNER JOIN chain_link AS link
        ON
            link.chain_id = subscription.chain_id
            AND link.tenant_id = subscription.tenant_id
            AND link.seller_id = %(seller)s
    INNER JOIN billing_account AS sale ON sale.id = link.billing_account_id
    WHERE
        {scope}
        AND subscription.status = 'active'
        AND subscription.auto_renew
        AND subscription.cancel_on IS NULL
        AND subscription.term_end >= %(day)s
        AND (%(periods)s::bigint[] IS NULL OR subscription.plan_period_id = ANY(%(periods)s::bigint[]))
        AND (%(plan)s::bigint IS NULL OR plan.id = %(plan)s::bigint)
        AND (%(category)s::bigint IS NULL OR plan.sales_category_id = %(category)s::bigint)
        AND (%(vendor)s::bigint IS NULL OR service.vendor_id = %(vendor)s::bigint)
),

next_ones AS (
    SELECT sold.*, count(*) OVER () AS total FROM sold ORDER BY sold.term_end, sold.id LIMIT %(limit)s
),

likeness AS (
    SELECT
        one.chain_id,
        min(one.chain_id) OVER (PARTITION BY one.market, one.sales, one.tier) AS standing_in
    FROM (
        SELECT
            chain.id AS chain_id,
            chain.market,
            mine.tier,
            string_agg(link.seller_id || ' ' || account.currency, ',' ORDER BY link.tier) AS sales
        FROM (SELECT DISTINCT next_ones.chain_id, next_ones.tier FROM next_ones) AS mine
        INNER JOIN chain ON chain.id = mine.chain_id
        INNER JOIN chain_link AS link ON link.chain_id = chain.id AND link.tier <= mine.tier
        INNER JOIN billing_account AS account ON account.id = link.billing_account_id
        GROUP BY chain.id, chain.market, mine.tier
    ) AS one
)

SELECT
    next_ones.total, next_ones.id, next_ones.customer_name, next_ones.plan_name, next_ones.plan_period_id,
    likeness.standing_in, next_ones.tier, next_ones.term_end, next_ones.currency, item.resource_id, item.quantity,
    coalesce(held.discount_ppm, 0), coalesce(held.units, '{{}}'), coalesce(held.prices, '{{}}')
FROM next_ones
INNER JOIN likeness ON likeness.chain_id = next_ones.chain_id
INNER JOIN subscription_item AS item
    ON item.tenant_id = next_ones.tenant_id AND item.subscription_id = next_ones.id AND item.quantity > 0
LEFT JOIN LATERAL (
    SELECT
        max(agreed.discount_ppm) AS discount_ppm,
        array_agg(
            units_at_level(agreed.model, agreed.lower_limit, agreed.upper_limit, item.quantity) ORDER BY agreed.level
        ) AS units,
        array_agg(agreed.unit_price ORDER BY agreed.level) AS prices
    FROM agreed_price AS agreed
    WHERE
        agreed.item_id = item.id
        AND agreed.tier = next_ones.tier
        AND agreed.kind = 'recurring'
        AND agreed.valid_to IS NULL
) AS held ON TRUE
ORDER BY next_ones.term_end, next_ones.id, item.position, item.id"""


@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal: amounts of one billing period without tax, after the agreed discount.

    `agreed` is what is charged now. `before` is what the renewal would agree without the change, `after` with it;
    None where a price or rate is missing.
    """

    subscription_id: int
    customer: str
    plan: str
    renews_on: date
    currency: str
    quantity: Decimal
    agreed: Decimal | None
    before: Decimal | None
    after: Decimal | None
    cost: Decimal | None

    @property
    def is_affected(self) -> bool:
        """Tell whether the change makes a difference to it."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Total:
    """The affected renewals of one currency, added up: amounts of one billing period each."""

    currency: str
    renewals: int
    before: Decimal
    after: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a change would do.

    `looked_at` of `renewals` coming ones on the goods were worked out; `affected` are those that change, the next
    ones first; `totals` add up the affected ones with known amounts, by currency.
    """

    renewals: int
    looked_at: int
    affected: tuple[Renewal, ...]
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One item of a renewal as it is read."""

    subscription_id: int
    customer: str
    plan: str
    wanted: Wanted
    currency: str
    resource_id: int
    quantity: Decimal
    discount_ppm: int
    agreed_units: Sequence[Decimal]
    agreed_prices: Sequence[Decimal]


_Part = tuple[Decimal, Decimal]
"""Units and the price of one, of one level of a price."""


def simulate(
    viewer: Viewer,
    *,
    change: Callable[[], object],
    valid_from: date,
    period_ids: Sequence[int] | None = None,
    level: Level | None = None,
) -> Simulation:
    """Say what a change of the viewer's own prices from a day on would make of its renewals; nothing stays changed.

    `change` calls the commands; only renewals of the plan periods, or of what the level covers, are looked at.
    Raises: what the commands raise.
    """
    total, lines = _lines(viewer, valid_from, period_ids, level or Level())
    wanted = list(dict.fromkeys(one.wanted for one in lines))
    with transaction.atomic():
        before = quoted(wanted)
        change()
        after = quoted(wanted)
        transaction.set_rollback(True)
    renewals = _renewals(lines, before, after)
    affected = tuple(one for one in renewals if one.is_affected)
    return Simulation(total, len(renewals), affected, tuple(_totals(affected)))


def _lines(
    viewer: Viewer, day: date, period_ids: Sequence[int] | None, level: Level
) -> tuple[int, list[_Line]]:
    scope = where(viewer, "subscription")
    given: dict[str, Any] = {
        **scope.params,
        "seller": viewer.account_id,
        "day": day,
        "periods": None if period_ids is None else list(period_ids),
        "plan": level.plan_id,
        "category": level.sales_category_id,
        "vendor": level.vendor_id,
        "limit": RENEWALS_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENEWALS.format(scope=scope.text), given)
        rows = cursor.fetchall()
    return (rows[0][0] if rows else 0), list(starmap(_line, (row[1:] for row in rows)))


def _line(
    number: int,
    customer: str,
    plan: str,
    period: int,
    chain: int,
    tier: int,
    renews_on: date,
    *rest: Any,
) -> _Line:
    return _Line(number, customer, plan, Wanted(chain, tier, period, renews_on), *rest)


def _renewals(
    lines: Iterable[_Line],
    before: Mapping[Wanted, tuple[Quote, ...]],
    after: Mapping[Wanted, tuple[Quote, ...]],
) -> list[Renewal]:
    by_number: dict[int, list[_Line]] = {}
    for line in lines:
        by_number.setdefault(line.subscription_id, []).append(line)
    made = []
    for number, found in by_number.items():
        first = found[0]
        made.append(
            Renewal(
                subscription_id=number,
                customer=first.customer,
                plan=first.plan,
                renews_on=first.wanted.on_day,
                currency=first.currency,
                quantity=first.quantity,
                agreed=_sum(found, _agreed),
                before=_sum(found, lambda line: _prices(line, before)),
                after=_sum(found, lambda line: _prices(line, after)),
                cost=_sum(found, lambda line: _costs(line, after), discounted=False),
            )
        )
    return made


def _sum(
    lines: Sequence[_Line],
    parts_of: Callable[[_Line], Sequence[_Part]],
    *,
    discounted: bool = True,
) -> Decimal | None:
    """Add up the lines of a period as its charges would be rounded: list, then discount; None if none is known."""
    amounts = []
    for line in lines:
        for units, price in parts_of(line):
            digits = exponent(line.currency)
            listed = round_amount(price * units, exp=digits)
            ppm = line.discount_ppm if discounted else 0
            amounts.append(listed - round_amount(listed * ppm / PPM, exp=digits))
    return sum(amounts, Decimal(0)) if amounts else None


def _agreed(line: _Line) -> Sequence[_Part]:
    return list(zip(line.agreed_units, line.agreed_prices, strict=True))


def _levels(line: _Line, quotes: Mapping[Wanted, tuple[Quote, ...]]) -> list[Quote]:
    return [
        one
        for one in quotes.get(line.wanted, ())
        if one.resource_id == line.resource_id
        and one.kind is PriceKind.RECURRING
        and one.problem is None
    ]


def _prices(line: _Line, quotes: Mapping[Wanted, tuple[Quote, ...]]) -> Sequence[_Part]:
    return [
        (one.level.units_of(line.quantity), one.price)
        for one in _levels(line, quotes)
        if one.price is not None
    ]


def _costs(line: _Line, quotes: Mapping[Wanted, tuple[Quote, ...]]) -> Sequence[_Part]:
    return [
        (one.level.units_of(line.quantity), one.cost)
        for one in _levels(line, quotes)
        if one.cost is not None
    ]


def _totals(affected: Iterable[Renewal]) -> list[Total]:
    sums: dict[str, Total] = {}
    for one in affected:
        if one.before is None or one.after is None or one.cost is None:
            continue
        known = sums.get(one.currency, Total(one.currency, 0, Decimal(0), Decimal(0), Decimal(0)))
        sums[one.currency] = Total(
            one.currency,
            known.renewals + 1,
            known.before + one.before,
            known.after + one.after,
            known.cost + one.cost,
        )
    return [sums[currency] for currency in sorted(sums)]


@dataclass(frozen=True, slots=True)
class PricePreview:
    """Plan periods with their prices on the day without and with a change, and what it makes of renewals."""

    before: tuple[DeskRow, ...]
    after: tuple[DeskRow, ...]
    simulation: Simulation


def preview_prices(
    viewer: Viewer,
    *,
    place: PricePlace,
    changes: Sequence[PriceChange],
    valid_from: date,
    business_date: date,
    now: datetime,
) -> PricePreview:
    """Say what own prices from a day on would change; nothing is written. Prices below cost do not stop it.

    Raises: what `change_prices` raises.
    """
    periods = list(dict.fromkeys(one.goods.plan_period_id for one in changes))
    seen: list[tuple[DeskRow, ...]] = []

    def look() -> None:
        seen.append(desk_rows(viewer, place=place, period_ids=periods, on_day=valid_from))

    def change() -> None:
        change_prices(
            seller_id=viewer.account_id,
            changes=changes,
            valid_from=valid_from,
            business_date=business_date,
            actor=viewer.actor(),
            now=now,
            confirmed=True,
        )
        look()

    look()
    simulation = simulate(viewer, change=change, valid_from=valid_from, period_ids=periods)
    return PricePreview(seen[0], seen[1], simulation)
