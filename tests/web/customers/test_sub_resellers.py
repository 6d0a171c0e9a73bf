"""Resellers open resellers: the screen, the set-up, the margins of three tiers, and who sees what."""

import re
from decimal import Decimal

from entrepot.domain.billing.models import Charge, Quarantine
from entrepot.domain.parties.commands import setup_of
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, User
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.models import BillingAccount, Chain, MarginRule
from entrepot.domain.subscriptions.commands import start_subscription
from entrepot.flows.daily_billing import run_day
from tests.support.people import NOW, SETUP, user
from tests.web.customers.test_account_forms import NEW, _get, _key, _post, store
from tests.web.customers.test_setup import _company
from tests.web.home.world import browser_of

__all__ = ["store"]
URL = "/reseller/resellers/new/"


def _open(client, name: str) -> Account:
    login = f"{name.lower()}.admin"
    form = {**NEW, "name": name, "external_id": name, "login": login, "tax_number": ""}
    form["key"] = _key(client, URL)
    made = _post(client, URL, {**form, "statement_day": "0"}, 302)
    opened = Account.objects.get(external_id=name)
    assert made["Location"] == f"/reseller/accounts/{opened.id}/hand-over/"
    return opened


def _admin(account: Account):
    person = User.objects.get(login=f"{account.name.lower()}.admin")
    return browser_of(build_viewer(user_id=person.id, account_id=account.id, now=NOW))


def _set_up(client, name: str, percent: str) -> None:
    account = Account.objects.get(external_id=name)
    company = _company(name=name, version=str(account.version))
    _post(client, "/reseller/setup/company/", company, 302)
    _post(client, "/reseller/setup/plans/", {"act": "next"}, 302)
    _post(client, "/reseller/setup/prices/", {"act": "markup", "percent": percent}, 302)
    _post(client, "/reseller/setup/prices/", {"act": "next"}, 302)
    brand = {
        "display_name": name,
        "host": f"{name.lower()}.localhost",
        "accent": "#0b6e66",
        "logo_icon": "cloud",
        "document_prefix": name.upper(),
    }
    assert _post(client, "/reseller/setup/brand/", brand, 302).url == "/reseller/setup/"


def test_a_reseller_opens_a_sub_reseller_that_sells_on_at_its_own_margin(store):
    ria = browser_of(store.people.ria.viewer())
    assert "New sub-reseller" in _get(ria, "/reseller/customers/?type=reseller")
    nils = _open(ria, "Nils")
    assert (nils.kind, nils.parent_id) == (AccountKind.RESELLER, store.people.ria.account_id)
    assert nils.tenant_id == store.people.ria.account_id
    begun = setup_of(account_id=nils.id)
    assert begun is not None
    assert not begun.is_finished
    shown = _get(ria, f"/reseller/accounts/{nils.id}/hand-over/")
    assert "http://harbor.localhost" in shown
    assert "Sub-resellers" in shown

    client = _admin(nils)
    assert client.get("/reseller/").url == "/reseller/setup/"
    # A reseller of a reseller cannot sell before its set-up, neither to customers nor to resellers.
    assert client.get(URL).status_code == 409
    _set_up(client, "Nils", "25")
    # Ria sells at 20 % below the retail price of 15.00 = 12.00; 25 % on it are 15.00.
    prices = _get(client, "/reseller/prices/")
    assert 'value="15.00"' in prices
    assert "€12.00" in prices
    assert "€11.00" not in prices

    key = _key(client, "/reseller/customers/new/")
    form = {**NEW, "key": key, "login": "kim.admin", "statement_day": "0", "tax_number": ""}
    _post(client, "/reseller/customers/new/", form, 302)
    kim = Account.objects.get(external_id="K-100")
    chain = Chain.objects.get(customer=kim)
    assert chain.tiers == 3
    day = MarginRule.objects.get(seller=nils).valid_from
    number = start_subscription(
        customer_id=kim.id,
        plan_period_id=store.period,
        quantities={store.seat: Decimal(4)},
        start_on=day,
        actor=SETUP,
        now=NOW,
    )
    run_day(day=day, now=NOW)
    # 4 seats: Harbor to Ria 11.00, Ria to Nils 12.00, Nils to Kim 15.00.
    nets = {c.tier: c.net for c in Charge.objects.filter(subscription_id=number)}
    assert list(Quarantine.objects.values_list("reason", "detail")) == []
    assert nets == {1: 44, 2: 48, 3: 60}
    sellers = BillingAccount.objects.filter(buyer__in=[nils, kim]).values_list(
        "seller_id", flat=True
    )
    assert set(sellers) == {store.people.ria.account_id, nils.id}
    _nobody_sees_more(store, ria, nils, kim)


def _nobody_sees_more(store, ria, nils: Account, kim: Account) -> None:
    """Ria sees whom Nils sells to and what Nils pays, not what Nils takes; Sven sees nothing of it."""
    listed = _get(ria, "/reseller/customers/?below=1")
    assert kim.name in listed
    page = _get(ria, f"/reseller/customers/{nils.id}/")
    for amount in ("60.00", "71.40"):
        assert amount not in page
    assert MarginRule.objects.get(seller=nils).percent_ppm == 250_000
    # Data of Kim are Nils's to change, those of Nils are Ria's.
    assert ria.get(f"/reseller/accounts/{kim.id}/edit/").status_code == 404
    _get(ria, f"/reseller/accounts/{nils.id}/edit/")
    sven = browser_of(store.people.sven.viewer())
    for number in (nils.id, kim.id):
        assert sven.get(f"/reseller/customers/{number}/").status_code == 404
        assert sven.get(f"/reseller/accounts/{number}/hand-over/").status_code == 404


def test_four_sellers_are_the_most_and_only_who_manages_accounts_opens_one(store):
    sven = browser_of(store.people.sven.viewer())
    ole = _open(sven, "Oles")
    client = _admin(ole)
    _set_up(client, "Oles", "10")
    # Harbor, Ria, Sven, Ole: a customer of Ole's has the longest chain, and there is no room for a seller more.
    assert "New sub-reseller" not in _get(client, "/reseller/customers/?type=reseller")
    form = {**NEW, "name": "Pia", "external_id": "P", "login": "pia.admin", "key": "b" * 32}
    deep = _post(client, URL, form, 409).content.decode()
    assert "there are at most 5 levels" in deep
    assert not Account.objects.filter(external_id="P").exists()
    key = _key(client, "/reseller/customers/new/")
    customer = {**NEW, "login": "last.admin", "key": key}
    _post(client, "/reseller/customers/new/", customer, 302)
    assert Chain.objects.get(customer__external_id="K-100").tiers == 4

    number = user(store.people.ria.account_id, "ria.bills", "Bo", role=RoleCode.BILLING)
    billing = browser_of(
        build_viewer(user_id=number, account_id=store.people.ria.account_id, now=NOW)
    )
    assert "New sub-reseller" not in _get(billing, "/reseller/customers/?type=reseller")
    assert billing.get(URL).status_code in (403, 404)
    assert billing.post(URL, {**NEW, "key": "c" * 32}).status_code in (403, 404)
    cleo = browser_of(store.people.cleo.viewer())
    assert cleo.get(URL).status_code == 404
    assert re.search("Kim|Oles", _get(sven, "/reseller/customers/?type=reseller"))
