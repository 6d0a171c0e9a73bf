"""What the reference remembers on its walk: plain mutable records, one per thing."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.reference.shape import ChargeRow, CreditRow, DocumentRow, QuarantineRow
from tests.reference.world import Chain, Item, Plan, PlanPeriod, Subscription, World, find

ENDED = ("expired", "cancelled")


class CannotBill(Exception):
    """A subscription lacks what its charges need; the message is the reason's code."""


@dataclass
class Change:
    """A quantity change; `state` is open, applied or withdrawn."""

    key: int
    item: int
    effective_on: date
    quantity: Fraction
    state: str = "open"


@dataclass
class Agreed:
    """One agreed price."""

    item: int
    tier: int
    kind: str
    unit_price: Fraction
    unit_cost: Fraction
    currency: str
    discount_ppm: int
    valid_from: date
    valid_to: date | None = None
    seller_price: int | None = None
    margin_rule: int | None = None
    promotion: int | None = None
    standing_ppm: int = 0
    level: int = 0
    model: str = "flat"
    lower: Fraction = Fraction(0)
    upper: Fraction | None = None


@dataclass
class UsageTotal:
    """One SKU's running amounts on one tier."""

    key: int
    item: int
    tier: int
    period_start: date
    period_end: date
    quantity: Fraction
    before: Fraction
    after: Fraction
    billed: bool = False


@dataclass
class Span:
    """Days of delivered service."""

    start: date
    end: date | None = None
    reason: str | None = None


@dataclass
class Sub:
    """One subscription with everything that belongs to it."""

    made: Subscription
    chain: Chain
    plan: Plan
    period: PlanPeriod
    status: str
    anchor: int
    auto_renew: bool
    due: date | None
    ps: date | None = None
    pe: date | None = None
    te: date | None = None
    trial_end: date | None = None
    grace_end: date | None = None
    cancel_on: date | None = None
    cancel_refund: bool = False
    cancel_full: bool = False
    setup_done: bool = False
    renews_once: bool = False
    next_term_end: date | None = None
    credit_hold: bool = False
    unbilled_hold: bool = False
    quantities: dict[int, Fraction] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    agreed: list[Agreed] = field(default_factory=list)
    usage: list[UsageTotal] = field(default_factory=list)
    terms: list[tuple[int, date, date]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items in key order."""
        return tuple(sorted(self.made.items, key=lambda item: item.key))

    @property
    def period_charged(self) -> bool:
        """Whether a paid period was charged."""
        return self.ps is not None and self.pe is not None and self.ps < self.pe

    def not_before_period(self, day: date) -> date:
        """Return the day, or the start of the current period when that is later."""
        return day if self.ps is None else max(day, self.ps)

    def open_changes(self) -> list[Change]:
        """Return the changes that wait, in the order in which they are applied."""
        waiting = [change for change in self.changes if change.state == "open"]
        return sorted(waiting, key=lambda change: (change.effective_on, change.key))

    def usual_due(self) -> date | None:
        """Return the smallest of the dates that apply to the status."""
        cancel = [] if self.cancel_on is None else [self.not_before_period(self.cancel_on)]
        changes = [self.not_before_period(change.effective_on) for change in self.open_changes()]
        dates: list[date | None]
        if self.status == "trial":
            dates = [self.trial_end, *cancel, *changes]
        elif self.status == "active":
            dates = [self.pe, self.te, *cancel, *changes]
        elif self.status == "graced":
            dates = [self.grace_end, *cancel]
        else:
            return None
        return min(day for day in dates if day is not None)

    def agreed_on(self, item: int, tier: int, kind: str, day: date) -> Agreed | None:
        """Return the agreed price that covers a day."""
        for row in self.agreed:
            same = (row.item, row.tier, row.kind) == (item, tier, kind)
            if same and row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
                return row
        return None

    def levels_on(self, item: int, tier: int, kind: str, day: date) -> list[Agreed]:
        """Return the agreed price that covers a day by its levels, the lowest first."""
        rows = [
            row
            for row in self.agreed
            if (row.item, row.tier, row.kind) == (item, tier, kind)
            and row.valid_from <= day
            and (row.valid_to is None or day < row.valid_to)
        ]
        return sorted(rows, key=lambda row: row.level)


@dataclass
class Credit:
    """The credit position of one billing account."""

    overdue_since: date | None = None
    is_held: bool = False
    held_on: date | None = None
    held_by_hand: bool = False
    release_until: date | None = None

    def row(self) -> CreditRow:
        """Return it in the shape of the snapshot."""
        return CreditRow(
            self.overdue_since, self.is_held, self.held_on, self.held_by_hand, self.release_until
        )


@dataclass
class Book:
    """Everything that happened so far."""

    world: World
    subs: list[Sub]
    charges: list[ChargeRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    transfers: list[tuple[date, int, str, str, Fraction, str, tuple[int, date] | None]] = field(
        default_factory=list
    )
    receivable: dict[int, Fraction] = field(default_factory=dict)
    account_credit: dict[int, Fraction] = field(default_factory=dict)
    allocations: list[tuple[date, int, tuple[int, date], Fraction]] = field(default_factory=list)
    credit: dict[int, Credit] = field(default_factory=dict)
    holds: list[tuple[int, date, str, date | None]] = field(default_factory=list)
    quarantine: list[QuarantineRow] = field(default_factory=list)

    def sub(self, key: int) -> Sub:
        """Return the subscription with a key."""
        return next(sub for sub in self.subs if sub.made.key == key)


def begin(world: World) -> Book:
    """Return the book before the first run: every subscription is activated, nothing is charged."""
    book = Book(
        world, [_activated(world, made) for made in sorted(world.subs, key=lambda made: made.key)]
    )
    for account in world.billing_accounts:
        book.receivable[account.key] = Fraction(0)
        book.account_credit[account.key] = Fraction(0)
        book.credit[account.key] = Credit()
    return book


def _activated(world: World, made: Subscription) -> Sub:
    period = find(world.periods, made.period)
    sub = Sub(
        made=made,
        chain=find(world.chains, made.chain),
        plan=find(world.plans, period.plan),
        period=period,
        status="trial" if made.trial_days else "active",
        anchor=made.anchor,
        auto_renew=made.auto_renew,
        due=made.first_term_start,
    )
    if made.trial_days:
        sub.trial_end = made.first_term_start
    else:
        sub.ps = sub.pe = sub.te = made.start
    sub.quantities = {item.key: Fraction(item.quantity) for item in made.items}
    for row in made.discounts:
        currency = find(world.billing_accounts, sub.chain.links[row.tier - 1]).currency
        day_before = date.fromordinal(made.first_term_start.toordinal() - 1)
        price = Fraction(row.price)
        sub.agreed.append(
            Agreed(row.item, row.tier, row.kind, price, Fraction(0), currency, row.ppm, day_before)
        )
    return sub
