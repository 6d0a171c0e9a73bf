"""From the charges with and without an action to price, cost and margin of one sale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from entrepot.flows.effects.ahead import Ahead, SeenCharge
from entrepot.kernel.money import round_amount
from entrepot.kernel.periods import DayFraction

_USAGE = "usage"
"""Pay-as-you-go use is charged with or without the action."""
_OVERUSE = "overuse"
_BY_PERIOD = frozenset({"recurring"})
_FEES = frozenset({"setup", "renewal"})


@dataclass(frozen=True, slots=True)
class Figures:
    """Net amounts of one sale in its currency; `cost` is None where the viewer buys."""

    price: Decimal
    cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        """Price less cost, None without cost."""
        return None if self.cost is None else self.price - self.cost

    def less(self, other: "Figures") -> "Figures":
        """Give the difference to other figures of the same sale."""
        is_known = self.cost is not None and other.cost is not None
        cost = (self.cost or 0) - (other.cost or 0) if is_known else None
        return Figures(self.price - other.price, Decimal(cost) if cost is not None else None)


@dataclass(frozen=True, slots=True)
class Part:
    """The days that `now` is for: `days` of a whole period of `of` days, from `start` up to `end` (exclusive)."""

    start: date
    end: date
    fraction: DayFraction


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action changes on one sale, without tax.

    `now` is what the run of `billed_on` bills because of it, on the document of `statement_on` (both None
    when it bills nothing); `overuse` of it is for use beyond the included units. `before` and `after` are
    what the period costs that starts on `starts_on`, zero where no period comes; `fee` comes with it once.
    `problem` is a reason of the quarantine: while it lasts nothing is billed and no figure is known.
    `stands_still` tells that a hold stops billing.
    """

    tier: int
    currency: str
    now: Figures
    overuse: Decimal
    part: Part | None
    billed_on: date | None
    statement_on: date | None
    before: Figures
    after: Figures
    fee: Figures
    starts_on: date
    goes_on: bool
    stands_still: bool
    problem: str

    @property
    def is_free(self) -> bool:
        """Tell whether it changes no amount, neither now nor later."""
        return not (self.problem or self.now.price or self.after.less(self.before).price)


@dataclass(frozen=True, slots=True)
class Sale:
    """The sale that is looked at; `cost_tier` is the tier whose charges are the seller's cost.

    `cost_tier` None with `has_cost`: the cost is in the agreed price only, because the vendor's bill or one
    in another currency stands behind it.
    """

    tier: int
    currency: str
    has_cost: bool
    cost_tier: int | None


def effect(
    *,
    sale: Sale,
    before: Ahead,
    after: Ahead,
    target: date,
    run_day: date,
    stands_still: bool,
    stops_on: date | None = None,
) -> Effect:
    """Compare what comes without and with the action that takes effect on `target`.

    `stops_on` is the day from which nothing is billed if no period follows; without it that is the coming period's
    first day without the action.
    """
    starts_on = after.starts_on or stops_on or before.starts_on
    # Without a coming period everything up to the day itself belongs to the action.
    until = starts_on or target + timedelta(days=1)
    soon_before, soon = _soon(before, until), _soon(after, until)
    mine = _mine(sale, soon, not_in=_mine(sale, soon_before))
    zero = Figures(Decimal(0), Decimal(0) if sale.has_cost else None)
    return Effect(
        tier=sale.tier,
        currency=sale.currency,
        now=_figures(sale, soon).less(_figures(sale, soon_before)),
        overuse=_sum(_mine(sale, soon), _OVERUSE) - _sum(_mine(sale, soon_before), _OVERUSE),
        part=_part(mine),
        billed_on=max(run_day, min(one.event_on for one in mine)) if mine else None,
        statement_on=min(one.statement_on for one in mine) if mine else None,
        before=_period(sale, before) or zero,
        after=_period(sale, after) or zero,
        fee=_period(sale, after, kinds=_FEES) or zero,
        starts_on=starts_on or target,
        goes_on=after.starts_on is not None,
        stands_still=stands_still,
        problem=before.problem or after.problem,
    )


def _soon(ahead: Ahead, until: date) -> list[SeenCharge]:
    return [one for one in ahead.charges if one.event_on < until and one.kind != _USAGE]


def _period(sale: Sale, ahead: Ahead, *, kinds: frozenset[str] = _BY_PERIOD) -> Figures | None:
    """Add up what is charged for the period that starts then, without what is charged once unless it is asked for."""
    if ahead.starts_on is None:
        return None
    charged = [
        one for one in ahead.charges if one.kind in kinds and one.period_start == ahead.starts_on
    ]
    return _figures(sale, charged)


def _figures(sale: Sale, charges: Sequence[SeenCharge]) -> Figures:
    own = [one for one in charges if one.tier == sale.tier]
    price = sum((one.net for one in own), Decimal(0))
    if not sale.has_cost:
        return Figures(price, None)
    if sale.cost_tier is not None:
        paid = [one.net for one in charges if one.tier == sale.cost_tier]
        return Figures(price, sum(paid, Decimal(0)))
    return Figures(price, sum((_cost(one) for one in own), Decimal(0)))


def _cost(one: SeenCharge) -> Decimal:
    return round_amount(one.unit_cost * one.quantity * one.num / one.den, exp=one.exponent)


def _mine(
    sale: Sale, charges: Sequence[SeenCharge], *, not_in: Sequence[SeenCharge] = ()
) -> list[SeenCharge]:
    return [one for one in charges if one.tier == sale.tier and one not in not_in]


def _part(charges: Sequence[SeenCharge]) -> Part | None:
    """Name the days if all amounts by the day are for the same ones."""
    parts = {
        Part(one.period_start, one.period_end, DayFraction(one.num, one.den))
        for one in charges
        if one.kind in ("change", "refund")
    }
    return parts.pop() if len(parts) == 1 else None


def _sum(charges: Sequence[SeenCharge], kind: str) -> Decimal:
    return sum((one.net for one in charges if one.kind == kind), Decimal(0))
