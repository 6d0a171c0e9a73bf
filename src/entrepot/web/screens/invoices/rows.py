"""Rows of the tables on a document's page: lines by end customer, VAT by rate, the annex."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from django.utils.translation import get_language, gettext

from entrepot.domain.billing.queries.invoices import InvoiceFacts
from entrepot.domain.documents.formats import short_period
from entrepot.domain.documents.queries import AnnexPage, ShownLine
from entrepot.domain.documents.texts import billing_unit_label, tax_name, unit_label
from entrepot.domain.documents.types import Language, Line, TaxRow
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.invoices import links
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

_PPM = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as the page shows it; texts are formatted."""

    no: int
    name: str
    note: str
    reference: str
    reference_url: str
    quantity: str
    unit: str
    price: str
    duration: str
    listed: str
    discount: str
    discount_rate: str
    net: str
    tax: str
    is_open: bool
    ask_url: str


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one end customer; without a name they are the buyer's own."""

    name: str
    number: str
    url: str
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class SumRow:
    """One row of the VAT table or the annex, formatted; `note` is a second line."""

    name: str
    note: str
    lines: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True)
class AnnexTable:
    """The annex: what each end customer's lines add up to; `more` counts those not shown."""

    columns: tuple[Column, ...]
    rows: tuple[SumRow, ...]
    total: SumRow
    more: int


def table_note(facts: InvoiceFacts) -> str:
    """Say what the amounts of the table are."""
    text = gettext("Amounts in %(currency)s, without VAT. Same order and numbers as in the PDF.")
    return text % {"currency": facts.currency}


def line_columns(facts: InvoiceFacts) -> tuple[Column, ...]:
    """Return the columns of the lines; `facts` decides whether amounts are long."""
    wide = 24 if len(str(abs(facts.gross))) > 10 else 0
    return (
        Column(gettext("No."), 56, numeric=True),
        Column(gettext("Service and period")),
        Column(gettext("Subscription"), 104),
        Column(gettext("Quantity"), 144, numeric=True),
        Column(gettext("Unit price"), 120 + wide, numeric=True),
        Column(gettext("List"), 104 + wide, numeric=True),
        Column(gettext("Discount"), 92 + wide, numeric=True),
        Column(gettext("Net"), 104 + wide, numeric=True),
        Column(gettext("VAT"), 64, numeric=True),
        Column(gettext("Why this amount?"), 128, numeric=True, hidden_label=True),
    )


def blocks(
    lines: Sequence[ShownLine],
    facts: InvoiceFacts,
    *,
    viewer: Viewer,
    url: str,
    after: int,
    opened: int,
) -> tuple[Block, ...]:
    """Put the lines of each end customer under its name; a buyer's own lines need none."""
    found = []
    for account_id, members in groupby(lines, key=lambda line: line.customer_account_id):
        shown = list(members)
        is_own = account_id == facts.buyer_id
        rows = tuple(_line(x, facts, viewer, url=url, after=after, opened=opened) for x in shown)
        first = shown[0].line
        found.append(
            Block(
                name="" if is_own else first.customer_name,
                number="" if is_own else first.customer_id,
                url="" if is_own else links.account_url(viewer, account_id),
                lines=rows,
            )
        )
    return tuple(found)


def tax_columns() -> tuple[Column, ...]:
    """Return the columns of the VAT table."""
    return (
        Column(gettext("Rate")),
        Column(gettext("Lines"), 72, numeric=True),
        Column(gettext("Net"), 120, numeric=True),
        Column(gettext("VAT"), 110, numeric=True),
        Column(gettext("Gross"), 120, numeric=True),
    )


def tax_note(facts: InvoiceFacts) -> str:
    """Say where tax was rounded."""
    if facts.is_taxed_per_rate:
        return gettext("Rounded per rate")
    return gettext("Rounded per line")


def tax_rows(rows: Sequence[TaxRow], facts: InvoiceFacts) -> list[SumRow]:
    """Return the VAT table."""
    language = _document_language()
    return [
        SumRow(
            name=tax_name(row.label, row.tax_ppm, language),
            note=row.note,
            lines=formats.quantity(row.lines, language=_language()),
            net=_amount(facts, row.net),
            tax=_amount(facts, row.tax),
            gross=_amount(facts, row.gross),
        )
        for row in rows
    ]


def annex(page: AnnexPage, facts: InvoiceFacts) -> AnnexTable:
    """Return the annex; its total is the document's."""
    rows = tuple(
        SumRow(
            name=row.customer_name,
            note=row.customer_id,
            lines=_range(row.line_numbers),
            net=_amount(facts, row.net),
            tax=_amount(facts, row.tax),
            gross=_amount(facts, row.gross),
        )
        for row in page.annexes
    )
    columns = (
        Column(gettext("End customer")),
        Column(gettext("Lines"), 130, numeric=True),
        Column(gettext("Net"), 140, numeric=True),
        Column(gettext("VAT"), 130, numeric=True),
        Column(gettext("Gross"), 140, numeric=True),
    )
    total = SumRow(
        name=gettext("Total"),
        note="",
        lines=formats.quantity(facts.lines, language=_language()),
        net=_amount(facts, facts.net),
        tax=_amount(facts, facts.tax),
        gross=_amount(facts, facts.gross),
    )
    return AnnexTable(columns, rows, total, page.customers - len(rows))


def _line(
    shown: ShownLine,
    facts: InvoiceFacts,
    viewer: Viewer,
    *,
    url: str,
    after: int,
    opened: int,
) -> LineRow:
    line, language = shown.line, _document_language()
    is_open = line.no == opened
    closed = f"{url}?after={after}" if after else url
    span = billing_unit_label(line.billing_unit, language)
    return LineRow(
        no=line.no,
        name=shown.plan_name,
        note=", ".join(x for x in (shown.act, _period(line, language)) if x),
        reference=line.reference,
        reference_url=links.subscription_url(viewer, shown.subscription_id),
        quantity=formats.quantity(line.quantity, language=_language()),
        unit=unit_label(line.unit_label, quantity=line.quantity, language=language),
        price=_amount(facts, line.unit_price),
        duration=span if line.num == line.den else f"{line.num}/{line.den} {span}",
        listed=_amount(facts, line.list_amount),
        discount=_amount(facts, -line.discount) if line.discount_ppm else "",
        discount_rate=_rate(line.discount_ppm) if line.discount_ppm else "",
        net=_amount(facts, line.net),
        tax=_rate(line.tax_ppm),
        is_open=is_open,
        ask_url=closed if is_open else f"{url}?why={line.no}",
    )


def _period(line: Line, language: Language) -> str:
    """Write a whole month by its name, any other period by its first and last day."""
    start, end = line.period_start, line.period_end
    if start is None or end is None:
        return ""
    if start.day == 1 and end == _first_of_next_month(start):
        return formats.day(start, style="month", language=_language())
    return short_period(start, end, language)


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _range(numbers: tuple[int, ...]) -> str:
    first, last = numbers[0], numbers[-1]
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _rate(ppm: int) -> str:
    return formats.percent(ppm / _PPM, language=_language())


def _amount(facts: InvoiceFacts, value: Decimal) -> str:
    return formats.amount(value, language=_language(), decimals=facts.exponent)


def _document_language() -> Language:
    return Language.DE if _language().lower().startswith("de") else Language.EN


def _language() -> str:
    return get_language() or "en"
