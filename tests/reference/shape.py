"""What a run leaves behind, in one shape for the reference and the database.

Rows are known by natural keys: a refund's cause is the natural key of the charge that it
reverses, an agreed price is known by its first day, a document by billing account and
statement day.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

RUNNING = frozenset({"trial", "active", "graced"})
"""States in which a hold of the subscription means something."""

ChargeKey = tuple[int, int, str, date, object, int]
DocumentKey = tuple[int, date]


@dataclass(frozen=True)
class ChargeRow:
    """Every field of a charge but its surrogate ids."""

    tenant: int
    billing_account: int
    statement_on: date
    billed_on: date
    subscription: int
    customer: int
    item: int
    tier: int
    kind: str
    period_start: date
    period_end: date
    num: int
    den: int
    exponent: int
    agreed_from: date
    level: int
    quantity: Fraction
    unit_price: Fraction
    discount_ppm: int
    tax_rule: int
    tax_ppm: int
    cause: object
    list_amount: Fraction
    discount_amount: Fraction
    net: Fraction
    tax: Fraction

    @property
    def key(self) -> ChargeKey:
        """The natural key that the database also enforces."""
        return (self.item, self.tier, self.kind, self.period_start, self.cause, self.level)


@dataclass(frozen=True)
class DocumentRow:
    """The head of a document with its lines (charge, shown tax) and totals per tax rule."""

    billing_account: int
    seller: int
    buyer: int
    tenant: int
    kind: str
    year: int
    number: int
    statement_on: date
    issued_on: date
    due_on: date
    currency: str
    exponent: int
    list_amount: Fraction
    discount_amount: Fraction
    net: Fraction
    tax: Fraction
    gross: Fraction
    open_amount: Fraction
    lines: tuple[tuple[ChargeKey, Fraction], ...]
    taxes: tuple[tuple[int, int, int, Fraction, Fraction, Fraction, Fraction], ...]


@dataclass(frozen=True)
class SubRow:
    """The billing state of a subscription with its terms, spans, items and changes."""

    status: str
    due_on: date | None
    period_start: date | None
    period_end: date | None
    term_end: date | None
    trial_end: date | None
    grace_end: date | None
    setup_done: bool
    credit_hold: bool
    quantities: tuple[tuple[int, Fraction], ...]
    changes: tuple[tuple[int, str], ...]
    terms: tuple[tuple[int, date, date], ...]
    spans: tuple[tuple[date, date | None, str | None], ...]


@dataclass(frozen=True)
class AgreedRow:
    """One agreed price of (item, tier, kind, level, first day)."""

    model: str
    limits: tuple[Fraction, Fraction | None]
    unit_price: Fraction
    unit_cost: Fraction
    currency: str
    discount_ppm: int
    valid_to: date | None
    seller_price: int | None
    margin_rule: int | None
    promotion: int | None


@dataclass(frozen=True)
class CreditRow:
    """The credit position of a billing account."""

    overdue_since: date | None
    is_held: bool
    held_on: date | None
    held_by_hand: bool
    release_until: date | None


@dataclass(frozen=True)
class QuarantineRow:
    """One entry of the list of what could not be billed."""

    subscription: int
    reason: str
    due_on: date
    first_day: date
    last_day: date
    tries: int
    resolved_on: date | None


@dataclass
class Snapshot:
    """All results; lists are sorted, so that two snapshots compare by equality."""

    charges: dict[ChargeKey, ChargeRow] = field(default_factory=dict)
    documents: dict[DocumentKey, DocumentRow] = field(default_factory=dict)
    subs: dict[int, SubRow] = field(default_factory=dict)
    agreed: dict[tuple[int, int, str, int, date], AgreedRow] = field(default_factory=dict)
    transfers: list[tuple[date, int, str, str, Fraction, str, DocumentKey | None]] = field(
        default_factory=list
    )
    balances: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict)
    allocations: list[tuple[date, int, DocumentKey, Fraction]] = field(default_factory=list)
    credit: dict[int, CreditRow] = field(default_factory=dict)
    holds: list[tuple[int, date, str, date | None]] = field(default_factory=list)
    accounts_held: dict[int, bool] = field(default_factory=dict)
    usage_billed: dict[int, bool] = field(default_factory=dict)
    quarantine: list[QuarantineRow] = field(default_factory=list)
