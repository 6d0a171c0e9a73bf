"""The set-up of a new reseller: every step stored, left and continued, and what may be sold afterwards."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from entrepot.domain.parties.commands import setup_of
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand, SellerSetup, User
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.commands import Overlay, Terms, set_exchange_rate, set_plan_overlay
from entrepot.domain.resale.models import MarginRule, SellerPrice
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.domain.resale.queries import plan_values
from entrepot.flows import onboarding
from tests.domain.resale.shop import EPOCH, Shop, shop
from tests.support.people import NOW, SETUP
from tests.web.home.world import browser_of


@pytest.fixture
def store(db: None) -> Shop:
    """The shop of stories: Harbor publishes one plan, whose seat costs a reseller 11.00."""
    return shop()


@pytest.fixture
def nora(store: Shop) -> onboarding.Opened:
    """A reseller that Harbor has just opened."""
    return onboarding.open_customer(
        store.people.harbor.viewer(),
        company=onboarding.Company(name="Nora Netze GmbH", country="DE", language="en"),
        person=onboarding.FirstPerson(login="nora.admin", display_name="Nora Nilsson"),
        terms=Terms(),
        market="DE",
        request_key="a" * 32,
        kind=AccountKind.RESELLER,
        actor=SETUP,
        now=NOW,
    )


def _viewer(opened: onboarding.Opened):
    return build_viewer(user_id=opened.user_id, account_id=opened.account_id, now=NOW)


def _get(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def _post(client, url, values, status=302):
    answer = client.post(url, values)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def _company(**changed):
    return {
        "version": "1",
        "name": "Nora Netze GmbH",
        "language": "en",
        "country": "DE",
        "sales_currency": "EUR",
        "understood": "on",
        **changed,
    }


def _field(page, name):
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_a_new_reseller_goes_through_the_steps_and_may_then_have_customers(store, nora):
    client, number = browser_of(_viewer(nora)), nora.account_id
    assert client.get("/reseller/").url == "/reseller/setup/"
    assert "Begin" in _get(client, "/reseller/setup/")
    assert client.get("/reseller/customers/new/").status_code == 409

    _do_company(client)
    # Left here: the home page leads on to the second step.
    assert "Go on" in _get(client, "/reseller/setup/")
    _do_plans(client, store, number)
    _do_prices(client, store, number)
    _do_brand(client, number)

    setup = setup_of(account_id=number)
    assert setup is not None
    assert setup.is_finished
    assert Brand.objects.get(account_id=number).host == "nora.localhost"
    end = _get(client, "/reseller/setup/")
    assert f"/reseller/marketplace/?for={number}" in end
    assert "Billed in EUR." in _get(client, "/reseller/customers/new/")
    assert client.get("/reseller/").status_code == 200
    _get(client, "/reseller/setup/company/", 404)


def _do_company(client):
    unsure = _post(client, "/reseller/setup/company/", _company(understood=""), 422)
    assert "Confirm that you know it." in unsure.content.decode()
    _post(client, "/reseller/setup/company/", _company(sales_currency="JPY"), 422)
    company = _post(client, "/reseller/setup/company/", _company())
    assert company.url == "/reseller/setup/plans/"


def _do_plans(client, store, number):
    url, path = "/reseller/setup/plans/", Account.objects.get(pk=number).path
    assert f'name="plan" value="{store.plan}"' in _get(client, url)
    _post(client, url, {"shown": store.plan, "act": "stay"})
    assert not plan_values(plan_ids=[store.plan], seller_path=path)[store.plan].is_published
    on = {"shown": store.plan, "plan": store.plan, "act": "next"}
    assert _post(client, url, on).url == "/reseller/setup/prices/"


def _do_prices(client, store, number):
    url = "/reseller/setup/prices/"
    for odd in ("150", "twenty"):
        _post(client, url, {"act": "markup", "percent": odd}, 409)
    _post(client, url, {"act": "markup", "percent": "20"})
    assert MarginRule.objects.get(seller_id=number).percent_ppm == 200_000
    page = _get(client, url)
    key = f"{store.period}.{store.seat}.recurring"
    # 11.00 and 20 % on it are 13.20.
    assert "(€11.00)" in page
    assert _field(page, f"price-{key}") == "13.20"
    assert _field(page, f"percent-{key}") == "20.00"
    held = {f"held-{key}": _field(page, f"held-{key}"), "act": "next"}
    low = {**held, f"price-{key}": "10.00", f"percent-{key}": "20"}
    refused = _post(client, url, low, 409).content.decode()
    assert _field(refused, f"price-{key}") == "10.00"
    bad = _post(client, url, {**low, f"price-{key}": "x"}, 422)
    assert "is not a number" in bad.content.decode()
    # Without a script only the mark-up is typed: 11.00 and 30 % are 14.30.
    typed = {**held, f"price-{key}": "13.20", f"percent-{key}": "30"}
    assert _post(client, url, typed).url == "/reseller/setup/brand/"
    assert str(SellerPrice.objects.get(seller_id=number).unit_price.normalize()) == "14.3"


def _do_brand(client, number):
    url = "/reseller/setup/brand/"
    assert 'value="nora.harbor.localhost"' in _get(client, url)
    brand = {
        "display_name": "Nora Cloud",
        "host": "ria.localhost",
        "accent": "#0b6e66",
        "logo_icon": "cloud",
        "document_prefix": "NOR",
    }
    taken = _post(client, url, brand, 409)
    assert "Another brand uses the address ria.localhost." in taken.content.decode()
    _post(client, url, {**brand, "host": "two words"}, 422)
    assert _post(client, url, {**brand, "host": "nora.localhost"}).url == "/reseller/setup/"
    assert Brand.objects.filter(account_id=number).exists()


def test_the_sales_currency_is_chosen_once_even_from_a_form_that_was_left_open(store, nora):
    client = browser_of(_viewer(nora))
    set_exchange_rate(
        from_currency="EUR",
        to_currency="CHF",
        rate=Decimal("0.95"),
        on_date=EPOCH,
        source="bank",
        actor=SETUP,
        now=NOW,
    )
    _post(client, "/reseller/setup/company/", _company(sales_currency="CHF"))

    version = str(Account.objects.get(pk=nora.account_id).version)
    other = _company(sales_currency="EUR", version=version)
    refused = _post(client, "/reseller/setup/company/", other, 422).content.decode()

    assert "The sales currency is chosen and stays." in refused
    assert SellerSetup.objects.get(pk=nora.account_id).sales_currency == "CHF"
    # 11.00 EUR are 10.45 CHF.
    _post(client, "/reseller/setup/prices/", {"act": "markup", "percent": "0"})
    assert "(CHF 10.45)" in _get(client, "/reseller/setup/prices/").replace("\xa0", " ")


def test_switching_a_plan_keeps_the_other_own_values_and_foreign_plans_are_refused(store, nora):
    client = browser_of(_viewer(nora))
    _post(client, "/reseller/setup/company/", _company())
    made = {"actor": SETUP, "now": NOW}
    overlay = Overlay(name={"en": "Nora Mail"}, display_in_customer_panel=False)
    set_plan_overlay(account_id=nora.account_id, plan_id=store.plan, overlay=overlay, **made)

    _post(client, "/reseller/setup/plans/", {"shown": store.plan, "act": "stay"})
    row = PlanOverlay.objects.get(account_id=nora.account_id)
    assert (row.is_published, row.name, row.display_in_customer_panel) == (
        False,
        {"en": "Nora Mail"},
        False,
    )
    hidden = replace(Overlay(), is_published=False)
    provider = store.people.harbor.account_id
    set_plan_overlay(account_id=provider, plan_id=store.plan, overlay=hidden, **made)
    _post(client, "/reseller/setup/plans/", {"shown": store.plan, "act": "stay"}, 404)
    assert "publishes no plans yet" in _get(client, "/reseller/setup/plans/")


def test_resellers_from_before_the_wizard_and_customers_have_no_set_up(store):
    ria = browser_of(store.people.ria.viewer())

    assert ria.get("/reseller/").status_code == 200
    _get(ria, "/reseller/setup/", 404)
    _get(ria, "/reseller/setup/brand/", 404)
    assert User.objects.filter(realm="harbor.localhost").exists()


def test_odd_values_in_the_steps_are_refused_or_left_out(store, nora):
    client, number = browser_of(_viewer(nora)), nora.account_id
    company = _company(**{"billing-name": "x" * 151, "version": "9" * 40})
    _post(client, "/reseller/setup/company/", company, 422)
    _post(client, "/reseller/setup/company/", _company(version="7"), 409)
    _post(client, "/reseller/setup/plans/", {"shown": store.plan, "act": "next"}, 400)
    _post(client, "/reseller/setup/company/", _company())

    _post(client, "/reseller/setup/plans/", {"shown": ["9" * 18, "-1", "x"]}, 404)
    prices = "/reseller/setup/prices/"
    for percent in ("", "NaN", "1e9", "9" * 30, "-101", "0.00000001"):
        answer = client.post(prices, {"act": "markup", "percent": percent, "confirmed": "1"})
        assert answer.status_code in (302, 409), percent
    key = f"{store.period}.{store.seat}.recurring"
    for price, percent in (("-1", ""), ("9" * 30, ""), ("", "1e5"), ("0.1234567890123", "")):
        typed = {f"held-{key}": "|", f"price-{key}": price, f"percent-{key}": percent}
        answer = client.post(prices, {**typed, "act": "stay", "confirmed": "1"})
        assert answer.status_code in (302, 409, 422), (price, percent)
    foreign = {"held-999999.1.recurring": "|", "price-999999.1.recurring": "1", "act": "stay"}
    _post(client, prices, foreign)
    for query in ("?after=x", "?after=9223372036854775808", "?q=%00%25", "?q=" + "a" * 300):
        _get(client, prices + query)
        _get(client, "/reseller/setup/plans/" + query)
    assert not SellerPrice.objects.filter(seller_id=number, unit_price__lt=0).exists()
