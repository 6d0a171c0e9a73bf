"""Rejected rows go to a file, the whole import to a table of text."""

import csv
import io
from decimal import Decimal

import pytest

from entrepot.domain.catalog.pricelist.diff import diff_price_list
from entrepot.domain.catalog.pricelist.reader import COLUMNS, read_price_list
from entrepot.domain.catalog.pricelist.rejects import neutralise, write_rejected_rows
from entrepot.domain.catalog.pricelist.report import PriceImpact, render_report
from entrepot.kernel.money import Money
from tests.domain.catalog.pricelist.files import (
    JANUARY,
    JULY,
    catalogue,
    csv_file,
    january,
    line,
    read,
    stored,
)

BASIC_MONTH = ("CFQ7TTC0LH18", "0001", "Commercial", 1, 1, "US")


def written(content: bytes) -> list[list[str]]:
    stream = io.StringIO(newline="")
    count = write_rejected_rows(read(content), stream=stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert len(rows) == count + 1
    return rows


def test_a_rejected_row_is_written_with_line_columns_reasons_and_its_cells():
    header, row = written(csv_file(line(), line(UnitPrice="-5.00", Currency="ABC")))

    assert header == ["Line", "Column", "Reason", *COLUMNS]
    assert row[:3] == [
        "3",
        "Currency; UnitPrice",
        (
            "There is no currency with the code ABC. Use a code of ISO 4217 such as EUR.; "
            "UnitPrice: -5.00 is negative; a price is zero or more."
        ),
    ]
    assert row[3 + COLUMNS.index("UnitPrice")] == "-5.00"
    assert row[3 + COLUMNS.index("ProductTitle")] == "Microsoft 365 Business Basic"


def test_a_row_without_columns_is_written_as_it_stands():
    _, row = written(csv_file('=cmd|A1,"x"y', line()))

    assert row[:2] == ["2", "whole row"]
    assert row[3] == '\'=cmd|A1,"x"y'


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("-5.00", "-5.00"),
        ("-5", "-5"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_formula_is_disarmed_and_a_number_is_kept(cell, safe):
    assert neutralise(cell) == safe


def test_a_corrected_file_of_rejected_rows_is_a_price_list():
    rows = written(csv_file(line(), line(Market="DE", Currency="ABC")))
    corrected = io.StringIO(newline="")
    csv.writer(corrected).writerows(
        [cell.replace("ABC", "EUR") for cell in row[3:]] for row in rows
    )

    parsed = read(corrected.getvalue().encode())

    assert parsed.errors == ()
    assert parsed.rows[0].currency == "EUR"


def test_the_report_of_july_names_file_counts_and_changed_prices():
    parsed = read_price_list(JULY)
    diff = diff_price_list(parsed, current=january())
    basic = next(change for change in diff.changed if change.row.key[:6] == BASIC_MONTH)
    impact = PriceImpact(
        subscriptions=12,
        quantity=Decimal(40),
        monthly_before=Money(Decimal("288.00"), "USD"),
        monthly_after=Money(Decimal("311.20"), "USD"),
    )

    lines = render_report(parsed=parsed, diff=diff, impacts={basic.row.key: impact}).splitlines()

    assert lines[0].split() == ["File", "nce-price-list-2026-07.csv"]
    assert [text.split() for text in lines if text.startswith(("Changed", "Unchanged"))] == [
        ["Changed", "prices", "32"],
        ["Unchanged", "260"],
    ]
    table = [text for text in lines if "2026-07-01" in text and not text.startswith("Effective")]
    assert len(table) == 32
    # 40 seats x 7.20 = 288.00, 40 x 7.78 = 311.20
    (named,) = [text for text in table if text.endswith("311.20")]
    assert named.split()[-9:] == [
        "5.76", "6.22", "+7.99", "7.20", "7.78", "+8.06", "12", "288.00", "311.20",
    ]  # fmt: skip


def test_the_report_lists_wrong_cells_and_says_how_many_more_there_are():
    parsed = read(csv_file(*[line(SkuId=f"S{number}", UnitPrice="x") for number in range(103)]))

    lines = render_report(
        parsed=parsed, diff=diff_price_list(parsed, current=[]), impacts={}
    ).splitlines()

    assert sum("is not a number" in text for text in lines) == 100
    assert lines[-1] == "... and 3 more."


def test_the_report_names_withdrawn_plans_once_and_reordered_columns():
    start = stored(
        csv_file(
            line(),
            line(SkuId="0009", SkuTitle="Old"),
            line(SkuId="0009", SkuTitle="Old", BillingPlan="Annual"),
        )
    )
    header = ",".join(reversed(COLUMNS))
    parsed = read(csv_file(",".join(reversed(line().split(","))), header=header))

    text = render_report(parsed=parsed, diff=diff_price_list(parsed, current=start), impacts={})

    assert "The columns are in another order; they were read by name." in text
    assert "No longer in the list, left as they are: Old." in text


def test_every_word_of_the_report_can_be_translated():
    parsed = read_price_list(JANUARY)
    start = catalogue(parsed, diff_price_list(parsed, current=[]))
    july = read_price_list(JULY)

    text = render_report(
        parsed=july,
        diff=diff_price_list(july, current=start),
        impacts={},
        translate=lambda word: f"<{word}>",
    )

    assert text.startswith("<File>")
    header = next(row for row in text.splitlines() if row.startswith("<Plan>"))
    assert header.split("  ")[0] == "<Plan>"
    assert "<Monthly after>" in header
