"""Exchange rates: the list, what is missing, setting one, and the subscription that waited for it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Quarantine
from entrepot.domain.resale.models import BillingAccount, ExchangeRate
from entrepot.flows.bill import bill
from entrepot.flows.retry import retry_quarantined
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP
from tests.web.home.world import browser_of

LIST, SET = "/provider/exchange-rates/", "/provider/exchange-rates/set/"
FORM = {
    "from_currency": "eur",
    "to_currency": "CAD",
    "rate": "1.5",
    "on_date": START.isoformat(),
    "source": "central bank",
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(transactional_db) -> Shop:
    """Cleo is billed in Canadian dollars, and nobody has set a rate."""
    store = shop()
    BillingAccount.objects.filter(buyer_id=store.people.cleo.account_id).update(currency="CAD")
    return store


def client_of(store: Shop):
    return browser_of(store.people.harbor.viewer())


def text_of(answer) -> str:
    body = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", body)


def test_a_missing_rate_is_named_set_and_what_waited_is_billed(store):
    store.subscribe("5")
    bill(now=NOW, today=START, actor_name="test", until=START)
    assert Quarantine.objects.get().reason.value == "no_exchange_rate"
    client = client_of(store)

    page = client.get(LIST)
    assert "EUR → CAD 1 subscription is not billed" in text_of(page)
    assert f'href="{SET}?from=EUR&amp;to=CAD"' in page.content.decode()
    aside = client.get("/provider/billing/not-billed/").content.decode()
    assert f'href="{LIST}"' in aside

    assert client.post(SET, FORM).status_code == 302
    row = ExchangeRate.objects.get(to_currency="CAD")
    assert (row.from_currency, row.rate, row.on_date) == ("EUR", Decimal("1.5"), START)
    (result,) = retry_quarantined(subscription_ids=None, actor=SETUP, now=NOW)
    assert result.reason is None
    after = text_of(client.get(LIST))
    assert "Missing rates" not in after
    assert "1 EUR = CAD newest 1.5" in after


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to_currency": "EUR"}, "A currency has no rate to itself"),
        ({"rate": "0"}, "An exchange rate is above zero"),
        ({"rate": "abc"}, "Enter a number"),
        ({"to_currency": "XQZ"}, "XQZ"),
        ({"on_date": "2026-02-30"}, "Enter a valid date"),
    ],
)
def test_wrong_input_is_said_and_the_typing_kept(store, change, said):
    answer = client_of(store).post(SET, FORM | change)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "central bank" in answer.content.decode()
    assert not ExchangeRate.objects.filter(to_currency="CAD").exists()


def test_pages_of_the_list_lead_on_and_a_currency_narrows_it(store):
    for day in range(1, 8):
        ExchangeRate.objects.create(
            from_currency="EUR",
            to_currency="CHF",
            rate=Decimal("0.9"),
            on_date=date(2026, 1, day),
            source="bank",
        )
    client = client_of(store)
    first = client.get(f"{LIST}?rows=5&q=chf").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)
    second = client.get(LIST + following[1].replace("&amp;", "&")).content.decode()

    assert (first.count('<th scope="row"'), second.count('<th scope="row"')) == (5, 2)
    assert first.count(">newest<") == 1
    assert "No rate of this currency" in client.get(f"{LIST}?q=JPY").content.decode()
    assert client.get(f"{LIST}?before=x.y").status_code == 200


def test_only_the_providers_staff_see_rates_and_set_them(store):
    reader = browser_of(store.people.harbor.viewer())
    assert reader.get(LIST).status_code == 200
    assert browser_of(store.people.ria.viewer()).get(LIST).status_code == 404
