"""A document as people see it.

Plain values without a database. Whoever fills them copies amounts that were rounded when the
charge was made; nothing here rounds or recomputes money.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind


class Language(StrEnum):
    """The languages in which a document can be printed."""

    EN = "en"
    DE = "de"


class BillingUnit(StrEnum):
    """The span to which a unit price refers."""

    MONTH = "month"
    YEAR = "year"
    PERIOD = "period"
    ONCE = "once"
    USE = "use"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Seller or buyer. `tax_id` is printed as given, with its own prefix."""

    name: str
    address_lines: tuple[str, ...] = ()
    tax_id: str = ""
    email: str = ""
    account_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One numbered line.

    `period_end` is exclusive; people are shown the last day inside the period. The duration is
    the exact fraction `num`/`den` of one billing unit. `list_amount`, `discount`, `net` and `tax`
    are rounded to the currency; `discount` is what is taken off, so `net = list_amount - discount`.
    Rates are parts per million (19 % = 190,000). `description` comes without the period, see
    `texts.describe`. `tax_label` names the row of the tax summary to which the line belongs.
    """

    no: int
    customer_id: str
    customer_name: str
    reference: str
    description: str
    kind: ChargeKind
    quantity: Decimal
    unit_label: str
    unit_price: Decimal
    num: int
    den: int
    billing_unit: BillingUnit
    list_amount: Decimal
    net: Decimal
    tax_label: str
    tax_ppm: int
    tax: Decimal
    discount: Decimal = Decimal(0)
    discount_ppm: int = 0
    period_start: date | None = None
    period_end: date | None = None

    @property
    def is_reduction(self) -> bool:
        """Tell whether the line gives money back."""
        return self.net < 0 or self.quantity < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxRow:
    """One rate of the tax summary. `lines` is the number of lines taxed at it."""

    label: str
    tax_ppm: int
    lines: int
    net: Decimal
    tax: Decimal
    gross: Decimal
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of the shown, rounded lines; `discount` is what was taken off."""

    list_amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Annex:
    """What one end customer's lines add up to."""

    customer_id: str
    customer_name: str
    line_numbers: tuple[int, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """An issued invoice or credit note.

    `period_end` is exclusive. `exponent` is the number of decimals of the currency. `corrects` is
    the number of the document that a credit note corrects. `notes` are whole sentences such as
    the reverse-charge text, already in the language of the document. `annexes` may be empty; when
    there are any, they cover every line exactly once.
    """

    number: str
    kind: DocumentKind
    language: Language
    currency: str
    exponent: int
    issued_on: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    tax_rows: tuple[TaxRow, ...]
    totals: Totals
    due_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    corrects: str = ""
    corrects_issued_on: date | None = None
    po_number: str = ""
    payment_note: str = ""
    annexes: tuple[Annex, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
