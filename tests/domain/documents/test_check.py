"""A document that does not tie is refused by name before anybody sees it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind
from entrepot.domain.documents.check import DocumentDoesNotTie, check_document
from entrepot.domain.documents.types import Document, Line
from tests.domain.documents.builders import (
    document,
    line,
    many_lines,
    reference_document,
    with_annexes,
)

ONE = Decimal(1)


def test_the_reference_invoice_ties() -> None:
    whole = reference_document()

    check_document(whole)

    # The printed sums of the reference screen: 2,215.97 + 149.00 and 421.04 + 10.43.
    assert (whole.totals.net, whole.totals.tax) == (Decimal("2364.97"), Decimal("431.47"))


def test_many_customers_with_annexes_tie() -> None:
    check_document(with_annexes(document(many_lines(100))))


def _line(whole: Document, index: int, **changes: object) -> Document:
    lines = list(whole.lines)
    lines[index] = replace(lines[index], **changes)  # type: ignore[arg-type]
    return replace(whole, lines=tuple(lines))


def _totals(whole: Document, **changes: Decimal) -> Document:
    return replace(whole, totals=replace(whole.totals, **changes))


def _tax_row(whole: Document, **changes: object) -> Document:
    first, *rest = whole.tax_rows
    return replace(whole, tax_rows=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def _annex(whole: Document, **changes: object) -> Document:
    first, *rest = with_annexes(whole).annexes
    return replace(whole, annexes=(replace(first, **changes), *rest))  # type: ignore[arg-type]


BREAKS: dict[str, tuple[Callable[[Document], Document], str]] = {
    "no lines": (lambda d: replace(d, lines=()), "no lines"),
    "a number missing": (lambda d: _line(d, 4, no=6), "line 5 carries the number 6"),
    "net of a line": (lambda d: _line(d, 3, net=ONE), "line 4 has 31.22 less 1.56, but net 1"),
    "half a cent": (
        lambda d: _line(d, 0, net=Decimal("1254.395"), discount=Decimal("0.005")),
        "line 1 has an amount finer than EUR allows",
    ),
    "no duration": (lambda d: _line(d, 0, den=0), "line 1 has the duration 1/0"),
    "half a period": (lambda d: _line(d, 0, period_end=None), "line 1 has half a period"),
    "empty period": (
        lambda d: _line(d, 0, period_end=date(2026, 12, 1)),
        "line 1 ends on 2026-12-01, not after 2026-12-01",
    ),
    "list total": (lambda d: _totals(d, list_amount=ONE), "list total shows 1, .* 2425.91"),
    "discount total": (lambda d: _totals(d, discount=ONE), "discount total shows 1, .* 60.94"),
    "net total": (lambda d: _totals(d, net=ONE), "net total shows 1, .* 2364.97"),
    "tax total": (lambda d: _totals(d, tax=ONE), "tax total shows 1, .* 431.47"),
    "gross total": (lambda d: _totals(d, gross=ONE), "gross total shows 1, .* 2796.44"),
    "tax row": (lambda d: _tax_row(d, tax=ONE), "tax row Standard, tax shows 1, .* 421.04"),
    "tax row, net": (lambda d: _tax_row(d, net=ONE), "tax row Standard, net shows 1"),
    "tax row, gross": (lambda d: _tax_row(d, gross=ONE), "tax row Standard, gross shows 1"),
    "tax row, lines": (lambda d: _tax_row(d, lines=7), "tax row Standard, lines shows 7, .* 8"),
    "tax row missing": (
        lambda d: replace(d, tax_rows=d.tax_rows[:1]),
        "line 9 has no row in the tax summary",
    ),
    "tax row twice": (
        lambda d: replace(d, tax_rows=(*d.tax_rows, d.tax_rows[0])),
        "one tax rate has two rows",
    ),
    "annex": (lambda d: _annex(d, net=ONE), "annex of C-10442, net shows 1, .* 2364.97"),
    "annex, gross": (lambda d: _annex(d, gross=ONE), "annex of C-10442, gross shows 1"),
    "annex, a line missing": (
        lambda d: _annex(d, line_numbers=(1, 2, 3)),
        "annexes do not cover every line exactly once",
    ),
    "annex of somebody else": (
        lambda d: _annex(d, customer_id="C-1"),
        "the annex of C-1 has a line of somebody else",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_does_not_tie_is_refused_with_its_name_and_both_values(name: str) -> None:
    spoil, cause = BREAKS[name]

    with pytest.raises(DocumentDoesNotTie, match=cause) as refusal:
        check_document(spoil(reference_document()))

    assert refusal.value.object == "KR-2026-004187"
    assert refusal.value.code == "document_does_not_tie"


def test_an_invoice_below_zero_must_be_a_credit_note() -> None:
    lines = [line(1, "Plan", "-10.00 0 -10.00 -1.90")]

    check_document(document(lines, kind=DocumentKind.CREDIT_NOTE))
    with pytest.raises(DocumentDoesNotTie, match="below zero it is a credit note"):
        check_document(document(lines))


def _mixed(*keys: tuple[str, str, int]) -> list[Line]:
    """Make lines of (customer, reference, first day in December)."""
    return [
        line(
            no, "Plan", "1.00 0 1.00 0.19", customer_id=customer, reference=reference,
            period_start=date(2026, 12, first),
        )
        for no, (customer, reference, first) in enumerate(keys, start=1)
    ]  # fmt: skip


def test_lines_must_keep_the_order_of_the_panel() -> None:
    check_document(document(_mixed(("C-1", "SUB-1", 1), ("C-1", "SUB-1", 9), ("C-2", "SUB-1", 1))))

    with pytest.raises(DocumentDoesNotTie, match="one end customer do not stand together"):
        check_document(
            document(_mixed(("C-1", "SUB-1", 1), ("C-2", "SUB-1", 1), ("C-1", "SUB-1", 1)))
        )
    with pytest.raises(DocumentDoesNotTie, match="one subscription or order do not stand"):
        check_document(
            document(_mixed(("C-1", "SUB-1", 1), ("C-1", "SUB-2", 1), ("C-1", "SUB-1", 1)))
        )
    with pytest.raises(DocumentDoesNotTie, match="not in order of kind and start"):
        check_document(document(_mixed(("C-1", "SUB-1", 9), ("C-1", "SUB-1", 1))))
    setup, plan = ChargeKind.SETUP, ChargeKind.RECURRING
    check_document(document([_of_kind(1, setup), _of_kind(2, plan)]))
    with pytest.raises(DocumentDoesNotTie, match="not in order of kind and start"):
        check_document(document([_of_kind(1, plan), _of_kind(2, setup)]))


def _of_kind(no: int, kind: ChargeKind) -> Line:
    return line(no, "Plan", "1.00 0 1.00 0.19", kind=kind)


def test_yen_have_no_decimals() -> None:
    check_document(document([line(1, "Plan", "100 0 100 19")], currency="JPY", exponent=0))

    with pytest.raises(DocumentDoesNotTie, match="finer than JPY allows"):
        check_document(document([line(1, "Plan", "1.5 0 1.5 0")], currency="JPY", exponent=0))
