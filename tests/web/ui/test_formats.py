"""Numbers, money and dates read as the design's pictures write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from entrepot.kernel.money import Money, MoneyError
from entrepot.web.ui.templatetags import ui_money

D = Decimal
EUR_1254_40 = Money(D("1254.40"), "EUR")

CASES = [
    ("money", (EUR_1254_40,), "€1,254.40", "1.254,40\u00a0€"),
    ("money", (D("-60.94"), "EUR"), "−€60.94", "−60,94\u00a0€"),
    ("money", (D("1204"), "CHF"), "CHF\u00a01,204.00", "1.204,00\u00a0CHF"),
    ("money", (D("5"), "JPY"), "¥5", "5\u00a0¥"),
    ("money", (D("12345678901234567.89"), "EUR"), "€12,345,678,901,234,567.89", "12.345.678.901.234.567,89\u00a0€"),
    ("money", (None,), "–", "–"),
    ("money_signed", (D("31.36"), "EUR"), "+€31.36", "+31,36\u00a0€"),
    ("money_signed", (D("0"), "EUR"), "€0.00", "0,00\u00a0€"),
    ("amount", (D("1187.2"),), "1,187.20", "1.187,20"),
    ("amount", (D("1.5"), "KWD"), "1.500", "1,500"),
    ("amount", (D("7"), "JPY"), "7", "7"),
    ("amount_signed", (D("67.20"),), "+67.20", "+67,20"),
    ("amount_signed", (D("-11769.60"),), "−11,769.60", "−11.769,60"),
    ("unit_price", (D("0.045"),), "0.045", "0,045"),
    ("unit_price", (D("11.200000000000"),), "11.20", "11,20"),
    ("unit_price", (D("0.045"), "EUR"), "€0.045", "0,045\u00a0€"),
    ("unit_price", (D("0.000000000001"), "EUR"), "€0.000000000001", "0,000000000001\u00a0€"),
    ("percent", (D("0.18"), 1), "18.0%", "18,0\u00a0%"),
    ("percent", (D("0.18"),), "18%", "18\u00a0%"),
    ("percent", (D("0.07125"),), "7.125%", "7,125\u00a0%"),
    # half away from zero: 18.25 is 18.3 with one decimal
    ("percent", (D("0.1825"), 1), "18.3%", "18,3\u00a0%"),
    ("percent_signed", (D("0.024"), 1), "+2.4%", "+2,4\u00a0%"),
    ("percent_signed", (D("-0.3192"), 1), "−31.9%", "−31,9\u00a0%"),
    ("percent_signed", (D("-0.0001"), 1), "0.0%", "0,0\u00a0%"),
    ("quantity", (1040,), "1,040", "1.040"),
    ("quantity", (D("-4.000"),), "−4", "−4"),
    ("quantity", (D("0.125"),), "0.125", "0,125"),
    ("quantity_signed", (6,), "+6", "+6"),
    ("date_day", (date(2026, 12, 1),), "1 Dec", "1. Dez."),
    ("date_short", (date(2026, 9, 15),), "15 Sep 2026", "15. Sept. 2026"),
    ("date_long", (date(2026, 12, 15),), "15 December 2026", "15. Dezember 2026"),
    ("date_day_long", (date(2026, 12, 15),), "15 December", "15. Dezember"),
    ("date_full", (date(2026, 12, 3),), "Thursday, 3 December 2026", "Donnerstag, 3. Dezember 2026"),
    ("date_month", (date(2026, 11, 1),), "November 2026", "November 2026"),
    ("date_short", (None,), "–", "–"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "english", "german"), CASES)
def test_a_filter_writes_both_languages(name, given, english, german):
    written = {}
    for language in ("en", "de"):
        with translation.override(language):
            written[language] = getattr(ui_money, name)(*given)

    assert written == {"en": english, "de": german}


def test_an_instant_is_shown_in_the_active_zone():
    instant = datetime(2026, 11, 12, 23, 42, tzinfo=UTC)

    # Berlin is one hour ahead in November, so the day turns.
    with timezone.override(ZoneInfo("Europe/Berlin")), translation.override("en"):
        assert ui_money.date_time(instant) == "13 Nov, 00:42"
        assert ui_money.date_stamp(instant) == "13 Nov 2026, 00:42"
    with timezone.override(ZoneInfo("Europe/Berlin")), translation.override("de"):
        assert ui_money.date_time(instant) == "13. Nov., 00:42"


def test_floats_are_refused():
    with pytest.raises(TypeError, match=r"not 1\.1"):
        ui_money.amount(1.1)


def test_money_needs_a_known_currency():
    with pytest.raises(TypeError, match="currency code"):
        ui_money.money(D("1"))
    with pytest.raises(MoneyError, match="XXA"):
        ui_money.money(D("1"), "XXA")
