"""Explanations, calculated by hand beside each case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.documents.explain import explain
from entrepot.domain.documents.explain_types import (
    ChargeFacts,
    DayStrip,
    Explanation,
    Link,
    LinkKind,
    Named,
    Piece,
    PriceOrigin,
    StepName,
)
from entrepot.domain.documents.formats import NBSP
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.kernel.periods import DateRange

EN, DE = Language.EN, Language.DE
NOVEMBER = DateRange(date(2026, 11, 1), date(2026, 12, 1))

# Line 4 of the reference screen: 17 seats x 2.90 x 19/30 = 31.2233..., 5 % = 1.561, 19 % = 5.6354.
LINE_4 = ChargeFacts(
    kind=ChargeKind.CHANGE,
    plan_name="Secure Mail Protection",
    unit_label="seat",
    currency="EUR",
    exponent=2,
    unit_price=Decimal("2.900000000000"),
    billing_unit=BillingUnit.MONTH,
    quantity=Decimal("17.000000000000"),
    quantity_before=Decimal(126),
    quantity_after=Decimal(143),
    period=DateRange(date(2026, 11, 12), date(2026, 12, 1)),
    natural_period=NOVEMBER,
    num=19,
    den=30,
    price=PriceOrigin(
        name=Named(text="Price row 88,204", link=Link(kind=LinkKind.PRICE, id="88204")),
        valid_from=date(2026, 7, 1),
    ),
    order=Named(text="order 88,412", link=Link(kind=LinkKind.ORDER, id="88412")),
    discount_ppm=50_000,
    promotion=Named(text="Promotion AUTUMN5", link=Link(kind=LinkKind.PROMOTION, id="5")),
    tax_ppm=190_000,
    tax_label="Germany",
    tax_on=date(2026, 12, 1),
    list_amount=Decimal("31.22"),
    discount=Decimal("1.56"),
    net=Decimal("29.66"),
    tax=Decimal("5.64"),
    continues_on_line=3,
    tier=1,
)


def rows(answer: Explanation) -> list[tuple[str, ...]]:
    """Give operator, label, source, calculation and shown amount of each step."""
    return [
        tuple(
            text.replace(NBSP, " ")
            for text in (
                step.operator, step.label, "".join(piece.text for piece in step.source),
                step.calculation, step.shown,
            )
        )
        for step in answer.steps
    ]  # fmt: skip


def prose(answer: Explanation) -> str:
    """Give the paragraph with its bold parts in stars."""
    parts = [f"*{piece.text}*" if piece.bold else piece.text for piece in answer.paragraph]
    return "".join(parts).replace(NBSP, " ")


def test_the_line_of_the_reference_screen_in_english() -> None:
    answer = explain(facts=LINE_4, language=EN)

    assert answer.title == "Why €29.66?"
    assert prose(answer) == (
        "On 12 November 2026 you added *17 seats* of Secure Mail Protection. "
        "The price of one seat is *€2.90 a month*. "
        "You had them for *19 of 30 days*, so you pay 19/30 of the month. "
        "*5%* is taken off: Promotion AUTUMN5."
    )
    assert rows(answer) == [
        ("", "Price of one seat", "Price row 88,204, valid from 1 Jul 2026", "per month", "2.90"),
        ("×", "Seats added", "126 to 143, order 88,412", "17 × 2.90", "49.30"),
        ("×", "Days in use", "19 of the 30 days of November",
         "49.30 × 19 ÷ 30 = 31.2233…", "31.22"),
        ("−", "Discount 5%", "Promotion AUTUMN5", "31.22 × 5% = 1.5610", "−1.56"),
        ("=", "Net, this line", "as printed in column Net", "31.22 − 1.56", "29.66"),
        ("+", "VAT 19%", "Germany, rate of 1 Dec 2026", "29.66 × 19% = 5.6354", "5.64"),
        ("=", "You pay for this line", "", "29.66 + 5.64", "35.30"),
    ]  # fmt: skip
    assert answer.follow_up.replace(NBSP, " ") == "From 1 December 2026 they are part of line 3."
    assert answer.replayed
    assert answer.replay_text == "Calculated again just now: same cent."


def test_the_line_of_the_reference_screen_in_german() -> None:
    answer = explain(facts=LINE_4, language=DE)

    assert answer.title.replace(NBSP, " ") == "Warum 29,66 €?"
    assert prose(answer) == (
        "Am 12. November 2026 haben Sie *17 Plätze* von Secure Mail Protection hinzugefügt. "
        "Der Preis je Platz ist *2,90 € im Monat*. "
        "Sie hatten sie an *19 von 30 Tagen*, also zahlen Sie 19/30 für den Monat. "
        "Davon gehen *5 %* ab: Promotion AUTUMN5."
    )
    assert rows(answer)[2:4] == [
        ("×", "Tage der Nutzung", "19 der 30 Tage im November",
         "49,30 × 19 ÷ 30 = 31,2233…", "31,22"),
        ("−", "Rabatt 5 %", "Promotion AUTUMN5", "31,22 × 5 % = 1,5610", "−1,56"),
    ]  # fmt: skip
    assert answer.replay_text == "Eben neu berechnet: gleich auf den Cent."


def test_steps_carry_exact_amounts_their_names_and_links() -> None:
    steps = explain(facts=LINE_4, language=EN).steps

    assert [step.name for step in steps] == list(StepName)
    assert [step.amount for step in steps] == [
        Decimal(text) for text in ("2.90", "49.30", "31.22", "-1.56", "29.66", "5.64", "35.30")
    ]
    assert [step.name for step in steps if step.is_subtotal] == [StepName.NET, StepName.GROSS]
    assert steps[0].source[0].link == Link(kind=LinkKind.PRICE, id="88204")
    assert steps[1].source[-1].link == Link(kind=LinkKind.ORDER, id="88412")
    assert steps[3].source[0].link == Link(kind=LinkKind.PROMOTION, id="5")


def test_the_strip_shows_the_days_used_of_the_natural_period() -> None:
    strip = explain(facts=LINE_4, language=EN).strip

    # 12 November is the twelfth day, so eleven days lie before it; 12 to 30 November are 19 days.
    assert strip == DayStrip(start=date(2026, 11, 1), days=30, used_from=11, used=19)


@pytest.mark.parametrize("changed", ["list_amount", "discount", "net", "tax"])
def test_a_stored_cent_that_is_wrong_is_reported(changed: str) -> None:
    wrong = getattr(LINE_4, changed) + Decimal("0.01")
    answer = explain(facts=replace(LINE_4, **{changed: wrong}), language=EN)

    assert not answer.replayed
    assert answer.replay_text == (
        "Calculated again just now: €29.66 net and €5.64 tax. Please report this line."
    )


def test_a_share_of_tax_rounded_together_may_be_one_cent_away() -> None:
    shared = replace(LINE_4, tax=Decimal("5.63"), tax_is_shared=True)

    answer = explain(facts=shared, language=EN)

    assert answer.replayed
    assert rows(answer)[5][2].endswith("rounded for all lines of this rate together")
    assert not explain(facts=replace(shared, tax=Decimal("5.62")), language=EN).replayed


WHOLE = replace(
    LINE_4, kind=ChargeKind.RECURRING, plan_name="Workspace Business Standard",
    quantity=Decimal(112), quantity_before=None, quantity_after=None, order=None,
    unit_price=Decimal("11.20"), num=31, den=31, discount_ppm=0, promotion=None,
    period=DateRange(date(2026, 12, 1), date(2027, 1, 1)),
    natural_period=DateRange(date(2026, 12, 1), date(2027, 1, 1)), continues_on_line=None,
    list_amount=Decimal("1254.40"), discount=Decimal("0.00"), net=Decimal("1254.40"),
    tax=Decimal("238.34"),
)  # fmt: skip


def test_a_whole_period_without_discount_has_no_idle_steps() -> None:
    answer = explain(facts=WHOLE, language=EN)

    # 112 x 11.20 = 1,254.40; 19 % of it = 238.336.
    assert prose(answer) == (
        "In the period 1 December to 31 December 2026 you have *112 seats* of "
        "Workspace Business Standard. The price of one seat is *€11.20 a month*."
    )
    assert [row[0] + row[1] + " " + row[3] + " " + row[4] for row in rows(answer)] == [
        "Price of one seat per month 11.20",
        "×Seats 112 × 11.20 1,254.40",
        "=List  1,254.40",
        "=Net, this line  1,254.40",
        "+VAT 19% 1,254.40 × 19% = 238.3360 238.34",
        "=You pay for this line 1,254.40 + 238.34 1,492.74",
    ]
    assert answer.replayed
    assert answer.follow_up == ""


def test_a_refund_names_what_it_takes_back_and_gives_the_same_cents() -> None:
    # -4 x 7.50 x 10/30 = -10.00; 19 % = -1.90.
    refund = replace(
        WHOLE, kind=ChargeKind.REFUND, plan_name="Voice Connect", quantity=Decimal(-4),
        unit_price=Decimal("7.50"), num=10, den=30, natural_period=NOVEMBER,
        period=DateRange(date(2026, 11, 21), date(2026, 12, 1)), list_amount=Decimal("-10.00"),
        net=Decimal("-10.00"), tax=Decimal("-1.90"),
        reverses=Named(text="line 2 of KR-2026-004101",
                       link=Link(kind=LinkKind.DOCUMENT, id="4101")),
    )  # fmt: skip

    answer = explain(facts=refund, language=EN)

    assert prose(answer) == (
        "On 21 November 2026 you gave back *4 seats* of Voice Connect. "
        "The price of one seat is *€7.50 a month*. "
        "*10 of 30 days* were left, so 10/30 of the month comes back. "
        "Price, discount and tax rate are those of line 2 of KR-2026-004101."
    )
    assert rows(answer)[1][1:] == ("Seats removed", "", "−4 × 7.50", "−30.00")
    assert rows(answer)[2][3:] == ("−30.00 × 10 ÷ 30", "−10.00")
    assert rows(answer)[-1][1:] == ("You get back for this line", "", "−10.00 + (−1.90)", "−11.90")
    assert answer.steps[0].source[-1].link == Link(kind=LinkKind.DOCUMENT, id="4101")
    assert answer.replayed


def test_a_price_of_many_decimals_is_rounded_once_and_shows_what_was_cut() -> None:
    # 214 x 0.045678 = 9.775092 -> 9.78; 19 % of 9.78 = 1.8582 -> 1.86.
    overuse = replace(
        WHOLE, kind=ChargeKind.OVERUSE, plan_name="Cloud Backup 1 TB", unit_label="GB",
        quantity=Decimal(214), unit_price=Decimal("0.045678"), billing_unit=BillingUnit.USE,
        num=1, den=1, natural_period=None, list_amount=Decimal("9.78"), net=Decimal("9.78"),
        tax=Decimal("1.86"),
    )  # fmt: skip

    answer = explain(facts=overuse, language=EN)

    assert "*214 GB* of Cloud Backup 1 TB above the included amount" in prose(answer)
    assert "The price of one GB is *€0.045678*." in prose(answer)
    assert rows(answer)[1][3:] == ("214 × 0.045678", "9.7750…")
    assert rows(answer)[2][3:] == ("9.7750…", "9.78")
    assert answer.steps[1].amount == Decimal("9.775092")
    assert answer.strip is None
    assert answer.replayed


def test_usage_is_the_cost_of_the_vendor_times_a_factor() -> None:
    # 12.3456 x 1.15 = 14.19744 -> 14.20; 19 % = 2.698 -> 2.70.
    usage = replace(
        WHOLE, kind=ChargeKind.USAGE, plan_name="Azure plan", unit_label="EUR",
        quantity=Decimal("12.3456"), unit_price=Decimal("1.15"), billing_unit=BillingUnit.USE,
        num=1, den=1, list_amount=Decimal("14.20"), net=Decimal("14.20"), tax=Decimal("2.70"),
    )  # fmt: skip

    english, german = (explain(facts=usage, language=language) for language in (EN, DE))

    assert "your use of Azure plan cost *12.3456 EUR* at the vendor." in prose(english)
    assert "For each 1 of it you pay *€1.15*." in prose(english)
    assert "Nutzung von Azure plan beim Hersteller *12,3456 EUR* gekostet" in prose(german)
    assert [row[1] for row in rows(english)[:2]] == ["Charge for each 1 of cost",
                                                     "Cost at the vendor"]  # fmt: skip
    assert english.replayed


def test_the_derivation_of_a_price_names_rule_and_exchange_rate() -> None:
    origin = replace(
        LINE_4.price, rule_text="vendor cost + 12 %", exchange_rate=Decimal("0.921500"),
        rate_from="USD",
    )  # fmt: skip
    answer = explain(facts=replace(LINE_4, price=origin), language=DE)

    assert rows(answer)[0][2] == (
        "Price row 88,204, gültig ab 01.07.2026, vendor cost + 12 %, zu 0,9215 EUR für 1 USD"
    )


def test_yen_and_dinar_keep_their_own_decimals() -> None:
    # 17 x 290 x 19/30 = 3,122.33 -> 3,122; 5 % = 156.1 -> 156; 2,966 x 10 % = 296.6 -> 297.
    yen = replace(
        LINE_4, currency="JPY", exponent=0, unit_price=Decimal(290), tax_ppm=100_000,
        list_amount=Decimal(3122), discount=Decimal(156), net=Decimal(2966), tax=Decimal(297),
    )  # fmt: skip
    # 17 x 2.9 x 19/30 = 31.22333 -> 31.223; 5 % = 1.56115 -> 1.561; 29.662 x 19 % = 5.63578.
    dinar = replace(
        LINE_4, currency="KWD", exponent=3, list_amount=Decimal("31.223"),
        discount=Decimal("1.561"), net=Decimal("29.662"), tax=Decimal("5.636"),
    )  # fmt: skip

    assert explain(facts=yen, language=EN).replayed
    assert rows(explain(facts=yen, language=EN))[2][3:] == ("4,930 × 19 ÷ 30 = 3,122.33…", "3,122")
    assert explain(facts=dinar, language=EN).replayed


def test_the_seller_reads_who_bought_and_is_never_told_to_pay() -> None:
    told = replace(LINE_4, buyer_name="Cleo *{x}*")
    english, german = (explain(facts=told, language=language) for language in (EN, DE))

    assert prose(english).startswith("On 12 November 2026 Cleo *{x}* added *17 seats* of Secure")
    assert "Cleo *{x}* had them for *19 of 30 days*, so 19/30 of the month is paid." in prose(
        english
    )
    assert english.steps[-1].label == "Cleo *{x}* pays for this line"
    assert prose(german).startswith("Am 12. November 2026 hat Cleo *{x}* *17 Plätze* von Secure")
    assert german.steps[-1].label == "Cleo *{x}* zahlt für diese Position"
    for kind in ChargeKind:
        for language, words in ((EN, ("you", "your")), (DE, ("sie haben", "ihre", "ihren", "ihr"))):
            said = prose(explain(facts=replace(told, kind=kind), language=language)).lower()
            assert not [word for word in words if f" {word} " in f" {said} "]


def test_stars_and_braces_in_names_stay_text() -> None:
    evil = replace(LINE_4, plan_name="*{num}* <b>", promotion=Named(text="{label} *5*"))
    answer = explain(facts=evil, language=EN)

    assert Piece(text=" of *{num}* <b>.") in answer.paragraph
    assert Piece(text=" is taken off: {label} *5*.") in answer.paragraph


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(ChargeKind))
@pytest.mark.parametrize("unit", list(BillingUnit))
def test_every_kind_has_its_words_in_both_languages(
    kind: ChargeKind, unit: BillingUnit, language: Language
) -> None:
    answer = explain(facts=replace(LINE_4, kind=kind, billing_unit=unit), language=language)

    assert "Secure Mail Protection" in prose(answer)
    assert "vertrag" not in prose(answer).lower()
    assert all(step.label and step.shown for step in answer.steps)
