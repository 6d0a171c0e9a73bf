"""Frozen values of a vendor price list: rows, wrong rows, file facts.

Pure Python. Dates are calendar days; `valid_to` is exclusive; prices are `Decimal`
with at most twelve decimals (the column type of a unit price is numeric(24,12)).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class PriceKey(NamedTuple):
    """What makes two price rows the same price: one plan period in one price zone.

    `range_min` is 0 when the price holds from the first unit on, whether the list says 0, 1 or
    nothing. Being a tuple of plain values,
    keys sort, which fixes the order of every report.
    """

    product_id: str
    sku_id: str
    segment: str
    term_months: int
    billing_months: int
    market: str
    currency: str
    range_min: int

    @property
    def plan(self) -> tuple[str, str, str]:
        """Vendor product, SKU and segment: one plan of the catalogue."""
        return self.product_id, self.sku_id, self.segment

    @property
    def period(self) -> tuple[str, str, str, int, int]:
        """A plan with its term and billing period, both in months."""
        return (*self.plan, self.term_months, self.billing_months)

    @property
    def zone(self) -> tuple[str, str]:
        """Market and currency."""
        return self.market, self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One row of a price list.

    `unit_cost` is what the vendor asks of the provider, `retail_price` what it recommends as
    resale price, both per unit and per `basis_months`. `valid_to` is exclusive, None is open.
    `line_number` is the first physical line of the row, the header being line 1; `raw` holds
    the cells as read, in the order of the file's header.
    """

    product_id: str
    product_title: str
    sku_id: str
    sku_title: str
    publisher: str
    description: str
    unit_of_measure: str
    term_months: int
    billing_months: int
    market: str
    currency: str
    unit_cost: Decimal
    retail_price: Decimal
    valid_from: date
    valid_to: date | None
    segment: str
    tags: str
    range_min: int | None
    range_max: int | None
    line_number: int
    raw: tuple[str, ...]

    @property
    def key(self) -> PriceKey:
        """The identity of this price within a list and within the catalogue."""
        return PriceKey(
            self.product_id,
            self.sku_id,
            self.segment,
            self.term_months,
            self.billing_months,
            self.market,
            self.currency,
            0 if self.range_min in (None, 1) else self.range_min,
        )

    @property
    def title(self) -> str:
        """The name a person knows this plan by."""
        return self.sku_title or self.product_title


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One reason why one row cannot be used.

    `column` is empty when the row as a whole is wrong; `value` is cut to a readable length;
    `code` is stable, `reason` is a sentence in the language active while the file was read.
    """

    line: int
    column: str
    value: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that cannot be used, with its cells as read and everything wrong with it.

    `product` is (product id, SKU id) where these cells could be found, so that a rejected row
    is not mistaken for a product that the vendor no longer sells.
    """

    line: int
    cells: tuple[str, ...]
    errors: tuple[RowError, ...]
    product: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPriceList:
    """A price list as read: usable rows, rejected rows and facts about the file.

    `row_count` counts every row below the header, usable or not. `effective_from` is the
    earliest first day of a usable row, None when there is none. `reordered` tells that the
    columns stand in another order than the vendor's and were read by name.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    rows: tuple[PriceRow, ...]
    rejected: tuple[RejectedRow, ...]
    reordered: bool

    @property
    def errors(self) -> tuple[RowError, ...]:
        """Everything wrong with the rows, in the order of the file."""
        return tuple(error for row in self.rejected for error in row.errors)

    @property
    def row_count(self) -> int:
        """Rows below the header, usable or not."""
        return len(self.rows) + len(self.rejected)

    @property
    def effective_from(self) -> date | None:
        """Earliest day on which a usable row starts."""
        return min((row.valid_from for row in self.rows), default=None)
