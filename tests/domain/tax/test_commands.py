"""Zones, categories and dated rules of tax."""

from datetime import date

import pytest

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.tax.commands import add_tax_category, add_tax_zone, set_tax_rule
from entrepot.domain.tax.errors import TaxConflict, TaxInput
from entrepot.domain.tax.models import TaxRule, TaxTreatment, TaxZone
from entrepot.domain.tax.queries import category_id, rules_on, zone_for
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW, SETUP

MADE = {"actor": SETUP, "now": NOW}


@pytest.fixture
def place(db) -> tuple[int, int]:
    zone = add_tax_zone(code="DE", name="Germany", country="DE", **MADE)
    return zone, add_tax_category(code="standard", name="Standard", **MADE)


def rule(place: tuple[int, int], ppm: int, valid_from: date, **facts: object) -> int:
    zone, category = place
    values = {
        "seller_zone_id": zone,
        "buyer_zone_id": zone,
        "category_id": category,
        "buyer_registered": False,
        "treatment": TaxTreatment.STANDARD,
        "label": f"VAT {ppm}",
        **facts,
    }
    return set_tax_rule(rate_ppm=ppm, valid_from=valid_from, **values, **MADE)


def test_a_new_rate_closes_the_one_before(place):
    rule(place, 190_000, date(2020, 1, 1))
    rule(place, 160_000, date(2020, 7, 1))
    rule(place, 190_000, date(2021, 1, 1))

    spans = TaxRule.objects.order_by("valid_from").values_list("rate_ppm", "valid_to")
    assert list(spans) == [
        (190_000, date(2020, 7, 1)),
        (160_000, date(2021, 1, 1)),
        (190_000, None),
    ]
    assert [row.rate_ppm for row in rules_on(day=date(2020, 6, 30), limit=10)] == [190_000]
    assert [row.rate_ppm for row in rules_on(day=date(2020, 7, 1), limit=10)] == [160_000]


def test_the_same_rule_again_changes_nothing(place):
    first = rule(place, 190_000, date(2020, 1, 1))
    entries = AuditEntry.objects.count()

    assert rule(place, 190_000, date(2020, 1, 1)) == first
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2019, 1, 1)])
def test_a_rule_on_or_before_the_newest_is_refused(place, day):
    rule(place, 190_000, date(2020, 1, 1))

    with pytest.raises(TaxConflict, match="starts on 2020-01-01"):
        rule(place, 200_000, day)

    assert TaxRule.objects.get().valid_to is None


def test_rules_of_registered_buyers_stand_apart(place):
    rule(place, 190_000, date(2020, 1, 1))
    facts = {"buyer_registered": True, "treatment": TaxTreatment.REVERSE_CHARGE}

    rule(place, 0, date(2020, 1, 1), **facts)

    assert TaxRule.objects.filter(valid_to=None).count() == 2


@pytest.mark.parametrize(
    ("ppm", "facts", "code"),
    [
        (-1, {}, "tax_rate_out_of_bounds"),
        (1_000_001, {}, "tax_rate_out_of_bounds"),
        (190_000, {"treatment": TaxTreatment.EXEMPT}, "tax_rate_unexpected"),
        (190_000, {"label": "  "}, "tax_text_missing"),
        (190_000, {"label": "x" * 81}, "tax_text_missing"),
        (190_000, {"label": "VAT\x00"}, "tax_text_missing"),
        (190_000, {"label": "VAT \u202e91"}, "tax_text_missing"),
    ],
)
def test_an_unusable_rule_is_refused(place, ppm, facts, code):
    with pytest.raises(TaxInput) as caught:
        rule(place, ppm, date(2020, 1, 1), **facts)

    assert caught.value.code == code
    assert not TaxRule.objects.exists()


@pytest.mark.parametrize("facts", [{"category_id": 999_999}, {"buyer_zone_id": 999_999}])
def test_a_rule_between_unknown_things_is_refused(place, facts):
    with pytest.raises(NoSuchObject):
        rule(place, 190_000, date(2020, 1, 1), **facts)


def test_a_region_with_its_own_zone_comes_before_its_country(place):
    islands = add_tax_zone(code="ES-CN", name="Canary", country="ES", region="Canarias", **MADE)
    mainland = add_tax_zone(code="ES", name="Spain", country="ES", **MADE)

    assert zone_for(country="ES", region="Canarias") == islands
    assert zone_for(country="ES", region="Madrid") == mainland
    assert zone_for(country="ES", region="") == mainland
    assert zone_for(country="FR", region="") is None


def test_a_zone_or_category_that_exists_is_taken_or_refused(place):
    zone, category = place

    assert add_tax_zone(code="DE", name="Germany", country="DE", **MADE) == zone
    assert add_tax_category(code="standard", name="Standard", **MADE) == category
    assert category_id(code="standard") == category
    with pytest.raises(TaxConflict):
        add_tax_zone(code="DE2", name="Germany", country="DE", **MADE)
    with pytest.raises(TaxConflict):
        add_tax_category(code="standard", name="Other", **MADE)
    assert TaxZone.objects.count() == 1
