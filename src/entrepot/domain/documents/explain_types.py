"""What "Why this amount?" is asked about, and its answer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.catalog.levels import FLAT, PriceLevel
from entrepot.domain.documents.types import BillingUnit
from entrepot.kernel.periods import DateRange


class LinkKind(StrEnum):
    """What a link of an explanation leads to."""

    PRICE = "price"
    ORDER = "order"
    PROMOTION = "promotion"
    TAX_RULE = "tax_rule"
    DOCUMENT = "document"
    USAGE = "usage"


class StepName(StrEnum):
    """The steps of a calculation; their order is fixed."""

    PRICE = "price"
    QUANTITY = "quantity"
    LIST = "list"
    DISCOUNT = "discount"
    NET = "net"
    TAX = "tax"
    GROSS = "gross"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An object to which a page may link, if the reader is allowed to see it."""

    kind: LinkKind
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An object with the words by which people know it, such as "Order 88,412"."""

    text: str
    link: Link | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceOrigin:
    """Where a unit price came from.

    `rule_text` says in the reader's language how the price was derived. The exchange rate is the
    one fixed at the start of the term, from `rate_from` to the currency of the charge.
    """

    name: Named
    valid_from: date
    level: PriceLevel = FLAT
    rule_text: str = ""
    exchange_rate: Decimal | None = None
    rate_from: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeFacts:
    """The stored facts of one charge, and the names around it.

    `quantity` is what was charged: negative for a refund, the difference for a change, the vendor's
    cost for usage. `quantity_before` and `quantity_after` belong to changes. `natural_period` is
    the whole period of which `num`/`den` is the part. `tax_is_shared` tells that the tax of all
    lines of one rate was rounded together, and `tax` is this line's share. `reverses` is the line
    that a refund takes back. `continues_on_line` is the line of the same document on which the
    quantity goes on. `buyer_name` is empty for the buyer, who is addressed as you, and set for every
    other reader. Rates are parts per million; amounts are at the currency's exponent.
    """

    kind: ChargeKind
    plan_name: str
    unit_label: str
    currency: str
    exponent: int
    unit_price: Decimal
    billing_unit: BillingUnit
    quantity: Decimal
    period: DateRange
    num: int
    den: int
    price: PriceOrigin
    tax_ppm: int
    tax_label: str
    list_amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    natural_period: DateRange | None = None
    quantity_before: Decimal | None = None
    quantity_after: Decimal | None = None
    order: Named | None = None
    discount_ppm: int = 0
    promotion: Named | None = None
    tax_rule: Link | None = None
    tax_on: date | None = None
    tax_is_shared: bool = False
    reverses: Named | None = None
    continues_on_line: int | None = None
    tier: int = 0
    buyer_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A run of text; a page prints it literally, in bold or as a link."""

    text: str
    bold: bool = False
    link: Link | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStrip:
    """The natural period as a row of days: `used` of them from the day at `used_from` (0 = first)."""

    start: date
    days: int
    used_from: int
    used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of the calculation.

    `amount` is exact, `shown` is how it is printed. `is_subtotal` marks net and gross.
    """

    name: StepName
    operator: str
    label: str
    source: tuple[Piece, ...]
    calculation: str
    amount: Decimal
    shown: str
    is_subtotal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """The answer. `replayed` tells that calculating again gave the stored cents."""

    title: str
    paragraph: tuple[Piece, ...]
    follow_up: str
    strip: DayStrip | None
    steps: tuple[Step, ...]
    replayed: bool
    replay_text: str
    tier: int
