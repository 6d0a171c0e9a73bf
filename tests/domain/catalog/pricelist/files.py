"""Price list files for tests: the real lists, and small ones built from their first rows."""

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from entrepot.domain.catalog.pricelist.diff import CurrentPrice, PriceListDiff, diff_price_list
from entrepot.domain.catalog.pricelist.reader import COLUMNS, read_price_list
from entrepot.domain.catalog.pricelist.types import ParsedPriceList
from entrepot.domain.catalog.pricelist.vendors import vendor_code

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
JANUARY = DATA / "nce-price-list-2026-01.csv"
JULY = DATA / "nce-price-list-2026-07.csv"

FIRST_ROW = {
    "ProductTitle": "Microsoft 365 Business Basic",
    "ProductId": "CFQ7TTC0LH18",
    "SkuId": "0001",
    "SkuTitle": "Microsoft 365 Business Basic",
    "Publisher": "Microsoft Corporation",
    "SkuDescription": "",
    "UnitOfMeasure": "1 License",
    "TermDuration": "P1Y",
    "BillingPlan": "Monthly",
    "Market": "US",
    "Currency": "USD",
    "UnitPrice": "60.48",
    "PricingTierRangeMin": "",
    "PricingTierRangeMax": "",
    "EffectiveStartDate": "2026-01-01T00:00:00.0000000Z",
    "EffectiveEndDate": "9999-12-31T23:59:59.9999999Z",
    "Tags": "",
    "ERP Price": "75.60",
    "Segment": "Commercial",
}


def line(**cells: str) -> str:
    """One line of a list: the first real row with some cells replaced (`ERP_Price` = ERP Price)."""
    row = FIRST_ROW | {name.replace("_", " "): value for name, value in cells.items()}
    return ",".join('"' + row[column].replace('"', '""') + '"' for column in COLUMNS)


def csv_file(*lines: str, header: str | None = None, end: str = "\r\n") -> bytes:
    """A list with a byte-order mark and the vendor's header."""
    first = ",".join(f'"{column}"' for column in COLUMNS) if header is None else header
    return ("\ufeff" + end.join([first, *lines]) + end).encode()


def read(
    content: bytes, *, name: str = "list.csv", translate: Callable[[str], str] = str
) -> ParsedPriceList:
    """Read a list from bytes."""
    return read_price_list(io.BytesIO(content), name=name, translate=translate)


def catalogue(
    parsed: ParsedPriceList, diff: PriceListDiff, before: Iterable[CurrentPrice] = ()
) -> list[CurrentPrice]:
    """Apply a plan to a catalogue in memory, as the database does: close rows, add rows."""
    prices = {price.price_id: price for price in before}
    for change in diff.changed:
        prices[change.old.price_id] = replace(change.old, valid_to=change.effective_from)
    for end in diff.ended:
        prices[end.old.price_id] = replace(end.old, valid_to=end.valid_to)
    for number, new in enumerate([*diff.new_prices, *diff.changed], start=len(prices) + 1):
        prices[number] = CurrentPrice(
            key=new.row.key,
            title=new.row.title,
            unit_cost=new.row.unit_cost,
            retail_price=new.row.retail_price,
            valid_from=new.row.valid_from,
            valid_to=new.valid_to,
            price_id=number,
            vendor=vendor_code(publisher=new.row.publisher),
        )
    return list(prices.values())


def january() -> list[CurrentPrice]:
    parsed = read_price_list(JANUARY)
    return catalogue(parsed, diff_price_list(parsed, current=[]))


def stored(content: bytes) -> list[CurrentPrice]:
    parsed = read(content)
    return catalogue(parsed, diff_price_list(parsed, current=[]))
