"""Own prices of a vendor's SKUs: versions, bands, the way back to margins, and what is refused."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands import Band, set_sku_price
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput
from entrepot.domain.resale.models import SkuPrice, SkuPriceBand
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.money import MoneyError
from tests.support.people import NOW, SETUP, Cast, cast

MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)
HOURS = {"provider_name": "Stratus", "sku_id": "VM-1", "pricing_unit": "Hours"}


@pytest.fixture
def people(db) -> Cast:
    return cast()


def set_price(
    people: Cast, *bands: tuple[str, str], month: date = MAY, seller: int = 0, **facts: str
) -> int:
    return set_sku_price(
        seller_id=seller or people.ria.account_id,
        bands=[Band(Decimal(limit), Decimal(price)) for limit, price in bands],
        valid_from=month,
        actor=SETUP,
        now=NOW,
        **{**HOURS, "currency": "EUR", **facts},
    )


def bands_of(number: int) -> list[tuple[Decimal, Decimal]]:
    rows = SkuPriceBand.objects.filter(sku_price_id=number).order_by("lower_limit")
    return list(rows.values_list("lower_limit", "unit_price"))


def test_a_price_has_bands_and_a_later_one_follows_it(people):
    first = set_price(people, ("0", "0.05"), ("100", "0.04"))
    second = set_price(people, ("0", "0.06"), month=JUNE)

    assert list(SkuPrice.objects.order_by("valid_from").values_list("id", "valid_from")) == [
        (first, MAY),
        (second, JUNE),
    ]
    assert bands_of(first) == [
        (Decimal(0), Decimal("0.05")),
        (Decimal(100), Decimal("0.04")),
    ]
    assert bands_of(second) == [(Decimal(0), Decimal("0.06"))]


def test_a_price_without_bands_gives_the_sku_back_to_cost_plus_margins(people):
    set_price(people, ("0", "0.05"))

    withdrawn = set_price(people, month=JUNE)

    assert SkuPrice.objects.get(pk=withdrawn).valid_from == JUNE
    assert bands_of(withdrawn) == []


def test_the_same_price_again_writes_nothing(people):
    first = set_price(people, ("0", "0.05"))
    entries = AuditEntry.objects.count()

    again = set_price(people, ("0.0", "0.050"), provider_name=" Stratus ")

    assert again == first
    assert SkuPrice.objects.count() == 1
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("month", [JUNE, MAY])
def test_another_price_on_or_before_the_newest_month_is_refused(people, month):
    kept = set_price(people, ("0", "0.05"), month=JUNE)

    with pytest.raises(ResaleConflict, match="starts on 2026-06-01") as caught:
        set_price(people, ("0", "0.07"), month=month)

    assert caught.value.code == "sku_price_in_the_way"
    assert [row.id for row in SkuPrice.objects.all()] == [kept]


@pytest.mark.parametrize(
    "other",
    [
        {"sku_id": "VM-2"},
        {"provider_name": "Cumulus"},
        {"pricing_unit": "GB"},
        {"currency": "USD"},
    ],
)
def test_other_goods_currencies_and_sellers_have_prices_of_their_own(people, other):
    set_price(people, ("0", "0.05"), month=JUNE)

    set_price(people, ("0", "0.07"), month=MAY, **other)
    set_price(people, ("0", "0.09"), month=MAY, seller=people.harbor.account_id)

    assert SkuPrice.objects.count() == 3


def test_the_audit_trail_says_what_was_set_and_what_held_before(people):
    set_price(people, ("0", "0.05"), ("100", "0.04"))
    set_price(people, ("0", "0.06"), month=JUNE)

    first, second = AuditEntry.objects.filter(action="sku_price_set").order_by("id")
    assert (first.object_kind, first.object_id) == ("account", people.ria.account_id)
    assert first.before == {"bands": []}
    assert first.after == {
        **HOURS,
        "currency": "EUR",
        "bands": ["0: 0.05", "100: 0.04"],
        "valid_from": "2026-05-01",
    }
    assert second.before == {"bands": ["0: 0.05", "100: 0.04"]}


def test_twenty_bands_are_possible_and_one_more_is_not(people):
    many = [(str(step * 10), "0.05") for step in range(21)]

    with pytest.raises(ResaleInput, match="at most 20 bands"):
        set_price(people, *many)
    number = set_price(people, *many[:20])

    limits = [limit for limit, _ in bands_of(number)]
    assert len(limits) == 20
    assert all(high - low == 10 for low, high in pairwise(limits))


@pytest.mark.parametrize(
    ("bands", "code"),
    [
        ([("1", "0.05")], "sku_bands_unordered"),
        ([("-1", "0.05")], "sku_bands_unordered"),
        ([("0", "0.05"), ("0", "0.04")], "sku_bands_unordered"),
        ([("0", "0.05"), ("100", "0.04"), ("50", "0.03")], "sku_bands_unordered"),
        # Below the twelfth decimal it is no step any more.
        ([("0", "0.05"), ("0.0000000000001", "0.04")], "sku_bands_unordered"),
        ([("0", "-0.01")], "price_negative"),
    ],
)
def test_bands_out_of_order_or_below_zero_are_refused(people, bands, code):
    with pytest.raises(ResaleInput) as caught:
        set_price(people, *bands)

    assert (caught.value.code, caught.value.field) == (code, "bands")
    assert not SkuPrice.objects.exists()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("provider_name", ""),
        ("sku_id", "   "),
        ("pricing_unit", "Ho\x00urs"),
        ("sku_id", "x" * 201),
        ("provider_name", "x" * 121),
    ],
)
def test_goods_without_a_usable_name_are_refused(people, field, text):
    with pytest.raises(ResaleInput) as caught:
        set_price(people, ("0", "0.05"), **{field: text})

    assert (caught.value.code, caught.value.field) == ("sku_text_unusable", field)
    assert not SkuPrice.objects.exists()


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 5, 2), "sku_price_mid_month"), (date(1899, 1, 1), "span_out_of_bounds")],
)
def test_a_first_day_within_a_month_or_a_year_that_nobody_means_is_refused(people, day, code):
    with pytest.raises(ResaleInput) as caught:
        set_price(people, ("0", "0.05"), month=day)

    assert (caught.value.code, caught.value.field) == (code, "valid_from")
    assert not SkuPrice.objects.exists()


@pytest.mark.parametrize(
    ("currency", "bands"),
    [
        ("XYZ", [("0", "0.05")]),
        ("EUR", [("0", "NaN")]),
        ("EUR", [("0", "1000000000000")]),
        ("EUR", [("0", "0.05"), ("1000000000000", "0.04")]),
    ],
)
def test_an_unknown_currency_or_a_number_of_too_many_digits_is_refused(people, currency, bands):
    with pytest.raises(MoneyError):
        set_price(people, *bands, currency=currency)

    assert not SkuPrice.objects.exists()


def test_an_unknown_seller_is_refused(people):
    with pytest.raises(NoSuchObject):
        set_price(people, ("0", "0.05"), seller=999_999)

    assert not SkuPrice.objects.exists()
