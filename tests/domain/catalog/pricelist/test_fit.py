"""Well-formed rows that this catalogue cannot hold are rejected; codes of what is new are stable."""

from datetime import date

import pytest

from entrepot.domain.catalog.pricelist.fit import fit_price_list
from entrepot.domain.catalog.pricelist.store import unit_texts
from entrepot.domain.catalog.pricelist.vendors import vendor_code
from tests.domain.catalog.pricelist.files import csv_file, line, read, stored

JUNE = date(2026, 6, 20)


def fitted(content: bytes, before: bytes | None = None):
    current = stored(before) if before else []
    return fit_price_list(read(content), current=current, today=JUNE)


def found(parsed) -> list[tuple[int, str, str]]:
    return [(error.line, error.column, error.code) for error in parsed.errors]


@pytest.mark.parametrize(("low", "high"), [("2", ""), ("", "500"), ("1", "500")])
def test_a_price_for_some_quantities_only_does_not_fit(low, high):
    parsed = fitted(
        csv_file(line(PricingTierRangeMin=low, PricingTierRangeMax=high), line(Market="DE"))
    )

    assert found(parsed) == [(2, "PricingTierRangeMin", "price_range_unsupported")]
    assert [row.line_number for row in parsed.rows] == [3]


@pytest.mark.parametrize("low", ["", "0", "1"])
def test_a_price_from_the_first_unit_on_fits(low):
    assert fitted(csv_file(line(PricingTierRangeMin=low))).errors == ()


def test_zero_one_and_nothing_are_the_same_start_of_a_range():
    parsed = read(csv_file(line(), line(PricingTierRangeMin="1", UnitPrice="50.00")))

    assert [error.code for error in parsed.errors] == ["price_key_conflict"] * 2


def test_without_a_stored_price_most_rows_decide_on_the_currency_of_a_market():
    parsed = fitted(csv_file(line(Currency="EUR"), line(TermDuration="P1M"), line(SkuId="0002")))

    assert found(parsed) == [(2, "Currency", "price_market_currency")]


def test_a_stored_price_decides_on_the_currency_of_its_market():
    parsed = fitted(
        csv_file(line(Currency="EUR"), line(Currency="EUR", TermDuration="P1M")),
        before=csv_file(line()),
    )

    assert found(parsed) == [
        (2, "Currency", "price_market_currency"),
        (3, "Currency", "price_market_currency"),
    ]


@pytest.mark.parametrize(
    ("start", "codes"),
    [("2026-06-19", ["price_in_force"]), ("2026-06-20", ["price_in_force"]), ("2026-06-21", [])],
)
def test_a_price_can_be_corrected_until_the_day_before_it_starts(start, codes):
    parsed = fitted(
        csv_file(line(EffectiveStartDate=start, ERP_Price="76.00")),
        before=csv_file(line(EffectiveStartDate=start)),
    )

    assert [error.code for error in parsed.errors] == codes


def test_rejected_rows_stay_in_the_order_of_the_file():
    parsed = fitted(
        csv_file(line(PricingTierRangeMin="2"), line(UnitPrice="x"), line(PricingTierRangeMin="3"))
    )

    assert [row.line for row in parsed.rejected] == [2, 3, 4]


@pytest.mark.parametrize(
    ("publisher", "code"),
    [
        ("Microsoft Corporation", "microsoft-corporation"),
        ("  Größe & Söhne GmbH ", "grösse-söhne-gmbh"),
        ("漢字", "漢字"),
    ],
)
def test_a_vendor_has_a_readable_code(publisher, code):
    assert vendor_code(publisher=publisher) == code


def test_long_or_wordless_publishers_get_codes_of_their_own():
    codes = {vendor_code(publisher=name) for name in ("x" * 200, "x" * 199, "!!!", "???")}

    assert len(codes) == 4
    assert all(0 < len(code) <= 60 for code in codes)


@pytest.mark.parametrize(
    ("measure", "unit"),
    [
        ("1 License", {"en": "License", "de": "Lizenz"}),
        ("1 User", {"en": "User", "de": "Benutzer"}),
        ("100 GB", {"en": "100 GB", "de": "100 GB"}),
    ],
)
def test_a_unit_has_a_name_in_both_languages(measure, unit):
    assert unit_texts(unit_of_measure=measure) == unit
