"""Money: exact amounts, and the only place of the program that rounds them.

Amounts are `Decimal` at the exponent of their currency. Unit prices are plain `Decimal` of up to
twelve decimals. Nothing here depends on the caller's decimal context: every intermediate value is
an integer or a `Fraction`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import total_ordering
from itertools import accumulate, pairwise

from entrepot.kernel.currencies import EXPONENTS
from entrepot.kernel.errors import BadInput

AMOUNT_INTEGER_DIGITS = 17
UNIT_PRICE_DECIMALS = 12
UNIT_PRICE_INTEGER_DIGITS = 12
PPM = 1_000_000

_PLAIN_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_TEXT_LENGTH_MAX = 64
# Far above any stored number. Decimals beyond it (1e999999) would need megabytes as an integer.
_MAGNITUDE_MAX = 60
_WIDE = Context(prec=4 * _MAGNITUDE_MAX)


class MoneyError(BadInput):
    """A number or a currency that cannot be an amount of money."""

    codes = frozenset(
        {
            "allocation_invalid",
            "amount_not_finite",
            "amount_out_of_range",
            "amount_too_precise",
            "currency_mismatch",
            "currency_unknown",
            "number_ambiguous",
            "number_malformed",
            "number_out_of_range",
            "number_too_precise",
            "rate_out_of_range",
        }
    )


def exponent(currency: str) -> int:
    """Look up how many decimals amounts of a currency have (ISO 4217, 0 to 4).

    Raises: MoneyError `currency_unknown`; codes are three capital letters.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(
            "currency_unknown",
            "There is no currency with the code {currency}.",
            next_step="Use a code of ISO 4217 such as EUR.",
            currency=currency,
        ) from None


def round_amount(value: Decimal | Fraction | int, *, exp: int) -> Decimal:
    """Round half away from zero to `exp` decimals (0 to 12); zero never carries a minus sign.

    Source: docs/decisions, rounding as list, discount, net, tax; each step calls this function.
    Raises: MoneyError `amount_not_finite` or `amount_out_of_range`; TypeError for a float;
    ValueError if `exp` is outside its bounds.
    """
    if not 0 <= exp <= UNIT_PRICE_DECIMALS:
        raise ValueError(f"cannot round to {exp} decimals")
    exact = _exact(value)
    scale: int = 10**exp
    units = (2 * abs(exact.numerator) * scale + exact.denominator) // (2 * exact.denominator)
    return _decimal(units=units if exact > 0 else -units, exp=exp)


def quantize_unit_price(value: Decimal | Fraction | int) -> Decimal:
    """Round a price of one unit to twelve decimals, as the column numeric(24,12) keeps it.

    Raises: MoneyError `amount_out_of_range` from one million million on; else as `round_amount`.
    """
    price = round_amount(value, exp=UNIT_PRICE_DECIMALS)
    _require_magnitude(price, integer_digits=UNIT_PRICE_INTEGER_DIGITS)
    return price


def parse_decimal(
    text: str,
    *,
    field: str | None = None,
    integer_digits_max: int = AMOUNT_INTEGER_DIGITS,
    decimals_max: int = UNIT_PRICE_DECIMALS,
) -> Decimal:
    """Read a plain number such as `-1234.56` exactly; blanks around it do not matter.

    Groups of thousands, a decimal comma, exponents, `NaN`, a plus sign and digits of other scripts
    are refused instead of guessed. Zeros that change nothing do not count against the limits.

    Raises: MoneyError `number_malformed`, `number_out_of_range` (too many digits before the point)
    or `number_too_precise` (too many after it), with `field`.
    """
    match = _PLAIN_NUMBER.fullmatch(text.strip()) if len(text) <= _TEXT_LENGTH_MAX else None
    if match is None:
        raise MoneyError(
            "number_malformed",
            "“{text}” is not a number.",
            next_step="Write digits and one decimal point, for example 1234.56.",
            field=field,
            text=text[:_TEXT_LENGTH_MAX],
        )
    sign, whole, decimals = match[1], match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(whole) > integer_digits_max:
        raise MoneyError(
            "number_out_of_range",
            "{text} has more than {digits} digits before the decimal point.",
            next_step="Give a smaller number.",
            field=field,
            text=text,
            digits=integer_digits_max,
        )
    if len(decimals) > decimals_max:
        raise MoneyError(
            "number_too_precise",
            "{text} has more than {digits} decimals.",
            next_step="Round it first.",
            field=field,
            text=text,
            digits=decimals_max,
        )
    units = int(whole + decimals or "0")
    return _decimal(units=-units if sign else units, exp=len(decimals))


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount at the exponent of its currency, for example `Money(Decimal("9.99"), "EUR")`.

    Amounts of two currencies never meet in arithmetic or comparison. A price of one unit may have
    more decimals than its currency; keep that as a Decimal and use `Money.rounded` on the product.

    Raises: TypeError for a float; MoneyError `currency_unknown`, `amount_not_finite`,
    `amount_too_precise`, `amount_out_of_range` (17 digits before the point).
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        exp = exponent(self.currency)
        given = _require_decimal(self.amount)
        amount = round_amount(given, exp=exp)
        if amount != given:
            raise MoneyError(
                "amount_too_precise",
                "{amount} has more than the {digits} decimals of {currency}.",
                next_step="Round the amount first.",
                amount=given,
                digits=exp,
                currency=self.currency,
            )
        _require_magnitude(amount, integer_digits=AMOUNT_INTEGER_DIGITS)
        # Frozen, and yet 10 and 10.00 shall read the same everywhere.
        object.__setattr__(self, "amount", amount)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Give nothing, in a currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def rounded(cls, value: Decimal | Fraction | int, *, currency: str) -> Money:
        """Round an exact value to an amount of the currency, half away from zero."""
        return cls(round_amount(value, exp=exponent(currency)), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], *, currency: str) -> Money:
        """Add up amounts of one currency; nothing adds up to zero."""
        return sum(amounts, cls.zero(currency))

    def __add__(self, other: Money) -> Money:
        return self._of_units(self._units + self._same(other)._units)

    def __sub__(self, other: Money) -> Money:
        return self._of_units(self._units - self._same(other)._units)

    def __mul__(self, factor: int) -> Money:
        return self._of_units(self._units * _require_int(factor))

    def __neg__(self) -> Money:
        return self._of_units(-self._units)

    def __abs__(self) -> Money:
        return self._of_units(abs(self._units))

    def __lt__(self, other: Money) -> bool:
        return self._units < self._same(other)._units

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def is_zero(self) -> bool:
        """Tell whether the amount is zero."""
        return self._units == 0

    def split(self, n: int) -> tuple[Money, ...]:
        """Divide into `n` parts that differ by one smallest unit at most, larger ones first.

        Raises: MoneyError `allocation_invalid` unless n is at least 1.
        """
        return self.allocate([1] * n)

    def allocate(self, weights: Sequence[int | Decimal | Fraction]) -> tuple[Money, ...]:
        """Divide in proportion to weights of zero or more; the parts add up to the whole exactly.

        Each part is first cut off towards zero; the smallest units left over go to the largest
        remainders, the first of equal ones first.

        Raises: MoneyError `allocation_invalid` if a weight is negative or all are zero.
        """
        exact = [_exact(weight) for weight in weights]
        whole = sum(exact)
        if whole <= 0 or min(exact) < 0:
            raise MoneyError(
                "allocation_invalid",
                "An amount cannot be divided by these weights.",
                next_step="Give at least one weight, none below zero and not all zero.",
            )
        shares = [abs(self._units) * weight / whole for weight in exact]
        units = [share.numerator // share.denominator for share in shares]
        # sorted() keeps the order of equal remainders, so ties go to the first.
        neediest = sorted(range(len(shares)), key=lambda i: units[i] - shares[i])
        for i in neediest[: abs(self._units) - sum(units)]:
            units[i] += 1
        return tuple(self._of_units(part if self._units > 0 else -part) for part in units)

    @property
    def _units(self) -> int:
        return _exact(self.amount.scaleb(exponent(self.currency), _WIDE)).numerator

    def _of_units(self, units: int) -> Money:
        return Money(_decimal(units=units, exp=exponent(self.currency)), self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError(
                "currency_mismatch",
                "Amounts in {currency} and {other} cannot be combined.",
                next_step="Convert one of them at a stored rate first.",
                currency=self.currency,
                other=other.currency,
            )
        return other


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """The four amounts of a charge; `net` is `list` less `discount`, tax comes on top of it."""

    list: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal


def line_amounts(
    *,
    unit_price: Decimal,
    quantity: int | Decimal,
    num: int,
    den: int,
    discount_ppm: int,
    tax_ppm: int,
    exponent: int,
) -> LineAmounts:
    """Compute a charge: list = price x quantity x num/den, then discount, net and tax.

    `num`/`den` is the fraction of the period in days (1/1 for a price without a period), with
    0 <= num <= den. Rates are parts per million from 0 to 1,000,000: 19 % is 190000. `exponent` is
    that of the currency. Each step rounds half away from zero, so a negative quantity gives exactly
    the negated amounts.

    Raises: MoneyError `rate_out_of_range`; ValueError if the fraction is not a part of a whole.
    """
    if not 0 <= num <= den or den == 0:
        raise ValueError(f"{num}/{den} is not a part of a period")
    gross = _exact(unit_price) * _exact(quantity) * Fraction(num, den)
    listed = round_amount(gross, exp=exponent)
    discount = _share(listed, ppm=discount_ppm, exp=exponent)
    net = round_amount(_exact(listed) - _exact(discount), exp=exponent)
    tax = _share(net, ppm=tax_ppm, exp=exponent)
    return LineAmounts(list=listed, discount=discount, net=net, tax=tax)


def cumulative_allocation(
    nets: Sequence[Decimal], *, tax_ppm: int, exp: int
) -> tuple[Decimal, ...]:
    """Share the tax of a group out to its lines, in their order.

    A line gets round(cum_i) - round(cum_{i-1}), cum_i being the exact tax of the lines 1 to i.
    Therefore the parts add up to the rounded tax of the whole group, and no line is off by more
    than one smallest unit. `tax_ppm` is parts per million, 0 to 1,000,000.

    Raises: MoneyError `rate_out_of_range`.
    """
    sums = accumulate((_exact(net) for net in nets), initial=Fraction(0))
    taxes = [_exact(_share(running, ppm=tax_ppm, exp=exp)) for running in sums]
    return tuple(round_amount(after - before, exp=exp) for before, after in pairwise(taxes))


def _share(value: Decimal | Fraction, *, ppm: int, exp: int) -> Decimal:
    if not 0 <= _require_int(ppm) <= PPM:
        raise MoneyError(
            "rate_out_of_range",
            "A rate of {ppm} parts per million is not between 0 and 100 %.",
            next_step="Give a rate from 0 to 1000000.",
            ppm=ppm,
        )
    return round_amount(_exact(value) * Fraction(ppm, PPM), exp=exp)


def _exact(value: Decimal | Fraction | int) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(_require_int(value))
    number = _require_decimal(value)
    _require_magnitude(number, integer_digits=_MAGNITUDE_MAX)
    return Fraction(number)


def _decimal(*, units: int, exp: int) -> Decimal:
    return Decimal(units).scaleb(-exp, _WIDE)


def _require_decimal(value: object) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
    if not value.is_finite():
        raise MoneyError(
            "amount_not_finite", "{amount} is not an amount of money.", amount=str(value)
        )
    return value


def _require_int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a count is an int, not {type(value).__name__}")
    return value


def _require_magnitude(value: Decimal, *, integer_digits: int) -> None:
    if value and (value.adjusted() >= integer_digits or value.adjusted() < -_MAGNITUDE_MAX):
        raise MoneyError(
            "amount_out_of_range",
            "{amount} has more digits than an amount can have.",
            next_step="Give a number of at most {digits} digits before the decimal point.",
            amount=value,
            digits=integer_digits,
        )
