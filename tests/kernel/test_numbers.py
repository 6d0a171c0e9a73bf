"""Numbers with a decimal comma or point and groups of thousands: what is read, and what is refused."""

from decimal import Decimal

import pytest

from entrepot.kernel.money import MoneyError, parse_decimal
from entrepot.kernel.numbers import plain_number


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("1.234,56", "1234.56", "1234.56"),
        ("1,234.56", "1234.56", "1234.56"),
        ("12,5", "12.5", None),
        ("12.50", "12.50", "12.50"),
        ("-0,125", "-0.125", None),
        ("0.125", "0.125", "0.125"),
        ("1234.567", "1234.567", "1234.567"),
        ("1.234.567", "1234567", None),
        ("1,234,567", None, "1234567"),
        ("1,234", "1.234", "ambiguous"),
        ("1.234", "ambiguous", "1.234"),
        (" 7 ", "7", "7"),
        ("12.34,56", None, None),
        ("1.234,5,6", None, None),
        ("1e3", None, None),
        ("", None, None),
        ("9" * 70 + ",5", None, None),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(text, german, english):
    for expected, decimal_comma in ((german, True), (english, False)):
        if expected is not None and expected != "ambiguous":
            assert parse_decimal(plain_number(text, decimal_comma=decimal_comma)) == Decimal(
                expected
            )
            continue
        with pytest.raises(MoneyError) as refused:
            parse_decimal(plain_number(text, decimal_comma=decimal_comma, field="price"))
        wanted = "number_ambiguous" if expected else "number_malformed"
        assert refused.value.code == wanted


def test_what_is_ambiguous_is_answered_with_both_ways_to_write_it():
    with pytest.raises(MoneyError) as refused:
        plain_number("1.234", decimal_comma=True, field="price")

    assert refused.value.field == "price"
    assert "Write 1234, or all of the decimals: 1234,00." in refused.value.text()
