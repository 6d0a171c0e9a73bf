"""Write the rows that an import rejected to a CSV file that a person can correct."""

import csv
import re
from collections.abc import Callable
from typing import TextIO

from entrepot.domain.catalog.pricelist.types import ParsedPriceList, RowError

# A spreadsheet runs what starts like this as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
CELL_CHARACTERS_MAX = 32_000


def neutralise(cell: str) -> str:
    """Make a cell safe to open in a spreadsheet; plain numbers such as -5.00 stay numbers.

    Text that would be taken for a formula gets an apostrophe in front.
    """
    if _FORMULA.match(cell.lstrip(" ")) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def write_rejected_rows(
    parsed: ParsedPriceList, *, stream: TextIO, translate: Callable[[str], str] = str
) -> int:
    """Write one line per rejected row, in the order of the file; give their number.

    Columns: line, column and reason in the reader's language, several of them separated by
    semicolons, then the cells as read. Without these three columns a corrected file is a price
    list again. `stream` is a text stream opened with newline="".
    """
    writer = csv.writer(stream)
    writer.writerow([translate("Line"), translate("Column"), translate("Reason"), *parsed.header])
    for row in parsed.rejected:
        columns = "; ".join(error.column or translate("whole row") for error in row.errors)
        reasons = "; ".join(_reason(error) for error in row.errors)
        cells = (cell[:CELL_CHARACTERS_MAX] for cell in row.cells)
        writer.writerow([row.line, *(neutralise(cell) for cell in (columns, reasons, *cells))])
    return len(parsed.rejected)


def _reason(error: RowError) -> str:
    """Begin a reason with the name of its column where it would begin with a value from the file.

    No sentence of ours then needs an apostrophe: "UnitPrice: -3.00 is negative".
    """
    if error.column and _FORMULA.match(error.reason):
        return f"{error.column}: {error.reason}"
    return error.reason
