"""A billing world as plain values, independent of the database.

Every thing has a small integer key, unique among its kind; the loader uses the keys as ids, so
that whatever is ordered by id is ordered by key. Days are half-open spans `[valid_from, valid_to)`;
rates are parts per million.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

EXPONENTS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
MARKET = "WORLD"


@dataclass(frozen=True)
class Account:
    """`kind` is provider, reseller or customer; `parent` is a key."""

    key: int
    kind: str
    parent: int | None
    name: str
    currency: str = "EUR"


@dataclass(frozen=True)
class TaxRule:
    """Zones and categories are known by their keys alone."""

    key: int
    seller_zone: int
    buyer_zone: int
    category: int
    registered: bool
    ppm: int
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class BillingAccount:
    """Who bills whom; zone None is a billing account that nobody has placed yet."""

    key: int
    seller: int
    buyer: int
    currency: str
    statement_day: int = 0
    due_days: int = 30
    grace_days: int = 0
    automatic: bool = True
    bill_on_hold: bool = True
    suspend_on_hold: bool = False
    tax_rounding: str = "group"
    seller_zone: int | None = 1
    buyer_zone: int | None = 1
    registered: bool = False


@dataclass(frozen=True)
class Chain:
    """`links[0]` is the key of the billing account of tier 1."""

    key: int
    customer: int
    links: tuple[int, ...]


@dataclass(frozen=True)
class Resource:
    """A countable unit; measured ones have overuse."""

    key: int
    measured: bool = False


@dataclass(frozen=True)
class Plan:
    """`category` is the shelf, `tax_category` what decides tax."""

    key: int
    vendor: int = 1
    category: int | None = None
    tax_category: int = 1
    is_usage: bool = False


@dataclass(frozen=True)
class PlanPeriod:
    """How long the plan is bought for and how often it is billed, in months."""

    key: int
    plan: int
    term_months: int
    billing_months: int
    grace_days: int = 0


@dataclass(frozen=True)
class CatalogPrice:
    """The vendor's price; `kind` is setup, renewal, recurring or overuse. A level is a row of its own."""

    key: int
    period: int
    resource: int
    kind: str
    currency: str
    cost: Decimal
    retail: Decimal
    valid_from: date
    valid_to: date | None = None
    model: str = "flat"
    lower: Decimal = Decimal(0)


@dataclass(frozen=True)
class SellerPrice:
    """A seller's own price."""

    key: int
    seller: int
    period: int
    resource: int
    kind: str
    currency: str
    price: Decimal
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class MarginRule:
    """At most one of plan, category and vendor is set; none is the seller's default."""

    key: int
    seller: int
    basis: str
    ppm: int
    valid_from: date
    valid_to: date | None = None
    plan: int | None = None
    category: int | None = None
    vendor: int | None = None
    digits: int | None = None


@dataclass(frozen=True)
class Rate:
    """One unit of `source` in `target`."""

    source: str
    target: str
    rate: Decimal
    on: date


@dataclass(frozen=True)
class Item:
    """Quantity at activation."""

    key: int
    resource: int
    quantity: Decimal
    included: Decimal = Decimal(0)
    measured: bool = False


@dataclass(frozen=True)
class Discount:
    """A price agreed the day before the first term; the term start carries its discount over."""

    item: int
    tier: int
    kind: str
    ppm: int
    price: Decimal


@dataclass(frozen=True)
class Promotion:
    """Less to pay for the terms that begin while it runs; `with_code` ones are taken by orders only."""

    key: int
    seller: int
    recurring_ppm: int
    setup_ppm: int
    valid_from: date
    valid_to: date | None = None
    plan: int | None = None
    on_renewal: bool = False
    with_code: bool = False


@dataclass(frozen=True)
class Subscription:
    """`trial_days` 0 is a start without trial; `promotions` are (tier, key) of those that the order took."""

    key: int
    chain: int
    period: int
    start: date
    anchor: int
    items: tuple[Item, ...]
    trial_days: int = 0
    auto_renew: bool = True
    discounts: tuple[Discount, ...] = ()
    promotions: tuple[tuple[int, int], ...] = ()

    @property
    def first_term_start(self) -> date:
        """The day on which paid service begins."""
        return self.start + timedelta(days=self.trial_days)


@dataclass(frozen=True)
class Metered:
    """Measured units of an item on one day."""

    item: int
    on: date
    quantity: Decimal


@dataclass(frozen=True)
class OrderChange:
    """Somebody orders a new quantity."""

    day: date
    key: int
    sub: int
    item: int
    effective_on: date
    quantity: Decimal


@dataclass(frozen=True)
class Cancel:
    """Somebody cancels."""

    day: date
    sub: int
    on: date
    refund: bool
    full: bool = False


@dataclass(frozen=True)
class SetAutoRenew:
    """Somebody turns automatic renewal on or off."""

    day: date
    sub: int
    value: bool


@dataclass(frozen=True)
class SetTermEnd:
    """A partner's own end date for the running term (co-term); nothing without a term."""

    day: date
    sub: int
    term_end: date


@dataclass(frozen=True)
class RenewOnce:
    """Somebody orders one more term, whatever automatic renewal says."""

    day: date
    sub: int


@dataclass(frozen=True)
class SetNextTermEnd:
    """The term that starts next ends on a day of its own."""

    day: date
    sub: int
    on: date


@dataclass(frozen=True)
class Restart:
    """Somebody renews what has ended or is in its grace; nothing while it runs."""

    day: date
    sub: int


@dataclass(frozen=True)
class SetAnchor:
    """The billing day moves."""

    day: date
    sub: int
    anchor: int


@dataclass(frozen=True)
class ImportUsage:
    """One import's `(before, after)` amounts per tier; ids are key * 10 + tier."""

    day: date
    key: int
    sub: int
    item: int
    sku: str
    period_start: date
    period_end: date
    quantity: Decimal
    amounts: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True)
class Pay:
    """Money comes in: cash against account credit."""

    day: date
    billing_account: int
    amount: Decimal


@dataclass(frozen=True)
class ReleaseUntil:
    """Somebody releases a held billing account until a day, inclusive."""

    day: date
    billing_account: int
    until: date


@dataclass(frozen=True)
class HoldByHand:
    """Somebody puts a credit hold."""

    day: date
    billing_account: int


@dataclass(frozen=True)
class AddRow:
    """Master data that arrives late; `row` is a price, a rule or a rate."""

    day: date
    row: CatalogPrice | SellerPrice | MarginRule | TaxRule | Rate


@dataclass(frozen=True)
class SetZones:
    """Somebody places a billing account for tax."""

    day: date
    billing_account: int
    seller_zone: int
    buyer_zone: int


Action = (
    OrderChange
    | Cancel
    | SetAutoRenew
    | SetTermEnd
    | RenewOnce
    | SetNextTermEnd
    | Restart
    | SetAnchor
    | ImportUsage
    | Pay
    | ReleaseUntil
    | HoldByHand
    | AddRow
    | SetZones
)


@dataclass(frozen=True)
class World:
    """Everything that a run of `days` days from `first_day` needs.

    An action happens before the run of its day, or before the next run when that day is missed.
    """

    first_day: date
    days: int
    accounts: tuple[Account, ...]
    billing_accounts: tuple[BillingAccount, ...]
    chains: tuple[Chain, ...]
    resources: tuple[Resource, ...]
    plans: tuple[Plan, ...]
    periods: tuple[PlanPeriod, ...]
    subs: tuple[Subscription, ...]
    tax_rules: tuple[TaxRule, ...] = ()
    catalog: tuple[CatalogPrice, ...] = ()
    seller_prices: tuple[SellerPrice, ...] = ()
    margins: tuple[MarginRule, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    rates: tuple[Rate, ...] = ()
    metered: tuple[Metered, ...] = ()
    actions: tuple[Action, ...] = ()
    missed: frozenset[date] = field(default_factory=frozenset)

    def run_days(self) -> list[date]:
        """Return the days on which the run is started, in order."""
        every = [self.first_day + timedelta(days=n) for n in range(self.days)]
        return [day for day in every if day not in self.missed]

    def schedule(self) -> list[tuple[date, date, list[Action]]]:
        """Return (run day, business date before it, actions before it) in order."""
        rows = []
        earlier = self.first_day - timedelta(days=1)
        for day in self.run_days():
            acts = [act for act in self.actions if earlier < act.day <= day]
            rows.append((day, earlier + timedelta(days=1), sorted(acts, key=lambda act: act.day)))
            earlier = day
        return rows

    def with_row(self, row: CatalogPrice | SellerPrice | MarginRule | TaxRule | Rate) -> "World":
        """Return the world with one more row of master data."""
        if isinstance(row, CatalogPrice):
            return replace(self, catalog=(*self.catalog, row))
        if isinstance(row, SellerPrice):
            return replace(self, seller_prices=(*self.seller_prices, row))
        if isinstance(row, MarginRule):
            return replace(self, margins=(*self.margins, row))
        if isinstance(row, TaxRule):
            return replace(self, tax_rules=(*self.tax_rules, row))
        return replace(self, rates=(*self.rates, row))


_Row = TypeVar("_Row")


def find(rows: tuple[_Row, ...], key: int) -> _Row:
    """Return the row with a key, looking at one after the other."""
    for row in rows:
        if getattr(row, "key", None) == key:
            return row
    raise KeyError(key)


def ancestors(world: World, account: int) -> list[int]:
    """Return the keys from the provider down to the account."""
    row = find(world.accounts, account)
    return [row.key] if row.parent is None else [*ancestors(world, row.parent), row.key]


def tenant_of(world: World, account: int) -> int:
    """Return the provider's direct child above the account, or the provider itself."""
    line = ancestors(world, account)
    return line[1] if len(line) > 1 else line[0]
