"""Prove that a document ties before anybody sees it."""

from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NoReturn

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind
from entrepot.domain.documents.types import Document, Line
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import round_amount

_KINDS = tuple(ChargeKind)


class DocumentDoesNotTie(DomainError):
    """The parts of a document contradict each other, so it must not be shown."""

    codes = frozenset({"document_does_not_tie"})


def check_document(document: Document) -> None:
    """Refuse a document whose shown figures do not add up or whose lines are out of order.

    The lines are numbered 1..n; the lines of one end customer stand together, within them those of
    one subscription or order, within them by kind and start date. Sums are taken over the
    shown, rounded amounts. Source: the sort key and the tie rule of the invoice layout.
    Raises: DocumentDoesNotTie, naming the document, the figure and both values.
    """
    if not document.lines:
        _refuse(document, "it has no lines")
    _check_numbers(document)
    _check_order(document)
    for line in document.lines:
        _check_line(document, line)
    _check_totals(document)
    _check_tax_rows(document)
    _check_annexes(document)


def _refuse(document: Document, cause: str) -> NoReturn:
    raise DocumentDoesNotTie(
        "document_does_not_tie",
        "Document {object} cannot be shown: {cause}.",
        object=document.number,
        next_step="Compare it with the charges behind it and report it to billing support.",
        cause=cause,
    )


def _check_numbers(document: Document) -> None:
    for expected, line in enumerate(document.lines, start=1):
        if line.no != expected:
            _refuse(document, f"line {expected} carries the number {line.no}")


def _runs_are_unique(keys: Iterable[Hashable]) -> bool:
    runs = [key for key, _ in groupby(keys)]
    return len(runs) == len(set(runs))


def _check_order(document: Document) -> None:
    lines = document.lines
    if not _runs_are_unique(line.customer_id for line in lines):
        _refuse(document, "the lines of one end customer do not stand together")
    if not _runs_are_unique((line.customer_id, line.reference) for line in lines):
        _refuse(document, "the lines of one subscription or order do not stand together")
    for _, group in groupby(lines, key=lambda line: (line.customer_id, line.reference)):
        places = [(_KINDS.index(x.kind), x.period_start or date.min) for x in group]
        if places != sorted(places):
            _refuse(document, "the lines of a subscription are not in order of kind and start")


def _check_line(document: Document, line: Line) -> None:
    name = f"line {line.no}"
    amounts = (line.list_amount, line.discount, line.net, line.tax)
    if any(_finer_than(amount, document.exponent) for amount in amounts):
        _refuse(document, f"{name} has an amount finer than {document.currency} allows")
    if line.list_amount - line.discount != line.net:
        _refuse(document, f"{name} has {line.list_amount} less {line.discount}, but net {line.net}")
    if line.den <= 0:
        _refuse(document, f"{name} has the duration {line.num}/{line.den}")
    if (line.period_start is None) != (line.period_end is None):
        _refuse(document, f"{name} has half a period")
    if line.period_start and line.period_end and line.period_end <= line.period_start:
        _refuse(document, f"{name} ends on {line.period_end}, not after {line.period_start}")


def _finer_than(amount: Decimal, exponent: int) -> bool:
    return amount != round_amount(amount, exp=exponent)


def _same(document: Document, name: str, shown: Decimal | int, added: Decimal | int) -> None:
    if shown != added:
        _refuse(document, f"{name} shows {shown}, its parts add up to {added}")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal(0))


def _check_totals(document: Document) -> None:
    totals, lines = document.totals, document.lines
    _same(document, "the list total", totals.list_amount, _sum(x.list_amount for x in lines))
    _same(document, "the discount total", totals.discount, _sum(x.discount for x in lines))
    _same(document, "the net total", totals.net, _sum(x.net for x in lines))
    _same(document, "the tax total", totals.tax, _sum(x.tax for x in lines))
    _same(document, "the gross total", totals.gross, totals.net + totals.tax)
    if document.kind is DocumentKind.INVOICE and totals.gross < 0:
        _refuse(document, f"it is an invoice over {totals.gross}; below zero it is a credit note")


def _check_tax_rows(document: Document) -> None:
    rows = {(row.label, row.tax_ppm): row for row in document.tax_rows}
    if len(rows) != len(document.tax_rows):
        _refuse(document, "one tax rate has two rows")
    parts: dict[tuple[str, int], list[Line]] = {key: [] for key in rows}
    for line in document.lines:
        key = (line.tax_label, line.tax_ppm)
        if key not in parts:
            _refuse(document, f"line {line.no} has no row in the tax summary")
        parts[key].append(line)
    for key, row in rows.items():
        name = f"tax row {row.label}"
        _same(document, f"{name}, lines", row.lines, len(parts[key]))
        _same(document, f"{name}, net", row.net, _sum(x.net for x in parts[key]))
        _same(document, f"{name}, tax", row.tax, _sum(x.tax for x in parts[key]))
        _same(document, f"{name}, gross", row.gross, row.net + row.tax)


def _check_annexes(document: Document) -> None:
    if not document.annexes:
        return
    by_number = {line.no: line for line in document.lines}
    covered = [no for annex in document.annexes for no in annex.line_numbers]
    if sorted(covered) != sorted(by_number):
        _refuse(document, "its annexes do not cover every line exactly once")
    for annex in document.annexes:
        lines = [by_number[no] for no in annex.line_numbers]
        if any(line.customer_id != annex.customer_id for line in lines):
            _refuse(document, f"the annex of {annex.customer_id} has a line of somebody else")
        name = f"the annex of {annex.customer_id}"
        _same(document, f"{name}, net", annex.net, _sum(x.net for x in lines))
        _same(document, f"{name}, tax", annex.tax, _sum(x.tax for x in lines))
        _same(document, f"{name}, gross", annex.gross, annex.net + annex.tax)
