"""The columns of FOCUS 1.0 that this package reads, and how each is read.

Source: FinOps Open Cost and Usage Specification (FOCUS) 1.0, column definitions.
"""

from dataclasses import dataclass
from enum import Enum

DECIMAL_PLACES = 15
"""Decimals kept of a cost, price or quantity; real files show 15 in ConsumedQuantity."""

WHOLE_DIGITS = 15
"""Digits accepted before the decimal point of a cost, price or quantity."""


class Kind(Enum):
    """How the text of a cell is read."""

    TEXT = "text"
    DECIMAL = "decimal"
    INSTANT = "instant"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Column:
    """One FOCUS column; a required one must be in the header, any other may be absent (NULL)."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("AvailabilityZone"),
    Column("BilledCost", Kind.DECIMAL, required=True),
    Column("BillingAccountId"),
    Column("BillingAccountName"),
    Column("BillingCurrency", required=True),
    Column("BillingPeriodEnd", Kind.INSTANT, required=True),
    Column("BillingPeriodStart", Kind.INSTANT, required=True),
    Column("ChargeCategory", required=True),
    Column("ChargeClass"),
    Column("ChargeDescription"),
    Column("ChargeFrequency"),
    Column("ChargePeriodEnd", Kind.INSTANT, required=True),
    Column("ChargePeriodStart", Kind.INSTANT, required=True),
    Column("CommitmentDiscountCategory"),
    Column("CommitmentDiscountId"),
    Column("CommitmentDiscountName"),
    Column("CommitmentDiscountStatus"),
    Column("CommitmentDiscountType"),
    Column("ConsumedQuantity", Kind.DECIMAL),
    Column("ConsumedUnit"),
    Column("ContractedCost", Kind.DECIMAL),
    Column("ContractedUnitPrice", Kind.DECIMAL),
    Column("EffectiveCost", Kind.DECIMAL),
    Column("InvoiceIssuerName"),
    Column("ListCost", Kind.DECIMAL),
    Column("ListUnitPrice", Kind.DECIMAL),
    Column("PricingCategory"),
    Column("PricingQuantity", Kind.DECIMAL, required=True),
    Column("PricingUnit", required=True),
    Column("ProviderName", required=True),
    Column("PublisherName"),
    Column("RegionId"),
    Column("RegionName"),
    Column("ResourceId"),
    Column("ResourceName"),
    Column("ResourceType"),
    Column("ServiceCategory"),
    Column("ServiceName", required=True),
    Column("SkuId", required=True),
    Column("SkuPriceId"),
    Column("SubAccountId", required=True),
    Column("SubAccountName"),
    Column("Tags", Kind.TAGS),
)

NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
REQUIRED: frozenset[str] = frozenset(column.name for column in COLUMNS if column.required)
DECIMALS: tuple[int, ...] = tuple(
    position for position, column in enumerate(COLUMNS) if column.kind is Kind.DECIMAL
)
