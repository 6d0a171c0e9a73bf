"""A wrong row is rejected with line, column and reason, and the other rows are read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.domain.catalog.pricelist.types import RowError
from tests.domain.catalog.pricelist.files import JANUARY, csv_file, line, read

GOOD = line(Market="DE", Currency="EUR", UnitPrice="56.25", ERP_Price="70.31")


def only_error(**cells: str) -> RowError:
    """Read a good row, the row with these cells, a good row; give the one error."""
    parsed = read(csv_file(GOOD, line(**cells), line(TermDuration="P1M")))
    assert [row.line_number for row in parsed.rows] == [2, 4]
    (error,) = parsed.errors
    assert error.line == 3
    return error


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("UnitPrice", "-60.48", "price_amount_negative"),
        ("UnitPrice", "1.234,56", "price_amount_comma"),
        ("UnitPrice", "1,234.56", "price_amount_comma"),
        ("UnitPrice", "1.234.567", "price_amount_comma"),
        ("UnitPrice", "60,48", "price_amount_comma"),
        ("UnitPrice", "1 234.56", "price_amount_comma"),
        ("UnitPrice", "", "price_cell_missing"),
        ("UnitPrice", "   ", "price_cell_missing"),
        ("UnitPrice", "abc", "number_malformed"),
        ("UnitPrice", "NaN", "number_malformed"),
        ("UnitPrice", "1e3", "number_malformed"),
        ("UnitPrice", "+1", "number_malformed"),
        ("UnitPrice", "=1+1", "number_malformed"),
        ("UnitPrice", "٦٠", "number_malformed"),
        ("UnitPrice", "1234567890123", "number_out_of_range"),
        ("UnitPrice", "0.0000000000001", "number_too_precise"),
        ("ERP Price", "-0.01", "price_amount_negative"),
        ("Currency", "XXX", "currency_unknown"),
        ("Currency", "usd", "currency_unknown"),
        ("Currency", "", "price_cell_missing"),
        ("Market", "USA", "price_market_malformed"),
        ("Market", "us", "price_market_malformed"),
        ("TermDuration", "P2Y", "price_term_unknown"),
        ("TermDuration", "", "price_cell_missing"),
        ("BillingPlan", "Weekly", "price_billing_unknown"),
        ("EffectiveStartDate", "2026-02-30", "price_date_impossible"),
        ("EffectiveStartDate", "2026-02-30T00:00:00.0000000Z", "price_date_impossible"),
        ("EffectiveStartDate", "2025-02-29", "price_date_impossible"),
        ("EffectiveStartDate", "10000-01-01T00:00:00.0000000Z", "price_date_out_of_range"),
        ("EffectiveStartDate", "0001-01-01", "price_date_out_of_range"),
        ("EffectiveStartDate", "9999-12-31", "price_date_out_of_range"),
        ("EffectiveStartDate", "1767225600", "price_date_malformed"),
        ("EffectiveStartDate", "01/07/2026", "price_date_malformed"),
        ("EffectiveStartDate", "2026-01-01T12:00:00Z", "price_date_within_day"),
        ("EffectiveStartDate", "", "price_cell_missing"),
        ("EffectiveEndDate", "10000-01-01", "price_date_out_of_range"),
        ("EffectiveEndDate", "2026-12-31T12:00:00Z", "price_date_within_day"),
        ("EffectiveEndDate", "2025-12-30T23:59:59.9999999Z", "price_end_before_start"),
        ("PricingTierRangeMin", "-1", "price_quantity_malformed"),
        ("PricingTierRangeMax", "1.5", "price_quantity_malformed"),
        ("ProductId", "=HYPERLINK(1)", "price_identifier_malformed"),
        ("ProductId", "", "price_cell_missing"),
        ("SkuId", "x" * 61, "price_cell_too_long"),
        ("ProductTitle", "", "price_cell_missing"),
        ("ProductTitle", "x" * 251, "price_cell_too_long"),
        ("SkuTitle", "Basic\x00", "price_cell_control_character"),
        ("SkuTitle", "Basic \u202egpj.exe", "price_cell_control_character"),
        ("Segment", "", "price_cell_missing"),
    ],
)
def test_a_wrong_cell_is_named_by_line_column_value_and_code(column, value, code):
    error = only_error(**{column: value})

    assert (error.column, error.code) == (column, code)
    assert error.value.startswith(value.split("\x00")[0].split("\u202e")[0][:80])
    assert error.reason.endswith(".")
    assert "{" not in error.reason


def test_the_reason_is_a_sentence_with_the_value_and_the_next_step():
    error = only_error(UnitPrice="1.234,56")

    assert error.reason == (
        "1.234,56 has a comma or separators of thousands, which can be read in two ways. "
        "Write digits and one decimal point, for example 1234.56."
    )


def test_all_that_is_wrong_with_a_row_is_reported_at_once():
    parsed = read(csv_file(line(UnitPrice="-1", Currency="ABC", EffectiveStartDate="2026-02-30")))

    assert parsed.rows == ()
    assert [(error.line, error.column) for error in parsed.errors] == [
        (2, "Currency"),
        (2, "UnitPrice"),
        (2, "EffectiveStartDate"),
    ]
    assert len(parsed.rejected) == 1
    assert parsed.row_count == 1


def test_a_month_cannot_be_billed_annually():
    error = only_error(TermDuration="P1M", BillingPlan="Annual")

    assert (error.column, error.code) == ("BillingPlan", "price_billing_too_long")
    assert "P1M" in error.reason


def test_a_quantity_range_does_not_end_before_it_starts():
    error = only_error(PricingTierRangeMin="10", PricingTierRangeMax="9")

    assert (error.column, error.code) == ("PricingTierRangeMax", "price_range_reversed")


def test_a_row_repeated_with_the_same_values_is_read_once():
    parsed = read(csv_file(line(), GOOD, line()))

    assert [row.line_number for row in parsed.rows] == [2, 3]
    (error,) = parsed.errors
    assert (error.line, error.code) == (4, "price_key_repeated")
    assert error.reason.startswith("The row repeats line 2:")


def test_two_prices_for_one_key_reject_both_rows():
    parsed = read(csv_file(line(), GOOD, line(UnitPrice="61.00")))

    assert [row.line_number for row in parsed.rows] == [3]
    assert [(error.line, error.code) for error in parsed.errors] == [
        (2, "price_key_conflict"),
        (4, "price_key_conflict"),
    ]
    assert parsed.errors[0].reason.startswith("Line 4 has the same product")
    assert parsed.errors[1].reason.startswith("Line 2 has the same product")


def test_the_same_product_with_another_quantity_range_is_another_price():
    parsed = read(csv_file(line(), line(PricingTierRangeMin="100", UnitPrice="50.00")))

    assert parsed.errors == ()
    assert [row.range_min for row in parsed.rows] == [None, 100]


def test_a_list_cut_off_within_a_cell_rejects_its_last_row_only():
    whole = JANUARY.read_bytes()
    # 100 bytes before the end lie inside of the quoted end date of the last row.
    parsed = read(whole[:-100])

    assert len(parsed.rows) == 291
    (error,) = parsed.errors
    assert (error.line, error.code) == (293, "price_row_truncated")


def test_a_list_cut_off_between_two_cells_rejects_its_last_row_only():
    whole = JANUARY.read_bytes()
    cut = whole.rindex(b',"EUR",')

    parsed = read(whole[:cut])

    assert len(parsed.rows) == 291
    assert [(error.line, error.code) for error in parsed.errors] == [(293, "price_row_truncated")]


def test_a_last_row_without_a_line_end_is_whole():
    assert len(read(JANUARY.read_bytes().removesuffix(b"\r\n")).rows) == 292


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (line().rsplit(",", 1)[0], "price_row_too_few_cells"),
        (line() + ',"more"', "price_row_too_many_cells"),
        (line().replace('"Microsoft Corporation"', '"Microsoft" Corporation'), "price_row_quoting"),
        (line().replace('"Commercial"', '"Commercial'), "price_row_unclosed_quote"),
        (line().replace('"1 License"', "1 Lic\x00ense" * 20_000), "price_row_too_long"),
    ],
)
def test_a_row_of_another_shape_is_rejected_and_reading_goes_on(row, code):
    parsed = read(csv_file(GOOD, row, line(TermDuration="P1M")))

    assert [(error.line, error.column, error.code) for error in parsed.errors] == [(3, "", code)]
    assert [kept.line_number for kept in parsed.rows] == [2, 4]


def test_a_quote_that_never_closes_costs_its_own_row_only():
    lines = JANUARY.read_text(encoding="utf-8").splitlines(keepends=True)
    # The mark before the last cell of line 11 is taken away, the one after it opens a cell.
    lines[10] = lines[10].replace('"Commercial"\n', 'Commercial"\n')

    parsed = read("".join(lines).encode())

    assert len(parsed.rows) == 291
    (error,) = parsed.errors
    assert (error.line, error.column, error.code) == (11, "", "price_row_unclosed_quote")


def test_a_cell_of_nine_mebibytes_is_one_short_error():
    parsed = read(csv_file(line(SkuDescription="x" * 9 * 1024 * 1024), GOOD))

    (error,) = parsed.errors
    assert (error.line, error.code) == (2, "price_row_too_long")
    assert len(error.value) < 100
    assert len(error.reason) < 100
    assert len(parsed.rows) == 1


def test_a_long_value_is_shown_cut():
    error = only_error(ProductTitle="x" * 1000)

    assert error.value == "x" * 80 + "…"


def test_a_description_may_run_over_lines_and_later_lines_keep_their_numbers():
    parsed = read(csv_file(line(SkuDescription='one\r\n"two"\r\nthree'), line(Currency="ABC")))

    assert parsed.rows[0].description == 'one\r\n"two"\r\nthree'
    assert [error.line for error in parsed.errors] == [5]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://example.test","x")', "+1", "@SUM(A1)", "-5", "{{7*7}}", "Größe 漢字"],
)
def test_text_that_looks_like_a_formula_is_text(text):
    row = read(csv_file(line(SkuTitle=text, SkuDescription=text, Tags=text))).rows[0]

    assert (row.sku_title, row.description, row.tags) == (text, text, text)


@settings(max_examples=60, deadline=None)
@given(
    cut=st.integers(min_value=600, max_value=8_000),
    byte=st.sampled_from([b'"', b",", b"\n", b"\x00", b"-"]),
)
def test_a_stray_byte_anywhere_never_loses_more_than_the_rows_beside_it(cut, byte):
    whole = JANUARY.read_bytes()

    parsed = read(whole[:cut] + byte + whole[cut:])

    assert len(parsed.rows) >= 290
    assert all(error.line > 1 and error.reason for error in parsed.errors)
