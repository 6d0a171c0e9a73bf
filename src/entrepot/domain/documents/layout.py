"""What stands where on the page: a document as strings, ready for the template.

All formatting happens here and all placing in the template, so the template computes nothing and
the document's texts reach it as data, never as mark-up.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import accumulate, groupby, pairwise

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.documents import formats, texts
from entrepot.domain.documents.fonts import printable
from entrepot.domain.documents.types import Annex, Document, Line, Party
from entrepot.kernel.money import round_amount

Cell = list[str]

_COLUMNS = (
    "no", "reference", "description", "quantity", "unit_price",
    "billing_unit", "duration", "discount", "net", "tax",
)  # fmt: skip
_REFERENCE_COLUMN = 1
_TEXT_COLUMN = 2
# Millimetres. Numbers are tabular, so a column is as wide as its longest text asks for.
_CHARACTER_WIDTH = 1.72
_CELL_PADDING = 3.2
_WIDTHS_MIN = (8.0, 19.5, 0.0, 14.0, 15.0, 12.5, 12.5, 14.0, 16.0, 11.0)
_REFERENCE_WIDTH_MAX = 24.0
# Where the figures need more than this of the 180, the whole table is set smaller.
_FIXED_WIDTH_MAX = 148.0
# Words longer than this many characters are given breaks in the narrow columns.
_NARROW = 11
# The tax summary and the totals stand side by side up to amounts of this many characters.
_SIDE_BY_SIDE_MAX = 14
# A row taller than this may be cut by a page break; a shorter one moves to the next page whole.
_WHOLE_ROW_CHARACTERS_MAX = 1200


def page_data(document: Document) -> dict[str, object]:
    """Lay out a document as JSON-ready data for `templates/document.typ`.

    The document must have passed `check_document`.
    """
    return {
        **_head(document),
        **_line_table(document),
        "tax": _tax_table(document),
        "totals": _totals(document),
        "wide": len(_amount(document)(document.totals.gross)) > _SIDE_BY_SIDE_MAX,
        "notes": [printable(note) for note in document.notes],
        "payment": printable(document.payment_note),
        "annex": _annex(document),
        "labels": {
            key: texts.term(key, document.language)
            for key in ("lines_heading", "tax_summary", "notes", "payment", "carried", "brought")
        },
        "page": texts.term("page", document.language, page="{page}", pages="{pages}"),
    }


def _amount(document: Document) -> Callable[[Decimal], str]:
    def write(value: Decimal) -> str:
        return formats.amount(value, exponent=document.exponent, language=document.language)

    return write


def _money(document: Document, value: Decimal) -> str:
    return formats.money(
        value,
        currency=document.currency,
        exponent=document.exponent,
        language=document.language,
    )


def _kind(document: Document) -> str:
    return texts.term(document.kind.value, document.language)


def _title(document: Document) -> str:
    return f"{_kind(document)} {printable(document.number)}"


def _head(document: Document) -> dict[str, object]:
    seller = document.seller
    return {
        "language": document.language.value,
        "issued": [document.issued_on.year, document.issued_on.month, document.issued_on.day],
        "kind": _kind(document),
        "number": printable(document.number),
        "title": _title(document),
        "seller": {"name": printable(seller.name), "lines": _party_lines(document, seller)},
        "imprint": " · ".join(x for x in (printable(seller.name), _tax_id(document, seller)) if x),
        "buyer": {
            "name": printable(document.buyer.name),
            "lines": _party_lines(document, document.buyer),
        },
        "facts": _facts(document),
        "due": _due(document),
    }


def _tax_id(document: Document, party: Party) -> str:
    label = texts.term("tax_id", document.language)
    return f"{label} {printable(party.tax_id)}" if party.tax_id else ""


def _party_lines(document: Document, party: Party) -> list[str]:
    lines = [printable(line) for line in party.address_lines]
    lines += [_tax_id(document, party), printable(party.email)]
    return [line for line in lines if line]


def _facts(document: Document) -> list[Cell]:
    language = document.language
    facts = [("issued", formats.day(document.issued_on, language=language))]
    if document.due_on:
        facts.append(("due", formats.day(document.due_on, language=language)))
    if document.period_start and document.period_end:
        facts.append(
            ("period", formats.period(document.period_start, document.period_end, language))
        )
    if document.corrects:
        facts.append(("corrects", _corrected(document)))
    if document.po_number:
        facts.append(("po_number", printable(document.po_number)))
    if document.buyer.account_id:
        facts.append(("account", printable(document.buyer.account_id)))
    return [[texts.term(key, language), value] for key, value in facts]


def _corrected(document: Document) -> str:
    number = printable(document.corrects)
    if document.corrects_issued_on is None:
        return number
    day = formats.day(document.corrects_issued_on, language=document.language)
    return texts.term("corrects_of", document.language, number=number, day=day)


def _due(document: Document) -> dict[str, str]:
    gross, tax_amount = document.totals.gross, document.totals.tax
    label, note = "to_pay", "including_tax" if tax_amount else "without_tax"
    if document.kind is DocumentKind.CREDIT_NOTE:
        # The lines and their sum keep their minus; what somebody gets back is said without one.
        label, gross, tax_amount = "credited", abs(gross), abs(tax_amount)
    tax = _money(document, tax_amount)
    return {
        "label": texts.term(label, document.language),
        "amount": _money(document, gross),
        "note": texts.term(note, document.language, tax=tax),
    }


def _line_table(document: Document) -> dict[str, object]:
    heads = [texts.term(key, document.language) for key in _COLUMNS]
    rows = [_row(document, line) for line in document.lines]
    widths = _widths(rows)
    amount = _amount(document)
    return {
        "intro": texts.term("amounts_in", document.language, currency=document.currency),
        "heads": heads,
        "widths": widths,
        "scale": min(1.0, _FIXED_WIDTH_MAX / sum(widths)),
        "groups": _groups(document, rows),
        "running": [amount(net) for net in accumulate(line.net for line in document.lines)],
        "rows_whole": all(
            len("".join(row[_TEXT_COLUMN])) <= _WHOLE_ROW_CHARACTERS_MAX for row in rows
        ),
    }


def _row(document: Document, line: Line) -> list[Cell]:
    language, amount = document.language, _amount(document)
    unit = texts.unit_label(line.unit_label, quantity=line.quantity, language=language)
    return [
        [str(line.no), ""],
        [printable(line.reference, word_length_max=_NARROW), ""],
        _description(document, line),
        [
            formats.number(line.quantity, language=language),
            printable(unit, word_length_max=_NARROW),
        ],
        [formats.unit_price(line.unit_price, exponent=document.exponent, language=language), ""],
        [texts.billing_unit_label(line.billing_unit, language), ""],
        _duration(document, line),
        _discount(document, line),
        [amount(line.net), ""],
        [formats.percent(line.tax_ppm, language=language), ""],
    ]


def _description(document: Document, line: Line) -> Cell:
    description = printable(line.description)
    if line.period_start is None or line.period_end is None:
        return [description, ""]
    if formats.period(line.period_start, line.period_end, document.language) in line.description:
        return [description, ""]
    period = formats.short_period(line.period_start, line.period_end, document.language)
    return [description, period]


def _duration(document: Document, line: Line) -> Cell:
    shown = formats.amount(
        round_amount(Decimal(line.num) / line.den, exp=2), exponent=2, language=document.language
    )
    return [shown, "" if line.num == line.den else f"{line.num}/{line.den}"]


def _discount(document: Document, line: Line) -> Cell:
    if not line.discount and not line.discount_ppm:
        return [formats.EN_DASH, ""]
    percent = formats.percent(line.discount_ppm, language=document.language)
    return [_amount(document)(-line.discount), percent if line.discount_ppm else ""]


def _widths(rows: list[list[Cell]]) -> list[float]:
    """Give each column its millimetres; 0 marks the text column, which takes what is left."""
    widths = []
    for column, least in enumerate(_WIDTHS_MIN):
        longest = max(len(row[column][0]) for row in rows)
        widths.append(max(least, round(longest * _CHARACTER_WIDTH + _CELL_PADDING, 1)))
    widths[_REFERENCE_COLUMN] = min(widths[_REFERENCE_COLUMN], _REFERENCE_WIDTH_MAX)
    widths[_TEXT_COLUMN] = 0.0
    return widths


def _fit_on_a_page(rows: list[list[Cell]]) -> bool:
    return all(len("".join(row[_TEXT_COLUMN])) <= _WHOLE_ROW_CHARACTERS_MAX for row in rows)


def _groups(document: Document, rows: list[list[Cell]]) -> list[list[object]]:
    """Put the lines of each end customer under a heading, unless the buyer is the only one."""
    customers = {line.customer_id for line in document.lines}
    first = document.lines[0]
    alone = len(customers) == 1 and first.customer_name in {"", document.buyer.name}
    groups: list[list[object]] = []
    for _, lines in groupby(document.lines, key=lambda line: line.customer_id):
        members = list(lines)
        name = [printable(members[0].customer_name), printable(members[0].customer_id)]
        groups.append([None if alone else name, [rows[line.no - 1] for line in members]])
    return groups


def _tax_table(document: Document) -> dict[str, object]:
    language, amount = document.language, _amount(document)
    return {
        "heads": [texts.term(key, language) for key in ("rate", "lines", "net", "tax", "gross")],
        "rows": [
            [
                [printable(texts.tax_name(row.label, row.tax_ppm, language)), printable(row.note)],
                [formats.number(Decimal(row.lines), language=language), ""],
                [amount(row.net), ""],
                [amount(row.tax), ""],
                [amount(row.gross), ""],
            ]
            for row in document.tax_rows
        ],
    }


def _totals(document: Document) -> list[Cell]:
    language, totals = document.language, document.totals
    parts = [("net", totals.net), ("tax", totals.tax)]
    if totals.discount:
        parts = [("list", totals.list_amount), ("discount", -totals.discount), *parts]
    rows = [[texts.term(key, language), _money(document, value)] for key, value in parts]
    if document.kind is DocumentKind.CREDIT_NOTE:
        label = texts.term("total", language)
    elif document.due_on:
        day = formats.short_day(document.due_on, language=language)
        label = texts.term("to_pay_by", language, day=day)
    else:
        label = texts.term("to_pay", language)
    return [*rows, [label, _money(document, totals.gross)]]


def _annex(document: Document) -> dict[str, object] | None:
    if not document.annexes:
        return None
    language, amount = document.language, _amount(document)
    totals = document.totals
    sums = [amount(value) for value in (totals.net, totals.tax, totals.gross)]
    keys = ("end_customer", "lines", "net", "tax", "gross")
    longest = max(len(text) for text in sums)
    return {
        # Columns that measure themselves would lay out every row twice.
        "amount_width": max(22.0, longest * _CHARACTER_WIDTH + 2 * _CELL_PADDING),
        "title": texts.term("annex", language),
        "note": texts.term("annex_note", language, title=_title(document)),
        "heads": [texts.term(key, language) for key in keys],
        "rows": [_annex_row(annex, amount) for annex in document.annexes],
        "total": [texts.term("total", language), "", *sums],
    }


def _annex_row(annex: Annex, amount: Callable[[Decimal], str]) -> list[Cell]:
    return [
        [printable(annex.customer_name), printable(annex.customer_id)],
        [line_ranges(annex.line_numbers), ""],
        [amount(annex.net), ""],
        [amount(annex.tax), ""],
        [amount(annex.gross), ""],
    ]


def line_ranges(numbers: tuple[int, ...]) -> str:
    """Write ascending line numbers in few characters: 1–4, 7."""
    cuts = [0, *(i for i, (a, b) in enumerate(pairwise(numbers), 1) if b != a + 1), len(numbers)]
    runs = [numbers[start:end] for start, end in pairwise(cuts)]
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}{formats.EN_DASH}{run[-1]}" for run in runs
    )
