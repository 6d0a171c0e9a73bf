"""Why pay as you go has its amount: the difference of two running amounts, each rounded once.

A buyer is told what the use costs at the own prices; the vendor's cost belongs to the seller.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from entrepot.domain.documents import explain_texts as say
from entrepot.domain.documents import formats
from entrepot.domain.documents.explain import explain
from entrepot.domain.documents.explain_types import (
    ChargeFacts,
    Explanation,
    Link,
    Piece,
    Step,
    StepName,
)
from entrepot.domain.documents.formats import MINUS, money, number
from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import Language
from entrepot.kernel.money import round_amount

_STEPS_REPLACED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPrice:
    """The price of one unit, for the units of a month above `above`."""

    above: Decimal
    price: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageFacts:
    """The use behind a charge of pay as you go.

    `amount_after` and `amount_before` are the unrounded amounts of the month at the buyer's prices, with and
    without the newest import; `used` counts the units of what `sku_name` names, `used_in_all` those of all imports.
    `unit_prices` is the seller's own price of the SKU, in the currency of the charge. The seller's `cost` for all of it
    (to the vendor, or to the seller above) and `rule_text` are there for the seller only. `lines` leads to the lines.
    """

    sku_name: str
    used: Decimal
    used_unit: str
    amount_before: Decimal
    amount_after: Decimal
    sku: str = ""
    used_in_all: Decimal | None = None
    unit_prices: tuple[UnitPrice, ...] = ()
    cost: Decimal | None = None
    cost_currency: str = ""
    rule_text: str = ""
    lines: Link | None = None


def explain_usage(*, facts: ChargeFacts, usage: UsageFacts, language: Language) -> Explanation:
    """Explain a charge for use: list = round(after) - round(before), then as any other charge.

    Of `facts` the quantity and unit price are not read. Source: docs/billing.md, 3.7. Raises: as `explain`.
    """
    before = round_amount(usage.amount_before, exp=facts.exponent)
    after = round_amount(usage.amount_after, exp=facts.exponent)
    again = after - before
    usual = explain(facts=replace(facts, quantity=again, unit_price=Decimal(1)), language=language)
    return replace(
        usual,
        paragraph=_paragraph(facts, usage, language),
        steps=(*_steps(facts, usage, language), *usual.steps[_STEPS_REPLACED:]),
    )


def _paragraph(facts: ChargeFacts, usage: UsageFacts, language: Language) -> tuple[Piece, ...]:
    period = facts.period
    span = formats.period(period.start, period.end, language) if period.end else ""
    pieces = say.sentence(
        "usage_opening",
        language,
        buyer=facts.buyer_name,
        period=span,
        units=_units(usage, language),
        sku=usage.sku_name or facts.plan_name,
        plan=facts.plan_name,
    )
    pieces += [Piece(text=" ")]
    pieces += say.sentence(
        "usage_amount",
        language,
        buyer=facts.buyer_name,
        amount=_money(facts, usage.amount_after, language),
    )
    if usage.amount_before:
        before = _money(facts, usage.amount_before, language)
        pieces += [Piece(text=" "), *say.sentence("usage_before", language, amount=before)]
    if facts.discount_ppm:
        percent = formats.percent(facts.discount_ppm, language=language)
        key, name = ("discount_of", facts.promotion.text) if facts.promotion else ("discount", "")
        pieces += [Piece(text=" "), *say.sentence(key, language, percent=percent, label=name)]
    return tuple(pieces)


def _steps(facts: ChargeFacts, usage: UsageFacts, language: Language) -> tuple[Step, ...]:
    steps = [
        _step(
            StepName.PRICE,
            "",
            "usage_now",
            _origin(facts, usage, language),
            usage.amount_after,
            facts,
            language,
        )
    ]
    if usage.amount_before:
        source = (Piece(text=say.words("usage_earlier", language)),)
        steps.append(
            _step(
                StepName.QUANTITY,
                MINUS,
                "usage_charged",
                source,
                usage.amount_before,
                facts,
                language,
            )
        )
    return tuple(steps)


def _step(
    name: StepName,
    operator: str,
    label: str,
    source: tuple[Piece, ...],
    exact: Decimal,
    facts: ChargeFacts,
    language: Language,
) -> Step:
    rounded = round_amount(exact, exp=facts.exponent)
    return Step(
        name=name,
        operator=operator,
        label=say.words(label, language, buyer=facts.buyer_name),
        source=source,
        calculation=""
        if exact == rounded
        else say.words("usage_exact", language, value=number(exact, language=language)),
        amount=rounded,
        shown=formats.amount(rounded, exponent=facts.exponent, language=language),
    )


def _origin(facts: ChargeFacts, usage: UsageFacts, language: Language) -> tuple[Piece, ...]:
    """Say what was used in all, at which price or cost and margin, and where its lines are."""
    used = usage.used if usage.used_in_all is None else usage.used_in_all
    units = _units(replace(usage, used=used), language)
    text = say.words("usage_of", language, units=units, sku=usage.sku) if usage.sku else units
    for band in usage.unit_prices:
        price = _exact(band.price, facts.currency, facts.exponent, language)
        limit = number(band.above, language=language)
        unit = unit_label(usage.used_unit, quantity=Decimal(1), language=language)
        key = "usage_above" if band.above else "usage_unit_price"
        text += say.words(key, language, price=price, unit=unit, limit=limit)
    if usage.cost is not None and usage.cost_currency:
        cost = _exact(usage.cost, usage.cost_currency, 2, language)
        text += say.words("usage_cost", language, amount=cost)
    if usage.rule_text:
        text += say.words("rule", language, rule=usage.rule_text)
    if usage.lines is None:
        return (Piece(text=text),)
    lines = Piece(text=say.words("usage_lines", language), link=usage.lines)
    return (Piece(text=f"{text}; "), lines)


def _exact(value: Decimal, currency: str, exponent: int, language: Language) -> str:
    """Write an amount with the decimals that it has."""
    exact = value.normalize() if value else Decimal(0)
    decimals = max(exponent, -int(exact.as_tuple().exponent))
    return money(exact, currency=currency, exponent=decimals, language=language)


def _units(usage: UsageFacts, language: Language) -> str:
    label = unit_label(usage.used_unit, quantity=usage.used, language=language)
    return f"{number(usage.used, language=language)} {label}".rstrip()


def _money(facts: ChargeFacts, exact: Decimal, language: Language) -> str:
    rounded = round_amount(exact, exp=facts.exponent)
    return money(rounded, currency=facts.currency, exponent=facts.exponent, language=language)
