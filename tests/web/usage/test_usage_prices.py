"""Own prices of SKUs on the screens of the provider and of resellers: list, form, what changes, and who may."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.models import SkuPrice, SkuPriceBand
from entrepot.domain.usage.models import UsageTotal
from entrepot.infra.audit.models import AuditEntry
from tests.web.usage.test_usage_imports import text_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST, RESELLERS = "/provider/usage-prices/", "/reseller/usage-prices/"
FORM = {
    "provider": "Stratus",
    "sku": "VM-1",
    "unit": "Hours",
    "currency": "EUR",
    "month": "2026-05-01",
    "limit_1": "0",
    "price_1": "0.5",
    "limit_2": "100",
    "price_2": "0.4",
}


@pytest.fixture
def ria(sign_in, store) -> Client:
    return sign_in(store.people.ria.account_id)


def confirm(client: Client, panel: str = LIST, **changes: str):
    form = {**FORM, **changes, "step": "confirmed"}
    return client.post(f"{panel}set/", form, follow=True)


def test_a_reseller_sees_what_a_price_changes_sets_it_and_finds_it_in_the_list(ria, used):
    before = text_of(ria.get(RESELLERS))
    assert "No own prices yet" in before
    assert "Machines Stratus · VM-1 Hours" in before

    review = ria.post(f"{RESELLERS}set/", FORM)

    said = text_of(review)
    assert "1 stored total is rated again, May 2026 to May 2026." in said
    # 100 x 0.50 + 50 x 0.40 = 70.
    assert "They are €105.60 now and €70.00 then, before discounts." in said
    assert not SkuPrice.objects.exists()
    done = text_of(confirm(ria, RESELLERS))
    assert "The price is set; 1 stored total changed." in done
    assert "0 to 100: €0.50 above 100: €0.40" in done
    assert "from May 2026" in done
    assert UsageTotal.objects.get(tier=2).amount_after == Decimal(70)
    assert UsageTotal.objects.get(tier=1).amount_after == Decimal(88)
    entry = AuditEntry.objects.get(action="sku_price_set")
    assert entry.after["bands"] == ["0: 0.5", "100: 0.4"]


def test_prices_of_other_sellers_and_their_usage_are_not_shown(sign_in, store, hanna, ria, used):
    confirm(ria, RESELLERS)

    provider = text_of(hanna.get(LIST))
    rex = text_of(sign_in(store.people.rex.account_id).get(RESELLERS))

    assert "€0.50" not in provider
    assert "VM-1" in provider
    assert "€0.50" not in rex
    assert "VM-1" not in rex
    assert "No usage was found" in rex


def test_the_same_form_twice_sets_one_price(hanna, used):
    confirm(hanna)
    again = text_of(confirm(hanna))

    assert "The price is set; 0 stored totals changed." in again
    assert SkuPrice.objects.count() == 1


def test_a_price_can_be_followed_scheduled_and_withdrawn(hanna, used):
    # The business date is 2 May, the day after the run.
    confirm(hanna, month="2026-03-01", limit_2="", price_2="")
    confirm(hanna, month="2026-05-01", price_1="0.6", limit_2="", price_2="")
    confirm(hanna, month="2026-06-01", withdraw="on")

    page = text_of(hanna.get(LIST))

    assert "Hours, EUR €0.60 from May 2026 from June 2026: Cost plus margins" in page
    assert "1 earlier price from March 2026: €0.50" in page
    assert SkuPriceBand.objects.count() == 2


def test_a_withdrawal_says_what_it_takes_back(hanna, used):
    confirm(hanna, month="2026-04-01")
    review = text_of(hanna.post(f"{LIST}set/", {**FORM, "withdraw": "on"}))

    # 70 by the bands, which hold since April.
    assert "They are €70.00 now and go back to cost plus margins." in review


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"price_1": "", "limit_2": "", "price_2": ""}, "Give the price of a unit."),
        ({"price_1": "much"}, "“much” is not a number."),
        ({"price_1": "0,05"}, "“0,05” is not a number."),
        ({"price_2": ""}, "Give the price of a unit."),
        ({"limit_2": ""}, "Give the number of units above which this price holds."),
        ({"limit_2": "0"}, "each further one above the one before"),
        ({"price_2": "-1"}, "A price cannot be below zero."),
        ({"sku": " "}, "This field is required."),
        ({"currency": "USD"}, "USD is not one of the available choices."),
        ({"month": "2026-05-02"}, "2026-05-02 is not one of the available choices."),
        ({"provider": "x" * 121}, "at most 120 characters"),
        ({"unit": "Ho\x00urs"}, "Null characters are not allowed."),
    ],
)
def test_a_form_with_a_fault_is_shown_again_with_what_was_typed(hanna, used, changes, sentence):
    for step in ("", "confirmed"):
        answer = hanna.post(f"{LIST}set/", {**FORM, **changes, "step": step})

        assert answer.status_code == 422
        assert sentence in text_of(answer)
    assert not SkuPrice.objects.exists()


def test_a_month_before_the_newest_price_is_refused_with_a_way_out(hanna, used):
    confirm(hanna, month="2026-06-01")

    for step in ("", "confirmed"):
        answer = hanna.post(f"{LIST}set/", {**FORM, "step": step})

        assert answer.status_code == 409
        assert "starts on 2026-06-01" in text_of(answer)
        assert "Choose a later first day." in text_of(answer)


def test_the_form_comes_filled_in_from_the_list_and_back_from_the_review(hanna, used):
    page = hanna.get(LIST).content.decode()
    assert f"{LIST}set/?provider=Stratus&amp;sku=VM-1&amp;unit=Hours" in page

    form = hanna.get(f"{LIST}set/?provider=Stratus&sku=VM-1&unit=Hours").content.decode()

    assert 'value="VM-1"' in form
    assert '<option value="2026-05-01" selected>May 2026</option>' in form
    review = hanna.post(f"{LIST}set/", FORM).content.decode()
    assert f"{LIST}set/?provider=Stratus&amp;sku=VM-1" in review
    assert "price_2=0.4" in review


def test_the_list_finds_a_part_of_the_sku_and_goes_on_to_further_pages(hanna, used):
    for number in range(12):
        confirm(hanna, sku=f"VM-{number:02}", limit_2="", price_2="")

    first = hanna.get(f"{LIST}?rows=10").content.decode()
    assert "?page=2" in first
    second = text_of(hanna.get(f"{LIST}?page=2&rows=10"))
    assert "VM-11" in second
    assert "VM-09" not in second.split("Used SKUs")[0]
    found = text_of(hanna.get(f"{LIST}?q=vm-03"))
    assert "VM-03" in found
    assert "VM-04" not in found
    assert "No own price has this name" in text_of(hanna.get(f"{LIST}?q=nothing"))
    for odd in ("?page=0", "?page=-1", "?page=99999999999999999999", "?q=%00%25_"):
        assert hanna.get(f"{LIST}{odd}").status_code == 200


def test_pages_ask_as_often_for_many_prices_as_for_one(hanna, used):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            hanna.get(LIST)
        return len(queries)

    confirm(hanna, limit_2="", price_2="")
    few = asked()
    for number in range(6):
        confirm(hanna, sku=f"VM-{number:02}")

    assert asked() == few


def test_who_may_look_and_who_may_set(sign_in, store, used):
    reader = sign_in(role=RoleCode.READ_ONLY)
    page = reader.get(LIST).content.decode()
    assert "Usage prices" in page
    assert f"{LIST}set/" not in page
    assert reader.get(f"{LIST}set/").status_code == 403
    assert reader.post(f"{LIST}set/", {**FORM, "step": "confirmed"}).status_code == 403
    support = sign_in(role=RoleCode.SUPPORT)
    assert support.get(LIST).status_code == 403
    foreign = sign_in(store.people.ria.account_id)
    assert foreign.get(LIST).status_code == 404
    assert foreign.get("/customer/usage-prices/").status_code == 404
    assert not SkuPrice.objects.exists()


def test_the_pages_are_german(sign_in, used):
    hanna = sign_in(language="de")

    assert "Noch keine eigenen Preise" in text_of(hanna.get(LIST))
    review = text_of(hanna.post(f"{LIST}set/", FORM))
    assert "1 gespeicherte Summe wird neu bewertet, Mai 2026 bis Mai 2026." in review
    done = text_of(confirm(hanna))
    assert "Der Preis ist festgelegt; 1 gespeicherte Summe hat sich geändert." in done
    assert "0 bis 100: 0,50 € über 100: 0,40 €" in done
