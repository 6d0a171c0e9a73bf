"""Why a charge has its amount: words, steps and the proof that they lead to the stored cent."""

from decimal import Decimal
from fractions import Fraction

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.catalog.levels import PriceLevel
from entrepot.domain.documents import explain_texts as say
from entrepot.domain.documents import formats
from entrepot.domain.documents.explain_types import (
    ChargeFacts,
    DayStrip,
    Explanation,
    Piece,
    Step,
    StepName,
)
from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.kernel.money import LineAmounts, line_amounts
from entrepot.kernel.periods import DateRange

_TIMES = "\N{MULTIPLICATION SIGN}"
_DIVIDED = "\N{DIVISION SIGN}"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# An unrounded figure shows this many digits more than the currency has.
_DIGITS_MORE = 2
_MONTH_DAYS_MAX = 31


def explain(*, facts: ChargeFacts, language: Language) -> Explanation:
    """Explain a charge from its stored facts, in the order in which it was calculated.

    The amounts shown are the stored ones; they are calculated again with the function that billing
    is checked against, and `replayed` tells whether the cents are the same. With tax rounded per
    rate group a line's tax may be one smallest unit away from its own product.
    Raises: ValueError or MoneyError if the stored fraction or a rate is out of its bounds.
    """
    again = line_amounts(
        unit_price=facts.unit_price,
        quantity=facts.quantity,
        num=facts.num,
        den=facts.den,
        discount_ppm=facts.discount_ppm,
        tax_ppm=facts.tax_ppm,
        exponent=facts.exponent,
    )
    return _Explainer(facts, language).explanation(again)


class _Explainer:
    """One explanation under way; holds what nearly every sentence needs."""

    def __init__(self, facts: ChargeFacts, language: Language) -> None:
        self._facts = facts
        self._language = language
        self._unit_one = unit_label(facts.unit_label, quantity=Decimal(1), language=language)
        self._units = unit_label(facts.unit_label, quantity=facts.quantity, language=language)
        self._is_part = facts.num != facts.den

    def explanation(self, again: LineAmounts) -> Explanation:
        facts, language = self._facts, self._language
        replayed = _is_same(facts, again)
        net, tax = self._money(again.net), self._money(again.tax)
        return Explanation(
            title=say.words("title", language, net=self._money(facts.net)),
            paragraph=tuple(self._paragraph()),
            follow_up=self._follow_up(),
            strip=_strip(facts),
            steps=self._steps(),
            replayed=replayed,
            replay_text=(
                say.words("same_cent", language)
                if replayed
                else say.words("other_cent", language, net=net, tax=tax)
            ),
            tier=facts.tier,
        )

    def _money(self, value: Decimal) -> str:
        facts = self._facts
        return formats.money(
            value, currency=facts.currency, exponent=facts.exponent, language=self._language
        )

    def _price_money(self) -> str:
        facts = self._facts
        digits = -int(facts.unit_price.normalize().as_tuple().exponent)
        return formats.money(
            facts.unit_price,
            currency=facts.currency,
            exponent=max(facts.exponent, digits),
            language=self._language,
        )

    def _amount(self, value: Decimal) -> str:
        return formats.amount(value, exponent=self._facts.exponent, language=self._language)

    def _number(self, value: Decimal) -> str:
        return formats.number(value, language=self._language)

    def _percent(self, ppm: int) -> str:
        return formats.percent(ppm, language=self._language)

    def _unrounded(self, value: Fraction) -> str:
        """Write "= 31.2233…" for a figure that has more digits than its currency, else nothing."""
        scaled = value * 10**self._facts.exponent
        if scaled.denominator == 1:
            return ""
        digits = self._facts.exponent + _DIGITS_MORE
        cut = abs(value) * 10**digits
        whole = cut.numerator // cut.denominator
        shown = Decimal(whole if value >= 0 else -whole).scaleb(-digits, formats.WIDE)
        text = formats.amount(shown, exponent=digits, language=self._language)
        return f" = {text}{'' if cut.denominator == 1 else _ELLIPSIS}"

    def _paragraph(self) -> list[Piece]:
        facts, language = self._facts, self._language
        units = f"{self._number(abs(facts.quantity))} {self._units}".rstrip()
        sentences = [
            say.opening(
                facts.kind,
                language,
                buyer=facts.buyer_name,
                plan=facts.plan_name,
                units=units,
                period=_period(facts.period, language),
                first_day=formats.day(facts.period.start, language=language),
            ),
            say.sentence(
                self._price_sentence(),
                language,
                buyer=facts.buyer_name,
                unit=self._unit_one,
                price=self._price_money(),
            ),
        ]
        if self._is_part:
            key = "part_back" if facts.kind is ChargeKind.REFUND else "part"
            span = say.span(facts.billing_unit, language)
            num, den = str(facts.num), str(facts.den)
            sentences.append(
                say.sentence(key, language, buyer=facts.buyer_name, num=num, den=den, span=span)
            )
        if facts.reverses:
            sentences.append(say.sentence("reverses", language, line=facts.reverses.text))
        if facts.discount_ppm:
            percent = self._percent(facts.discount_ppm)
            key, name = "discount", ""
            if facts.promotion:
                key, name = "discount_of", facts.promotion.text
            sentences.append(say.sentence(key, language, percent=percent, label=name))
        gap = Piece(text=" ")
        return [piece for parts in sentences for piece in (*parts, gap)][:-1]

    def _price_sentence(self) -> str:
        if self._facts.kind is ChargeKind.USAGE:
            return "price_factor"
        keys = {
            BillingUnit.MONTH: "price_month",
            BillingUnit.YEAR: "price_year",
            BillingUnit.PERIOD: "price_period",
        }
        return keys.get(self._facts.billing_unit, "price_once")

    def _follow_up(self) -> str:
        facts = self._facts
        if facts.continues_on_line is None or facts.period.end is None:
            return ""
        day = formats.day(facts.period.end, language=self._language)
        return say.words("follow_up", self._language, day=day, line=str(facts.continues_on_line))

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._price_step(), self._quantity_step(), self._list_step()]
        if self._facts.discount_ppm:
            steps.append(self._discount_step())
        return (*steps, self._net_step(), self._tax_step(), self._gross_step())

    def _price_step(self) -> Step:
        facts, language = self._facts, self._language
        if facts.kind is ChargeKind.USAGE:
            label = say.factor_label(language)
        else:
            label = say.label(StepName.PRICE, language, unit=self._unit_one)
        return Step(
            name=StepName.PRICE,
            operator="",
            label=label,
            source=tuple(self._price_source()),
            calculation=say.words(f"per_{facts.billing_unit}", language),
            amount=facts.unit_price,
            shown=formats.unit_price(facts.unit_price, exponent=facts.exponent, language=language),
        )

    def _price_source(self) -> list[Piece]:
        price, language = self._facts.price, self._language
        day = formats.short_day(price.valid_from, language=language)
        pieces = [
            Piece(text=price.name.text, link=price.name.link),
            Piece(text=say.words("valid_from", language, day=day)),
        ]
        if not price.level.is_flat:
            pieces.append(Piece(text=self._level_text(price.level)))
        if price.rule_text:
            pieces.append(Piece(text=say.words("rule", language, rule=price.rule_text)))
        if price.exchange_rate is not None:
            rate, currency = self._number(price.exchange_rate), self._facts.currency
            text = say.words(
                "exchange", language, rate=rate, currency=currency, source=price.rate_from
            )
            pieces.append(Piece(text=text))
        if self._facts.reverses:
            reversed_line = self._facts.reverses
            pieces += [Piece(text=", "), Piece(text=reversed_line.text, link=reversed_line.link)]
        return pieces

    def _level_text(self, level: PriceLevel) -> str:
        above = self._number(level.lower_limit)
        if level.upper_limit is None:
            return say.words(f"level_{level.model}_last", self._language, above=above)
        up_to = self._number(level.upper_limit)
        return say.words(f"level_{level.model}", self._language, above=above, up_to=up_to)

    def _quantity_step(self) -> Step:
        facts, language = self._facts, self._language
        product = Fraction(facts.unit_price) * Fraction(facts.quantity)
        pieces = []
        if facts.quantity_before is not None and facts.quantity_after is not None:
            before, after = self._number(facts.quantity_before), self._number(facts.quantity_after)
            pieces.append(Piece(text=say.words("from_to", language, before=before, after=after)))
        if facts.order:
            pieces += [Piece(text=", ")] if pieces else []
            pieces.append(Piece(text=facts.order.text, link=facts.order.link))
        price = formats.unit_price(facts.unit_price, exponent=facts.exponent, language=language)
        return Step(
            name=StepName.QUANTITY,
            operator=_TIMES,
            label=say.quantity_label(facts.kind, self._units, language),
            source=tuple(pieces),
            calculation=f"{self._number(facts.quantity)} {_TIMES} {price}",
            amount=_decimal(product),
            shown=self._product_text(product),
        )

    def _product_text(self, product: Fraction) -> str:
        unrounded = self._unrounded(product).removeprefix(" = ")
        return unrounded or self._amount(_decimal(product))

    def _list_step(self) -> Step:
        facts, language = self._facts, self._language
        product = Fraction(facts.unit_price) * Fraction(facts.quantity)
        exact = product * Fraction(facts.num, facts.den)
        calculation = self._unrounded(exact).removeprefix(" = ")
        if self._is_part:
            start = f"{self._product_text(product)} {_TIMES} {facts.num} {_DIVIDED} {facts.den}"
            calculation = start + self._unrounded(exact)
        return Step(
            name=StepName.LIST,
            operator=_TIMES if self._is_part else "=",
            label=say.list_label(language, is_whole=not self._is_part),
            source=(Piece(text=self._days_text()),),
            calculation=calculation,
            amount=facts.list_amount,
            shown=self._amount(facts.list_amount),
        )

    def _days_text(self) -> str:
        facts, language = self._facts, self._language
        if not self._is_part:
            return say.words("whole_period", language)
        num, den, whole = str(facts.num), str(facts.den), facts.natural_period or facts.period
        if _is_calendar_month(whole):
            month = formats.month(whole.start, language=language)
            return say.words("days_of_month", language, num=num, den=den, month=month)
        period = _period(whole, language)
        return say.words("days_of", language, num=num, den=den, period=period)

    def _discount_step(self) -> Step:
        facts = self._facts
        percent = self._percent(facts.discount_ppm)
        exact = Fraction(facts.list_amount) * Fraction(facts.discount_ppm, 1_000_000)
        name = facts.promotion
        return Step(
            name=StepName.DISCOUNT,
            operator=formats.MINUS,
            label=say.label(StepName.DISCOUNT, self._language, percent=percent),
            source=(Piece(text=name.text, link=name.link),) if name else (),
            calculation=(
                f"{self._amount(facts.list_amount)} {_TIMES} {percent}{self._unrounded(exact)}"
            ),
            amount=-facts.discount,
            shown=self._amount(-facts.discount),
        )

    def _net_step(self) -> Step:
        facts = self._facts
        difference = ""
        if facts.discount_ppm:
            difference = _joined(
                self._amount(facts.list_amount), formats.MINUS, self._amount(facts.discount)
            )
        return Step(
            name=StepName.NET,
            operator="=",
            label=say.label(StepName.NET, self._language),
            source=(Piece(text=say.words("printed", self._language)),),
            calculation=difference,
            amount=facts.net,
            shown=self._amount(facts.net),
            is_subtotal=True,
        )

    def _tax_step(self) -> Step:
        facts, language = self._facts, self._language
        percent = self._percent(facts.tax_ppm)
        exact = Fraction(facts.net) * Fraction(facts.tax_ppm, 1_000_000)
        text = facts.tax_label
        if facts.tax_on:
            day = formats.short_day(facts.tax_on, language=language)
            text = say.words("tax_on", language, label=text, day=day)
        source = [Piece(text=text, link=facts.tax_rule)]
        if facts.tax_is_shared:
            source.append(Piece(text=say.words("tax_shared", language)))
        return Step(
            name=StepName.TAX,
            operator="+",
            label=say.label(StepName.TAX, language, percent=percent),
            source=tuple(source),
            calculation=f"{self._amount(facts.net)} {_TIMES} {percent}{self._unrounded(exact)}",
            amount=facts.tax,
            shown=self._amount(facts.tax),
        )

    def _gross_step(self) -> Step:
        facts = self._facts
        gross = facts.net + facts.tax
        return Step(
            name=StepName.GROSS,
            operator="=",
            label=say.gross_label(self._language, is_reduction=gross < 0, buyer=facts.buyer_name),
            source=(),
            calculation=_joined(self._amount(facts.net), "+", self._amount(facts.tax)),
            amount=gross,
            shown=self._amount(gross),
            is_subtotal=True,
        )


def _is_same(facts: ChargeFacts, again: LineAmounts) -> bool:
    stored = (facts.list_amount, facts.discount, facts.net)
    if stored != (again.list, again.discount, again.net):
        return False
    slack = Decimal(1).scaleb(-facts.exponent) if facts.tax_is_shared else Decimal(0)
    return abs(facts.tax - again.tax) <= slack


def _strip(facts: ChargeFacts) -> DayStrip | None:
    whole = facts.natural_period
    if whole is None or whole.end is None or facts.period.end is None:
        return None
    return DayStrip(
        start=whole.start,
        days=whole.days,
        used_from=(facts.period.start - whole.start).days,
        used=facts.period.days,
    )


def _is_calendar_month(period: DateRange) -> bool:
    start, end = period.start, period.end
    return end is not None and start.day == end.day == 1 and period.days <= _MONTH_DAYS_MAX


def _period(period: DateRange, language: Language) -> str:
    if period.end is None:
        return formats.day(period.start, language=language)
    return formats.period(period.start, period.end, language)


def _joined(first: str, operator: str, second: str) -> str:
    """Write a sum; a second figure below zero stands in brackets."""
    if second.startswith(formats.MINUS):
        second = f"({second})"
    return f"{first} {operator} {second}"


def _decimal(value: Fraction) -> Decimal:
    """Turn the product of two decimals back into a decimal, exactly."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return Decimal((value * 10**digits).numerator).scaleb(-digits, formats.WIDE)
