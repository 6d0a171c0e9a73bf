"""What can be wrong with a price list: the file as a whole, or one cell or row of it.

The sentences are templates in the form of `kernel.errors`; screens translate them.
"""

from collections.abc import Mapping

from entrepot.kernel.errors import BadInput

_FILE: Mapping[str, tuple[str, str]] = {
    "price_list_columns": (
        (
            "{object} does not have the columns of a price list. Missing: {missing}. "
            "Unknown: {unknown}. More than once: {doubled}."
        ),
        "Export the list again, or name the columns of the first line as the vendor does.",
    ),
    "price_list_empty": (
        "{object} has no content.",
        "Get the file again.",
    ),
    "price_list_encoding": (
        "{object} is encoded in {encoding}; a price list is UTF-8.",
        "Save it as CSV UTF-8 and import it again.",
    ),
    "price_list_no_rows": (
        "{object} has a header and no row below it.",
        "Get the file again.",
    ),
    "price_list_not_a_file": (
        "{object} is not a file.",
        "Give the path of a CSV file.",
    ),
    "price_list_not_csv": (
        "{object} is not a CSV file: its first bytes are those of a {kind}.",
        "Unpack it, or save it as CSV UTF-8, and import that file.",
    ),
    "price_list_not_found": (
        "There is no file {object}.",
        "Check the path.",
    ),
    "price_list_not_utf8": (
        "{object} is not UTF-8: line {line} contains the byte {byte}.",
        "Save it as CSV UTF-8 and import it again.",
    ),
    "price_list_separator": (
        "The columns of {object} are separated by {separator}; a price list uses commas.",
        "Save it as CSV with commas and import it again.",
    ),
    "price_list_too_large": (
        "{object} is larger than {limit} MiB.",
        "Split the list, for example by market, and import the parts.",
    ),
    "price_list_too_many_rows": (
        "{object} has more than {limit} rows.",
        "Split the list, for example by market, and import the parts.",
    ),
    "price_list_unreadable": (
        "{object} cannot be read: {cause}.",
        "Check the permissions of the file.",
    ),
}

_CELL: Mapping[str, tuple[str, str | None]] = {
    "price_cell_missing": ("The cell is empty, and this column is required.", None),
    "price_cell_too_long": (
        "The cell has {length} characters; at most {limit} are allowed.",
        None,
    ),
    "price_cell_control_character": (
        "The cell contains the control character {character}.",
        "Remove it.",
    ),
    "price_amount_comma": (
        "{value} has a comma or separators of thousands, which can be read in two ways.",
        "Write digits and one decimal point, for example 1234.56.",
    ),
    "price_amount_negative": ("{value} is negative; a price is zero or more.", None),
    "price_billing_too_long": (
        "The billing plan {value} is longer than the term {term}.",
        None,
    ),
    "price_billing_unknown": ("{value} is not a billing plan; known are {known}.", None),
    "price_date_impossible": ("There is no day {value} in the calendar.", None),
    "price_date_malformed": (
        "{value} is not a date.",
        "Write it like 2026-01-31 or 2026-01-31T00:00:00Z.",
    ),
    "price_date_out_of_range": ("{value} is outside of the years {first} to {last}.", None),
    "price_date_within_day": ("{value} is a time within a day; prices change at midnight.", None),
    "price_end_before_start": ("The price ends on {value}, before it starts on {start}.", None),
    "price_identifier_malformed": (
        "{value} is not an identifier.",
        "Use letters, digits, dot, colon, dash and underscore.",
    ),
    "price_in_force": (
        "The catalogue has another price from {start} on, {cost} and {retail}, which is in force.",
        "Give the corrected price a later first day.",
    ),
    "price_key_conflict": (
        (
            "Line {line} has the same product, SKU, segment, term, billing plan, market, currency "
            "and quantity range with other values."
        ),
        "Keep the right one of the two.",
    ),
    "price_key_repeated": (
        (
            "The row repeats line {line}: the same product, SKU, segment, term, billing plan, "
            "market, currency and quantity range."
        ),
        None,
    ),
    "price_market_currency": (
        "Market {market} has prices in {currency}, and this row is in {value}.",
        "A market has one currency; use another market for the other one.",
    ),
    "price_market_malformed": ("{value} is not a country code of two capital letters.", None),
    "price_quantity_malformed": ("{value} is not a whole number of units.", None),
    "price_range_unsupported": (
        "The price is for a quantity range; the catalogue holds one price for all quantities.",
        None,
    ),
    "price_range_reversed": ("The quantity range ends at {value}, before its start {start}.", None),
    "price_row_quoting": (
        "The quotation marks of the row do not match.",
        "Write a mark within a cell twice.",
    ),
    "price_row_too_few_cells": ("The row has {found} cells instead of {expected}.", None),
    "price_row_too_long": ("The row has more than {limit} characters.", None),
    "price_row_too_many_cells": ("The row has {found} cells instead of {expected}.", None),
    "price_row_truncated": ("The file ends within this row.", "Get the file again."),
    "price_row_unclosed_quote": ("A quotation mark opens in this row and is never closed.", None),
    "price_term_unknown": ("{value} is not a term; known are {known}.", None),
}


class PriceListRefused(BadInput):
    """A file that cannot be read as a price list at all; `object` is the name of the file."""

    codes = frozenset(_FILE)


class PriceRowRefused(BadInput):
    """A cell or row that cannot be used; the reader adds line and column."""

    codes = frozenset(_CELL)


def refuse_file(code: str, *, name: str, **params: object) -> PriceListRefused:
    """Make the refusal of a whole file with the sentence for `code`; KeyError if unknown."""
    message, next_step = _FILE[code]
    return PriceListRefused(code, message, object=name, field=None, next_step=next_step, **params)


def refuse_cell(code: str, **params: object) -> PriceRowRefused:
    """Make the refusal of a cell or row with the sentence for `code`; KeyError if unknown."""
    message, next_step = _CELL[code]
    return PriceRowRefused(code, message, object=None, field=None, next_step=next_step, **params)
