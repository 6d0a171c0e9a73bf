"""Words, numbers and characters of a document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.documents import formats, texts
from entrepot.domain.documents.fonts import MISSING, coverage, printable
from entrepot.domain.documents.layout import line_ranges
from entrepot.domain.documents.pdf import render_pdf
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.kernel.periods import DateRange
from tests.domain.documents.builders import BUYER, reference_document

EN, DE = Language.EN, Language.DE
MAY = DateRange(date(2026, 5, 1), date(2026, 6, 1))
LATE_MAY = DateRange(date(2026, 5, 12), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("kind", "quantity", "period", "english", "german"),
    [
        (
            ChargeKind.RECURRING, 12, MAY,
            "Microsoft 365 E3, 12 seats, 1 May to 31 May 2026",
            "Microsoft 365 E3, 12 Plätze, 1. Mai bis 31. Mai 2026",
        ),
        (
            ChargeKind.CHANGE, 1, LATE_MAY,
            "Microsoft 365 E3: 1 seat added, 12 May to 31 May 2026",
            "Microsoft 365 E3: 1 Platz hinzugefügt, 12. Mai bis 31. Mai 2026",
        ),
        (
            ChargeKind.REFUND, -4, LATE_MAY,
            "Microsoft 365 E3: 4 seats removed, 12 May to 31 May 2026",
            "Microsoft 365 E3: 4 Plätze entfernt, 12. Mai bis 31. Mai 2026",
        ),
        (
            ChargeKind.SETUP, 1, None,
            "Microsoft 365 E3: set-up, 1 seat", "Microsoft 365 E3: Einrichtung, 1 Platz",
        ),
        (
            ChargeKind.OVERUSE, 1214, MAY,
            "Microsoft 365 E3: use above the included amount, 1,214 seats, 1 May to 31 May 2026",
            (
                "Microsoft 365 E3: Nutzung über der enthaltenen Menge, 1.214 Plätze, "
                "1. Mai bis 31. Mai 2026"
            ),
        ),
        (
            ChargeKind.USAGE, 2, None,
            "Microsoft 365 E3: pay as you go, 2 seats",
            "Microsoft 365 E3: Abrechnung nach Nutzung, 2 Plätze",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_charge_has_its_sentence(
    kind: ChargeKind, quantity: int, period: DateRange | None, english: str, german: str
) -> None:
    for language, expected in ((EN, english), (DE, german)):
        text = texts.describe(kind, "Microsoft 365 E3", "seat", Decimal(quantity), period, language)
        assert text.replace(formats.NBSP, " ") == expected


def test_names_of_plans_are_never_read_as_patterns() -> None:
    text = texts.describe(ChargeKind.RECURRING, "{units} {0} %s", "GB", Decimal(2), None, EN)

    assert text == "{units} {0} %s, 2 GB"


def test_every_word_exists_in_both_languages_and_vertrag_in_none() -> None:
    assert set(texts._BILLING_UNITS) == set(BillingUnit)
    assert set(texts._DESCRIPTIONS) == set(ChargeKind)
    for english, german in texts._TERMS.values():
        assert english
        assert german
        assert "vertrag" not in german.lower()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.amount(Decimal("-1254.4"), exponent=2, language=EN), "−1,254.40"),
        (formats.amount(Decimal("-1254.4"), exponent=2, language=DE), "−1.254,40"),
        (formats.unit_price(Decimal("0.045000000000"), exponent=2, language=EN), "0.045"),
        (formats.unit_price(Decimal("2.9"), exponent=2, language=DE), "2,90"),
        (formats.unit_price(Decimal("0.000000123456"), exponent=2, language=EN), "0.000000123456"),
        (formats.money(Decimal("2796.44"), currency="EUR", exponent=2, language=EN), "€2,796.44"),
        (formats.money(Decimal("-2796.44"), currency="EUR", exponent=2, language=DE),
         "−2.796,44 €"),
        (formats.money(Decimal(2796), currency="JPY", exponent=0, language=EN), "¥2,796"),
        (formats.money(Decimal("1.234"), currency="KWD", exponent=3, language=EN), "KWD 1.234"),
        (formats.percent(190_000, language=EN), "19%"),
        (formats.percent(55_000, language=DE), "5,5 %"),
        (formats.day(date(2026, 12, 1), language=DE), "1. Dezember 2026"),
        (formats.short_day(date(2026, 9, 1), language=EN), "1 Sep 2026"),
        (formats.period(date(2026, 12, 1), date(2026, 12, 2), EN), "1 December 2026"),
        (formats.period(date(2026, 12, 1), date(2027, 2, 1), EN),
         "1 December 2026 to 31 January 2027"),
        (formats.short_period(date(2026, 12, 1), date(2027, 2, 1), DE), "01.12.2026 – 31.01.2027"),
        (formats.short_period(date(2026, 12, 1), date(2026, 12, 2), DE), "01.12.2026"),
    ],
)  # fmt: skip
def test_figures_and_days_follow_the_language(written: str, expected: str) -> None:
    assert written.replace(formats.NBSP, " ") == expected


def test_amounts_are_held_together_by_no_break_spaces() -> None:
    money = formats.money(Decimal("2796.44"), currency="EUR", exponent=2, language=DE)

    assert money == "2.796,44\u00a0€"


def test_line_numbers_are_written_as_ranges() -> None:
    assert line_ranges((1, 2, 3, 4, 7, 9, 10)) == "1–4, 7, 9–10"
    assert line_ranges((5,)) == "5"


def test_the_character_maps_of_the_fonts_are_read_rightly() -> None:
    dejavu, regular, semibold = coverage()

    # Known members and gaps; the whole maps were compared with fontconfig's when chosen.
    assert {ord("A"), ord("ж"), ord("−"), ord("€")} <= regular & semibold
    assert {ord("ש"), ord("ش"), ord("□"), 0x1F600} <= dejavu
    assert ord("ש") not in regular
    assert 0x4F1A not in dejavu | regular | semibold
    assert 0xE000 not in dejavu | regular | semibold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" two \r\n lines\t", "two lines"),
        ("a\u20e3", "a"),
        ("Z" + "\u0301" * 40, "Ź\u0301\u0301\u0301"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("he\u200cllo\u00ad\ufeff", "hello"),
        ("e\u0301", "é"),
        ("☺\ufe0f", "☺"),
        ("\ud800", ""),
        ("会社", MISSING * 2),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_printed(text: str, expected: str) -> None:
    assert printable(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_no_text_whatsoever_stops_a_document(text: str) -> None:
    pdf = render_pdf(reference_document(buyer=replace(BUYER, name=f"x{text}"), notes=(text,)))

    assert pdf.startswith(b"%PDF-")
