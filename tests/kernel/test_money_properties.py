"""Money: laws that hold for all amounts, stated without the code under test."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.kernel.currencies import EXPONENTS
from entrepot.kernel.money import (
    Money,
    MoneyError,
    cumulative_allocation,
    line_amounts,
    parse_decimal,
    round_amount,
)

EXPS = st.sampled_from([0, 2, 3])
PPM = st.integers(min_value=0, max_value=1_000_000)
UNITS = st.integers(min_value=-(10**15), max_value=10**15)
PRICES = st.decimals(min_value=Decimal(-1000), max_value=Decimal(100_000), places=12)


@st.composite
def monies(draw, currency=None):
    code = currency or draw(st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
    return Money(Decimal(draw(UNITS)).scaleb(-EXPONENTS[code]), code)


@st.composite
def fractions_of_a_period(draw):
    den = draw(st.integers(min_value=1, max_value=1098))
    return draw(st.integers(min_value=0, max_value=den)), den


@st.composite
def lines(draw):
    num, den = draw(fractions_of_a_period())
    return {
        "unit_price": draw(PRICES),
        "quantity": draw(st.integers(min_value=-5000, max_value=5000)),
        "num": num,
        "den": den,
        "discount_ppm": draw(PPM),
        "tax_ppm": draw(PPM),
        "exponent": draw(EXPS),
    }


def assert_rounded(rounded, exact, exp):
    """The nearest multiple of the smallest unit, and of two nearest the one farther from zero."""
    unit = Fraction(1, 10**exp)
    distance = Fraction(rounded) - exact
    assert (Fraction(rounded) / unit).denominator == 1
    assert abs(distance) * 2 <= unit
    if abs(distance) * 2 == unit:
        assert abs(Fraction(rounded)) > abs(exact)
    assert rounded.as_tuple().exponent == -exp
    assert not (rounded.is_zero() and rounded.is_signed())


@given(value=st.fractions(max_denominator=10**9), exp=st.integers(min_value=0, max_value=12))
@example(value=Fraction(1, 200), exp=2)
@example(value=Fraction(-1, 200), exp=2)
@example(value=Fraction(-1, 300), exp=2)
def test_rounding_gives_the_nearest_amount(value, exp):
    assert_rounded(round_amount(value, exp=exp), value, exp)


@given(value=st.decimals(min_value=-(10**17), max_value=10**17, places=4), exp=EXPS)
def test_rounding_of_decimals_gives_the_nearest_amount_too(value, exp):
    rounded = round_amount(value, exp=exp)

    assert_rounded(rounded, Fraction(value), exp)
    assert round_amount(rounded, exp=exp) == rounded
    assert round_amount(value.copy_negate(), exp=exp) == -rounded


@given(st.data())
def test_addition_is_exact_and_is_undone_by_subtraction(data):
    a = data.draw(monies())
    b = data.draw(monies(a.currency))

    assert Fraction((a + b).amount) == Fraction(a.amount) + Fraction(b.amount)
    assert a + b == b + a
    assert (a + b) - b == a
    assert a + -a == Money.zero(a.currency)
    assert (a < b) is (a.amount < b.amount)


@given(money=monies(), n=st.integers(min_value=1, max_value=60))
def test_a_split_adds_up_and_its_parts_differ_by_one_unit_at_most(money, n):
    parts = money.split(n)
    unit = Decimal(1).scaleb(-EXPONENTS[money.currency])

    assert len(parts) == n
    assert Money.total(parts, currency=money.currency) == money
    assert max(parts).amount - min(parts).amount <= unit
    assert [abs(part) for part in parts] == sorted(map(abs, parts), reverse=True)


@given(
    money=monies(),
    weights=st.lists(
        st.integers(min_value=0, max_value=10**6) | st.fractions(min_value=0, max_value=5),
        min_size=1,
        max_size=12,
    ).filter(any),
)
def test_an_allocation_adds_up_and_no_part_is_off_by_a_whole_unit(money, weights):
    parts = money.allocate(weights)
    unit = Fraction(1, 10 ** EXPONENTS[money.currency])
    fair = [Fraction(money.amount) * weight / sum(weights) for weight in weights]

    assert Money.total(parts, currency=money.currency) == money
    for part, share, weight in zip(parts, fair, weights, strict=True):
        assert abs(Fraction(part.amount) - share) < unit
        assert weight or part.is_zero
        assert Fraction(part.amount) * share >= 0


@given(money=monies(), weights=st.lists(st.integers(min_value=1, max_value=9), min_size=2))
def test_a_larger_remainder_never_gets_less_than_a_smaller_one(money, weights):
    unit = Fraction(1, 10 ** EXPONENTS[money.currency])
    fair = [abs(Fraction(money.amount)) * weight / sum(weights) / unit for weight in weights]
    parts = [abs(Fraction(part.amount)) / unit for part in money.allocate(weights)]
    raised = [part - share // 1 for part, share in zip(parts, fair, strict=True)]
    remainders = [share % 1 for share in fair]

    for i in range(len(weights)):
        for j in range(i + 1, len(weights)):
            if remainders[i] >= remainders[j]:
                assert raised[i] >= raised[j]
            else:
                assert raised[i] <= raised[j]


@given(line=lines())
def test_each_amount_of_a_line_is_rounded_from_the_one_before(line):
    found, exp = line_amounts(**line), line["exponent"]
    gross = Fraction(line["unit_price"]) * line["quantity"] * Fraction(line["num"], line["den"])

    assert_rounded(found.list, gross, exp)
    assert_rounded(found.discount, Fraction(found.list) * line["discount_ppm"] / 10**6, exp)
    assert Fraction(found.net) == Fraction(found.list) - Fraction(found.discount)
    assert_rounded(found.tax, Fraction(found.net) * line["tax_ppm"] / 10**6, exp)


@given(line=lines())
def test_a_refund_of_the_same_days_cancels_a_charge_exactly(line):
    charge = line_amounts(**line)
    refund = line_amounts(**{**line, "quantity": -line["quantity"]})

    assert charge.list + refund.list == 0
    assert charge.discount + refund.discount == 0
    assert charge.net + refund.net == 0
    assert charge.tax + refund.tax == 0


@given(line=lines(), cut=st.integers(min_value=0, max_value=1098))
def test_a_charge_split_in_two_parts_is_off_by_one_unit_at_most(line, cut):
    first = min(cut, line["num"])
    whole = line_amounts(**line).list
    parts = [line_amounts(**{**line, "num": n}).list for n in (first, line["num"] - first)]

    assert abs(sum(parts) - whole) <= Decimal(1).scaleb(-line["exponent"])


@given(
    units=st.lists(st.integers(min_value=-(10**9), max_value=10**9), max_size=20),
    tax_ppm=PPM,
    exp=EXPS,
)
def test_the_tax_of_the_lines_adds_up_to_the_tax_of_every_leading_part_of_a_group(
    units, tax_ppm, exp
):
    nets = [Decimal(n).scaleb(-exp) for n in units]
    taxes = cumulative_allocation(nets, tax_ppm=tax_ppm, exp=exp)
    unit = Fraction(1, 10**exp)

    assert len(taxes) == len(nets)
    for n in range(len(nets) + 1):
        assert_rounded(
            sum(taxes[:n], Decimal(0).scaleb(-exp)),
            sum(map(Fraction, nets[:n]), Fraction(0)) * tax_ppm / 10**6,
            exp,
        )
    for net, tax in zip(nets, taxes, strict=True):
        assert abs(Fraction(tax) - Fraction(net) * tax_ppm / 10**6) <= unit


@given(
    st.decimals(min_value=-(10**16), max_value=10**16, places=12),
    st.sampled_from(["", " ", "\t"]),
)
def test_a_number_written_plainly_is_read_back(value, blank):
    assert parse_decimal(f"{blank}{value:f}{blank}") == value


@given(st.text(alphabet="0123456789.,-+eE_ ٣NnaAiIfF", max_size=70) | st.text(max_size=20))
def test_any_text_is_refused_or_is_the_number_that_it_looks_like(text):
    try:
        value = parse_decimal(text)
    except MoneyError:
        return

    assert value.is_finite()
    assert value == Decimal(text.strip())
