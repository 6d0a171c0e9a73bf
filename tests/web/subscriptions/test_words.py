"""Words of subscriptions: units in the number that fits, unit costs for reading, the audit trail."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from entrepot.domain.subscriptions.queries import AuditLine
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.audit import audit_shown

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "number", "english", "german"),
    [
        ({"en": "License"}, "31", "licences", "Lizenzen"),
        ({"en": "device", "de": "Gerät"}, "1", "device", "Gerät"),
        ({"en": "device", "de": "Gerät"}, "112", "devices", "Geräte"),
        ({"en": "GB", "de": "GB"}, "8", "GB", "GB"),
        ({"en": "wagon", "de": "Waggon"}, "2", "wagon", "Waggon"),
        ({}, "2", "things", "things"),
    ],
)
def test_units_are_named_in_the_number_that_fits(texts, number, english, german):
    for language, name in (("en", english), ("de", german)):
        with translation.override(language):
            assert words.unit(texts, fallback="things", number=Decimal(number)) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("11.20", "€11.20"),
        ("0.037625", "€0.037625"),
        # 93.74 / 12.
        ("7.811666666667", "€7.8117"),
        ("0.000000", "€0.00"),
    ],
)
def test_a_cost_that_comes_from_a_division_is_rounded_for_reading(value, text):
    assert words.unit_money(Decimal(value), "EUR") == text


@pytest.mark.parametrize(
    ("action", "before", "after", "reason", "text"),
    [
        (
            "subscription_change_ordered",
            {"quantity": "112.000000"},
            {"item": 3, "quantity": "118", "change": 680},
            "",
            "Quantity: 112 → 118",
        ),
        (
            "subscription_ordered",
            {},
            {"status": "active", "quantities": {"45": "112"}, "plan_period": 150},
            "",
            "Ordered",
        ),
        (
            "subscription_held",
            {},
            {"admin_hold": True},
            "asked by phone",
            "Put on hold (asked by phone)",
        ),
        ("subscription_moved_house", {}, {}, "", "Moved house"),
        ("usage.sub_account_mapped", {}, {}, "", "Sub-account of the vendor assigned"),
        ("usage_metered", {}, {"quantity": "5"}, "", "Use counted from a file"),
        ("quarantine_retried", {}, {"reason": None}, "", "Billed again after it was put aside"),
    ],
)
def test_the_audit_trail_says_what_was_done(action, before, after, reason, text):
    line = AuditLine(AT, "Jana Petersen", "screen", action, before, after, reason)

    shown = audit_shown(line)

    assert (shown.text, shown.by) == (text, "Jana Petersen · on screen")


def test_the_audit_trail_is_german_too():
    line = AuditLine(AT, "demo", "command", "subscription_released", {}, {"admin_hold": False}, "")

    with translation.override("de"):
        shown = audit_shown(line)

        mapped = AuditLine(AT, "demo", "screen", "usage.sub_account_mapped", {}, {}, "")
        assert audit_shown(mapped).text == "Unterkonto des Herstellers zugeordnet"

    assert (shown.text, shown.by) == ("Freigegeben", "demo · durch einen Befehl")


def test_segments_of_a_price_list_are_german_words():
    with translation.override("de"):
        assert words.segment("Commercial") == "Unternehmen"
        assert words.segment("Charity") == "Gemeinnützige"
    assert words.segment("Orbital") == "Orbital"
