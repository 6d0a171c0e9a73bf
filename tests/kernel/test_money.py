"""Money: worked amounts as literals, and what is refused."""

from __future__ import annotations

import dataclasses
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from entrepot.kernel.currencies import EXPONENTS
from entrepot.kernel.money import (
    LineAmounts,
    Money,
    MoneyError,
    cumulative_allocation,
    exponent,
    line_amounts,
    parse_decimal,
    quantize_unit_price,
    round_amount,
)


def dec(text):
    return Decimal(text)


def eur(text):
    return Money(Decimal(text), "EUR")


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("HUF", 2),
        ("JPY", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("TND", 3),
        ("CLF", 4),
    ],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency, decimals):
    assert exponent(currency) == decimals


def test_the_table_of_currencies_is_complete_and_cannot_be_changed():
    # ISO 4217 has 17 codes without decimals, 7 with three and 2 with four.
    counts = {n: list(EXPONENTS.values()).count(n) for n in (0, 3, 4)}

    assert counts == {0: 17, 3: 7, 4: 2}
    assert len(EXPONENTS) > 160
    assert all(len(c) == 3 and c.isascii() and c.isupper() for c in EXPONENTS)
    with pytest.raises(TypeError):
        EXPONENTS["EUR"] = 3


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XAU", "XXX", "€", "E R"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(MoneyError) as caught:
        Money(dec("1"), code)

    assert caught.value.code == "currency_unknown"


@pytest.mark.parametrize(
    ("value", "exp", "expected"),
    [
        (dec("0.005"), 2, "0.01"),
        (dec("-0.005"), 2, "-0.01"),
        (dec("0.004999999999"), 2, "0.00"),
        (dec("2.675"), 2, "2.68"),
        (dec("0.125"), 2, "0.13"),
        (dec("0.5"), 0, "1"),
        (dec("-0.5"), 0, "-1"),
        (dec("1.0005"), 3, "1.001"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(-2, 3), 2, "-0.67"),
        (Fraction(1, 200), 2, "0.01"),
        (7, 2, "7.00"),
        (dec("-0.001"), 2, "0.00"),
        (dec("-0"), 2, "0.00"),
        # One unit in the last place below the tie, beyond the 28 digits of a usual context.
        (dec("12345678901234567.00499999999999999999"), 2, "12345678901234567.00"),
        (dec("12345678901234567.005"), 2, "12345678901234567.01"),
    ],
)
def test_rounding_is_half_away_from_zero(value, exp, expected):
    # As text, because 0.00 equals -0.00 and 7 equals 7.00.
    assert str(round_amount(value, exp=exp)) == expected


def test_rounding_does_not_depend_on_the_decimal_context_of_the_caller():
    with localcontext(prec=3):
        rounded = round_amount(dec("123456.785"), exp=2)
        money = Money(rounded, "EUR") + Money(dec("0.01"), "EUR")

    assert rounded == dec("123456.79")
    assert money.amount == dec("123456.80")


@pytest.mark.parametrize("exp", [-1, 13])
def test_rounding_to_a_place_that_no_amount_has_is_a_bug(exp):
    with pytest.raises(ValueError, match="decimals"):
        round_amount(dec("1"), exp=exp)


def test_a_unit_price_keeps_twelve_decimals():
    # A yearly price of 10 charged monthly: 10/12 = 0.8333...
    assert quantize_unit_price(Fraction(10, 12)) == dec("0.833333333333")
    assert quantize_unit_price(dec("0.0000000000005")) == dec("0.000000000001")
    assert quantize_unit_price(dec("999999999999.999999999999")) == dec("999999999999.999999999999")


@pytest.mark.parametrize("value", ["1000000000000", "-1000000000000", "999999999999.9999999999995"])
def test_a_unit_price_too_large_for_its_column_is_refused(value):
    with pytest.raises(MoneyError) as caught:
        quantize_unit_price(dec(value))

    assert caught.value.code == "amount_out_of_range"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("1234.56", "1234.56"),
        (" -7.5\n", "-7.5"),
        ("007", "7"),
        ("1.500", "1.5"),
        ("0.000000000001", "0.000000000001"),
        ("1.0000000000000000", "1"),
        ("00000000000000000000001", "1"),
        ("99999999999999999.999999999999", "99999999999999999.999999999999"),
    ],
)
def test_a_plain_number_is_read_exactly(text, expected):
    assert format(parse_decimal(text), "f") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_malformed"),
        ("  ", "number_malformed"),
        ("1.234,56", "number_malformed"),
        ("1,234.56", "number_malformed"),
        ("1,5", "number_malformed"),
        ("1 000", "number_malformed"),
        ("1_000", "number_malformed"),
        ("1e999", "number_malformed"),
        ("1E3", "number_malformed"),
        ("NaN", "number_malformed"),
        ("Infinity", "number_malformed"),
        ("-inf", "number_malformed"),
        ("+1", "number_malformed"),
        ("--1", "number_malformed"),
        (".5", "number_malformed"),
        ("5.", "number_malformed"),
        ("1.2.3", "number_malformed"),
        ("0x1F", "number_malformed"),
        ("١٢", "number_malformed"),
        ("²", "number_malformed"),
        ("12 EUR", "number_malformed"),
        ("9" * 1_000_000, "number_malformed"),
        ("100000000000000000", "number_out_of_range"),
        ("-123456789012345678.5", "number_out_of_range"),
        ("0.0000000000001", "number_too_precise"),
    ],
)
def test_anything_else_is_refused_and_not_guessed(text, code):
    with pytest.raises(MoneyError) as caught:
        parse_decimal(text, field="price")

    assert (caught.value.code, caught.value.field) == (code, "price")
    assert caught.value.next_step
    assert len(str(caught.value)) < 200


def test_a_column_with_fewer_digits_has_its_own_limits():
    assert parse_decimal("999.99", integer_digits_max=3, decimals_max=2) == dec("999.99")
    with pytest.raises(MoneyError, match="more than 3 digits"):
        parse_decimal("1000", integer_digits_max=3)
    with pytest.raises(MoneyError, match="more than 2 decimals"):
        parse_decimal("1.005", decimals_max=2)


def test_an_amount_shows_the_decimals_of_its_currency():
    assert str(eur("10")) == "10.00 EUR"
    assert str(Money(dec("1E+3"), "JPY")) == "1000 JPY"
    assert str(Money(dec("1.5"), "KWD")) == "1.500 KWD"
    assert eur("10") == eur("10.00")
    assert hash(eur("10")) == hash(eur("10.00"))


def test_amounts_of_one_currency_are_added_compared_and_multiplied():
    assert eur("9.99") + eur("0.01") == eur("10")
    assert eur("1") - eur("2.50") == eur("-1.50")
    assert eur("0.10") * 3 == eur("0.30")
    assert -eur("5") == eur("-5")
    assert abs(eur("-5")) == eur("5")
    assert eur("1") < eur("1.01") <= eur("1.01")
    assert eur("2") > eur("1.99")
    assert Money.total([eur("1"), eur("2.5")], currency="EUR") == eur("3.50")
    assert Money.total([], currency="EUR") == Money.zero("EUR")
    assert Money.zero("EUR").is_zero
    assert not eur("0.01").is_zero
    assert Money.rounded(Fraction(20, 3), currency="EUR") == eur("6.67")


@pytest.mark.parametrize(
    "attempt",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a >= b,
        lambda a, b: Money.total([a, b], currency="EUR"),
    ],
)
def test_two_currencies_never_meet(attempt):
    with pytest.raises(MoneyError, match="EUR") as caught:
        attempt(eur("1"), Money(dec("1"), "USD"))

    assert caught.value.code == "currency_mismatch"


def test_equal_amounts_of_two_currencies_are_not_equal():
    assert eur("1") != Money(dec("1"), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("NaN", "EUR", "amount_not_finite"),
        ("sNaN", "EUR", "amount_not_finite"),
        ("Infinity", "EUR", "amount_not_finite"),
        ("-Infinity", "EUR", "amount_not_finite"),
        ("0.001", "EUR", "amount_too_precise"),
        ("0.5", "JPY", "amount_too_precise"),
        ("0.0001", "KWD", "amount_too_precise"),
        ("100000000000000000", "EUR", "amount_out_of_range"),
        ("1e999999999", "EUR", "amount_out_of_range"),
        ("1e-999999999", "EUR", "amount_out_of_range"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(amount, currency, code):
    with pytest.raises(MoneyError) as caught:
        Money(dec(amount), currency)

    assert caught.value.code == code
    assert "{" not in str(caught.value)


def test_a_sum_too_large_for_its_column_is_refused():
    with pytest.raises(MoneyError) as caught:
        eur("99999999999999999.99") + eur("0.01")

    assert caught.value.code == "amount_out_of_range"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Money(1.5, "EUR"),
        lambda: Money(1, "EUR"),
        lambda: Money("1", "EUR"),
        lambda: round_amount(1.5, exp=2),
        lambda: round_amount(True, exp=2),
        lambda: eur("1") * 1.5,
        lambda: eur("1") * True,
        lambda: eur("1").allocate([0.5, 0.5]),
        lambda: charge(unit_price=9.99),
        lambda: charge(quantity=1.5),
        lambda: charge(tax_ppm=0.19),
    ],
)
def test_floats_and_truth_values_are_not_numbers_of_money(attempt):
    with pytest.raises(TypeError):
        attempt()


def test_money_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        eur("1").amount = dec("2")


@pytest.mark.parametrize(
    ("whole", "n", "parts"),
    [
        ("10.00", 3, ["3.34", "3.33", "3.33"]),
        ("-10.00", 3, ["-3.34", "-3.33", "-3.33"]),
        ("0.02", 3, ["0.01", "0.01", "0.00"]),
        ("0.00", 2, ["0.00", "0.00"]),
        ("5.00", 1, ["5.00"]),
    ],
)
def test_splitting_loses_no_cent(whole, n, parts):
    assert eur(whole).split(n) == tuple(eur(part) for part in parts)


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        # 1/7, 2/7 and 4/7 of 100 cents: 14.28, 28.57, 57.14; the cent left goes to 28.57.
        ("1.00", [1, 2, 4], ["0.14", "0.29", "0.57"]),
        # Remainders 0.5 and 0.5: the first gets the cent.
        ("0.01", [1, 1], ["0.01", "0.00"]),
        ("0.01", [1, 2], ["0.00", "0.01"]),
        ("0.05", [0, 1, 0], ["0.00", "0.05", "0.00"]),
        ("9.00", [Decimal("0.5"), Fraction(1, 4), Fraction(1, 4)], ["4.50", "2.25", "2.25"]),
    ],
)
def test_allocating_gives_the_cents_left_to_the_largest_remainders(whole, weights, parts):
    assert eur(whole).allocate(weights) == tuple(eur(part) for part in parts)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: eur("1").split(0),
        lambda: eur("1").split(-1),
        lambda: eur("1").allocate([]),
        lambda: eur("1").allocate([0, 0]),
        lambda: eur("1").allocate([3, -1]),
    ],
)
def test_weights_that_divide_nothing_are_refused(attempt):
    with pytest.raises(MoneyError) as caught:
        attempt()

    assert caught.value.code == "allocation_invalid"


def charge(**changes):
    plain = {
        "unit_price": dec("9.99"),
        "quantity": 1,
        "num": 1,
        "den": 1,
        "discount_ppm": 0,
        "tax_ppm": 190_000,
        "exponent": 2,
    }
    return line_amounts(**{**plain, **changes})


def amounts(listed, discount, net, tax):
    return LineAmounts(list=dec(listed), discount=dec(discount), net=dec(net), tax=dec(tax))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 9.99 x 19 % = 1.8981
        ({}, ("9.99", "0", "9.99", "1.90")),
        # Five seats fewer, the whole month: the exact opposite of five more.
        ({"quantity": 5}, ("49.95", "0", "49.95", "9.49")),
        ({"quantity": -5}, ("-49.95", "0", "-49.95", "-9.49")),
        # (20 - 10) x 21/31 = 6.774...; 6.77 x 19 % = 1.2863
        ({"unit_price": dec("10"), "num": 21, "den": 31}, ("6.77", "0", "6.77", "1.29")),
        # 12.50 x 15/30 = 6.25; 10 % of it is 0.625, half away from zero 0.63; net 5.62; 1.0678
        (
            {"unit_price": dec("12.5"), "num": 15, "den": 30, "discount_ppm": 100_000},
            ("6.25", "0.63", "5.62", "1.07"),
        ),
        # The same in yen: 1250 x 1/2 = 625; 62.5 is 63; 562; 106.78 is 107
        (
            {"unit_price": dec("1250"), "num": 1, "den": 2, "discount_ppm": 100_000, "exponent": 0},
            ("625", "63", "562", "107"),
        ),
        # 128 MB x 14 days x 24 h = 43008 MBh at 0.000001 = 0.043008
        (
            {"unit_price": dec("0.000001"), "quantity": 43008, "exponent": 3},
            ("0.043", "0", "0.043", "0.008"),
        ),
        # 512 MB x 16 days x 24 h = 196608 MBh at 0.000001 = 0.196608
        (
            {"unit_price": dec("0.000001"), "quantity": 196608, "exponent": 3},
            ("0.197", "0", "0.197", "0.037"),
        ),
        # 2 x 1.25 = 2.50, all of it discounted.
        (
            {"unit_price": dec("1.25"), "quantity": 2, "discount_ppm": 10**6},
            ("2.50", "2.50", "0", "0"),
        ),
        # A change on the renewal day: no day left.
        ({"num": 0, "den": 31}, ("0", "0", "0", "0")),
        # 1.5 GB x 0.10 = 0.15; 0.0285
        ({"unit_price": dec("0.1"), "quantity": dec("1.5")}, ("0.15", "0", "0.15", "0.03")),
        # The quotient has no end: 1234567890123456 x 7/366 = 23611954182689 and 18/366; the tax is
        # 23611954182689.05 x 0.19 = 4486271294710.9195
        (
            {"unit_price": dec("1234567890123456"), "num": 7, "den": 366},
            ("23611954182689.05", "0", "23611954182689.05", "4486271294710.92"),
        ),
    ],
)
def test_a_charge_is_rounded_in_the_order_list_discount_net_tax(changes, expected):
    assert charge(**changes) == amounts(*expected)


@pytest.mark.parametrize("changes", [{"num": 2}, {"num": -1}, {"num": 0, "den": 0}])
def test_a_fraction_that_is_not_a_part_of_a_whole_is_a_bug(changes):
    with pytest.raises(ValueError, match="not a part of a period"):
        charge(**changes)


@pytest.mark.parametrize(
    "changes",
    [{"discount_ppm": -1}, {"discount_ppm": 1_000_001}, {"tax_ppm": -1}, {"tax_ppm": 1_000_001}],
)
def test_a_rate_outside_nothing_and_everything_is_refused(changes):
    with pytest.raises(MoneyError) as caught:
        charge(**changes)

    assert caught.value.code == "rate_out_of_range"


def test_the_tax_of_a_group_is_shared_out_to_its_lines():
    # Three lines of 0.03 at 19 %: 0.0057, 0.0114, 0.0171 round to 0.01, 0.01, 0.02. Line by line
    # each would pay 0.01, which makes 0.03.
    taxes = cumulative_allocation([dec("0.03")] * 3, tax_ppm=190_000, exp=2)

    assert taxes == (dec("0.01"), dec("0.00"), dec("0.01"))


def test_the_tax_of_a_group_with_a_refund_is_shared_out_too():
    # 10.00 -> 1.90; 10.00 - 3.33 = 6.67 -> 1.2673, rounded 1.27; less 1.90 is -0.63
    taxes = cumulative_allocation([dec("10.00"), dec("-3.33")], tax_ppm=190_000, exp=2)

    assert taxes == (dec("1.90"), dec("-0.63"))


def test_a_group_without_lines_has_no_tax():
    assert cumulative_allocation([], tax_ppm=190_000, exp=2) == ()


def test_the_rate_of_a_group_is_checked():
    with pytest.raises(MoneyError, match="between 0 and 100 %"):
        cumulative_allocation([dec("1")], tax_ppm=2_000_000, exp=2)
