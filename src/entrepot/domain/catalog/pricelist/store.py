"""The tables behind a price list: read the catalogue as listed, write a planned change.

The only module of this package that touches the database. It opens no transaction and takes no
lock; `flows/price_import.py` does both around it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from entrepot.domain.catalog.pricelist.basis import charge_unit_price
from entrepot.domain.catalog.pricelist.diff import (
    ChangedPrice,
    CurrentPrice,
    NewPrice,
    PriceListDiff,
)
from entrepot.domain.catalog.pricelist.types import PriceKey
from entrepot.domain.catalog.pricelist.vendors import vendor_code
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.catalog"
_STAGE = "import_row"
# The steps that need nothing but the staged rows, in the order of their references.
_STEPS_BEFORE_PLANS = ("import_vendors", "import_services", "import_resources")
_STEPS_AFTER_PLANS = ("import_plan_resources", "import_periods")
_GERMAN_UNITS = {"License": "Lizenz", "Licence": "Lizenz", "User": "Benutzer", "Device": "Gerät"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCatalogue:
    """What vendors' lists have brought so far, in the terms of `diff_price_list`."""

    prices: tuple[CurrentPrice, ...]
    plans: frozenset[tuple[str, str, str]]
    periods: frozenset[tuple[str, str, str, int, int]]


def load_catalogue(*, cursor: CursorWrapper) -> StoredCatalogue:
    """Read all plans, plan periods and listed prices of the catalogue in two statements."""
    periods = statement(_PACKAGE, "import_known_periods").rows(cursor)
    prices = statement(_PACKAGE, "import_current").rows(cursor)
    return StoredCatalogue(
        prices=tuple(_current(row) for row in prices),
        plans=frozenset((product, sku, segment) for product, sku, segment, _, _ in periods),
        periods=frozenset(tuple(row) for row in periods if row[3] is not None),
    )


def write_changes(
    *,
    cursor: CursorWrapper,
    diff: PriceListDiff,
    price_list_id: int,
    tax_category_id: int | None,
    today: date,
) -> int:
    """Write a planned change inside the caller's transaction; give the number of prices added.

    `tax_category_id` is needed for new plans only. New prices of the past and of the future are
    written alike: a price is scheduled by its first day. Scheduled prices that the list corrects
    are removed; nothing else ever is.
    Raises: RuntimeError if the catalogue is not the one that the plan was made for.
    """
    _end_prices(cursor, diff, today)
    _stage(cursor, [*diff.new_prices, *diff.changed])
    for name in _STEPS_BEFORE_PLANS:
        statement(_PACKAGE, name).run(cursor)
    if diff.new_plans:
        cursor.execute("SELECT coalesce(max(id), 0) FROM plan")
        (last_plan,) = cursor.fetchone()
        statement(_PACKAGE, "import_plans").run(cursor, tax_category_id=tax_category_id)
        statement(_PACKAGE, "import_plan_changes").run(
            cursor, last_plan=last_plan, price_list_id=price_list_id
        )
    for name in _STEPS_AFTER_PLANS:
        statement(_PACKAGE, name).run(cursor)
    added = statement(_PACKAGE, "import_prices").run(cursor, price_list_id=price_list_id)
    expected = len(diff.new_prices) + len(diff.changed)
    if added != expected:
        raise RuntimeError(f"{added} prices were added instead of {expected}")
    cursor.execute(f"DROP TABLE {_STAGE}")
    return added


def unit_texts(*, unit_of_measure: str) -> dict[str, str]:
    """Name the unit in English and German: "1 License" counts licences."""
    unit = unit_of_measure.strip().removeprefix("1 ").strip()
    return {"en": unit, "de": _GERMAN_UNITS.get(unit, unit)}


def _current(row: Sequence[Any]) -> CurrentPrice:
    product, sku, segment, term, billing, market, currency, title, *rest = row
    cost, retail, valid_from, valid_to, price_id, vendor = rest
    return CurrentPrice(
        key=PriceKey(product, sku, segment, term, billing, market, currency, 0),
        title=title,
        unit_cost=cost,
        retail_price=retail,
        valid_from=valid_from,
        valid_to=valid_to,
        price_id=price_id,
        vendor=vendor,
    )


def _end_prices(cursor: CursorWrapper, diff: PriceListDiff, today: date) -> None:
    """Make room for the new prices: end the old ones, drop the scheduled ones they correct."""
    corrected = [change.old.price_id for change in diff.changed if change.is_correction]
    ends = [(c.old.price_id, c.effective_from) for c in diff.changed if not c.is_correction]
    ends += [(end.old.price_id, end.valid_to) for end in diff.ended]
    if corrected:
        dropped = statement(_PACKAGE, "import_drop_scheduled").run(
            cursor, price_ids=corrected, today=today
        )
        if dropped != len(corrected):
            raise RuntimeError(f"{dropped} prices were scheduled instead of {len(corrected)}")
    if ends:
        statement(_PACKAGE, "import_end_prices").run(
            cursor, price_ids=[price_id for price_id, _ in ends], ends_on=[day for _, day in ends]
        )


def _stage(cursor: CursorWrapper, prices: Iterable[NewPrice | ChangedPrice]) -> None:
    """Copy the prices to add into a temporary table that ends with the transaction."""
    columns = statement(_PACKAGE, "import_vendors").temp_tables[_STAGE]
    cursor.execute(f"CREATE TEMPORARY TABLE {_STAGE} ({columns}) ON COMMIT DROP")
    with cursor.copy(f"COPY {_STAGE} FROM STDIN") as copy:
        for price in prices:
            copy.write_row(tuple(_staged(price)))
    cursor.execute(f"ANALYZE {_STAGE}")


def _staged(price: NewPrice | ChangedPrice) -> Iterator[object]:
    """Give the values of one row in the order of the temporary table's columns."""
    row = price.row
    yield from (row.product_id, row.sku_id, row.segment, row.title, row.product_title)
    yield from (vendor_code(publisher=row.publisher), row.publisher, row.description)
    yield json.dumps(unit_texts(unit_of_measure=row.unit_of_measure))
    yield from (row.term_months, row.billing_months, row.market, row.currency)
    for listed in (row.unit_cost, row.retail_price):
        yield charge_unit_price(
            listed, term_months=row.term_months, billing_months=row.billing_months
        )
    yield from (row.unit_cost, row.retail_price, row.valid_from, price.valid_to)
