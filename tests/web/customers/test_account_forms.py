"""Accounts as sellers work on them: opened, edited, handed over, held, noted, converted, repaired, on new terms."""

import re
from datetime import date

import pytest

from entrepot.domain.notifications.models import Message
from entrepot.domain.parties.kinds import AccountAct, AccountKind, RoleCode
from entrepot.domain.parties.models import (
    Account,
    AccountContact,
    AccountEvent,
    AccountNote,
    SellerSetup,
    User,
)
from entrepot.domain.resale.models import BillingAccount, Chain
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import Shop, shop
from tests.support.mailbox import tell
from tests.support.people import account, user
from tests.web.home.world import NOW, browser_of

NEW = {
    "name": "Mona Möbel GmbH",
    "external_id": "K-100",
    "tax_number": "DE123456789",
    "language": "de",
    "country": "DE",
    "city": "Kiel",
    "email": "office@mona.example",
    "phone": "0431 123456",
    "billing-name": "Bea Beleg",
    "billing-phone": "+43 316 123456",
    "login": "mona.admin",
    "display_name": "Mona Moll",
    "person_email": "mona@mona.example",
    "statement_day": "5",
    "due_days": "14",
    "credit_limit": "500.00",
    "market": "DE",
}


@pytest.fixture
def store(db: None) -> Shop:
    """The shop of stories: Sven sells to Cleo."""
    return shop()


def _key(client, url):
    found = re.search(r'name="key" value="([0-9a-f]{32})"', _get(client, url))
    assert found
    return found[1]


def _get(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def _post(client, url, values, status):
    answer = client.post(url, values)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def test_a_reseller_opens_a_customer_that_gets_a_link_once(store):
    sven, url = browser_of(store.people.sven.viewer()), "/reseller/customers/new/"
    key = _key(sven, url)

    wrong = _post(sven, url, {**NEW, "key": key, "phone": "12", "due_days": "99999"}, 422)
    page = wrong.content.decode()
    assert 'value="Mona Möbel GmbH"' in page
    assert f'value="{key}"' in page
    bad_phone = _post(sven, url, {**NEW, "key": key, "phone": "12"}, 422).content.decode()
    assert "is not a telephone number of its country" in bad_phone
    made = _post(sven, url, {**NEW, "key": key}, 302)
    again = _post(sven, url, {**NEW, "key": key}, 302)

    new = Account.objects.get(external_id="K-100")
    assert made["Location"] == again["Location"] == f"/reseller/accounts/{new.id}/hand-over/"
    assert new.phone == "+49431123456"
    terms = BillingAccount.objects.get(buyer=new)
    assert (terms.statement_day, terms.due_days, terms.credit_limit) == (5, 14, 500)
    assert Chain.objects.get(customer=new).tiers == 3
    shown = _get(sven, made["Location"])
    link = re.search(r'data-copy="http[^"]*(/password/reset/[^"]+)"', shown)
    assert link
    assert "sven.localhost" in shown
    assert "mona.admin" in shown
    assert "/password/reset/" not in _get(sven, made["Location"])
    stranger = browser_of(store.people.rex.viewer())
    _get(stranger, made["Location"], 404)
    person = {"password": "nine green barges wait outside"}
    mona = type(sven)(SERVER_NAME="sven.localhost")
    _post(mona, link[1], {**person, "again": person["password"]}, 302)
    assert User.objects.get(login="mona.admin").has_usable_password()
    assert mona.get(link[1]).status_code == 410
    taken = _post(sven, url, {**NEW, "key": _key(sven, url)}, 409).content.decode()
    assert "Another account of this seller has the external ID K-100." in taken


def test_edits_show_on_the_page_and_a_stale_form_is_refused_with_the_typing_kept(store):
    number = store.people.cleo.account_id
    sven, url = browser_of(store.people.sven.viewer()), f"/reseller/accounts/{number}/edit/"
    form = {name: text for name, text in NEW.items() if name not in ("login", "key")}
    assert 'name="version" value="1"' in _get(sven, url)

    _post(sven, url, {**form, "version": "1"}, 302)
    stale = _post(sven, url, {**form, "name": "Typed later", "version": "1"}, 409)

    assert 'value="Typed later"' in stale.content.decode()
    assert "changed by somebody else" in stale.content.decode()
    page = _get(sven, f"/reseller/customers/{number}/")
    for words in ("Bea Beleg", "0431 123456", "+49 431 123456", "+43 316 123456", "K-100"):
        assert words in page, words
    # A further contact is added beside the first, and a third one beside both.
    two = {"admin-name": "Ada Amt", "admin-email": "ada@mona.example"}
    three = {"technical-name": "Tea Technik", "technical-phone": "0431 998877"}
    for more in (two, {**two, **three}):
        version = Account.objects.get(pk=number).version
        _post(sven, url, {**form, **more, "version": str(version)}, 302)
        found = dict(AccountContact.objects.filter(account_id=number).values_list("kind", "name"))
        assert len(found) == (3 if "technical-name" in more else 2), more
    assert set(found.values()) == {"Bea Beleg", "Ada Amt", "Tea Technik"}
    page = _get(sven, f"/reseller/customers/{number}/")
    for words in ("Ada Amt", "ada@mona.example", "Tea Technik", "+49 431 998877"):
        assert words in page, words
    lines = _get(sven, f"/reseller/customers/{number}/?tab=timeline")
    assert "Data changed: City, Country" in lines or "Data changed: City, E-mail" in lines
    assert "Contacts changed: Billing" in lines
    # Ria sees the customer of her sub-reseller, and only Sven may change it.
    ria = browser_of(store.people.ria.viewer())
    assert "/edit/" not in _get(ria, f"/reseller/customers/{number}/").split("<main")[1]
    _get(ria, url, 404)
    reader = browser_of(store.people.sven.viewer())
    pat = user(store.people.sven.account_id, "pat.reads", "Pat", role=RoleCode.READ_ONLY)
    reader.force_login(User.objects.get(pk=pat))
    assert reader.post(url, form).status_code in (302, 403)
    assert Account.objects.get(pk=number).version == 5


def test_a_customers_administrator_edits_the_own_company_and_the_seller_is_told(store):
    number = store.people.cleo.account_id
    uma, url = browser_of(store.people.cleo.viewer()), "/customer/account/edit/"
    assert f'href="{url}"' in _get(uma, "/customer/account/")
    page = _get(uma, url)
    # What only the seller keeps is no field, and is not taken from a form that was tampered with.
    assert 'name="external_id"' not in page
    assert "Your seller is told" in page
    form = {name: text for name, text in NEW.items() if name not in ("login", "key")}
    kept = {"external_id": "X-1", "kind": "reseller", "parent_id": "1", "admin_hold": "1"}
    wrong = {"tax_number": "DE12", "phone": "12", "billing-phone": "+49 1"}
    for field, text in wrong.items():
        answer = _post(uma, url, {**form, field: text, "version": "1"}, 422).content.decode()
        assert f'value="{text}"' in answer
        assert f'id="id_{field}-error"' in answer or 'aria-invalid="true"' in answer
    assert Account.objects.get(pk=number).version == 1

    _post(uma, url, {**form, **kept, "tax_number": "de 123 456.789", "version": "1"}, 302)

    row = Account.objects.get(pk=number)
    assert (row.name, row.tax_number, row.phone) == (NEW["name"], "DE123456789", "+49431123456")
    assert (row.external_id, row.kind, row.admin_hold) == ("", AccountKind.CUSTOMER, False)
    assert row.parent_id == store.people.sven.account_id
    assert AuditEntry.objects.get(action="account_edited").actor_id == store.people.cleo.user_id
    assert "Uma User" in _get(uma, "/customer/account/?tab=timeline")
    # Two tabs: the second one sees both values, and may decide for its own.
    second = _post(uma, url, {**form, "name": "Typed later", "version": "1"}, 409).content.decode()
    assert "Yours and the present data" in second
    assert 'scope="row">Company</th><td>Typed later</td><td>Mona Möbel GmbH</td>' in second
    version = re.search(r'name="version" value="(\d+)"', second)
    assert version
    _post(uma, url, {**form, "name": "Typed later", "version": version[1]}, 302)
    _the_seller_is_told_once_for_each_form(store, form)
    # People without the right do not even see the way.
    reader = browser_of(store.people.cleo.viewer())
    rita = user(number, "rita.reads", "Rita", role=RoleCode.READ_ONLY)
    reader.force_login(User.objects.get(pk=rita))
    assert url not in _get(reader, "/customer/account/")
    assert reader.get(url).status_code == reader.post(url, form).status_code == 403


def _the_seller_is_told_once_for_each_form(store, form):
    """The first form changed data and contacts, the second one the name; what the seller edits it knows itself."""
    number = store.people.cleo.account_id
    tell(now=NOW)
    told = Message.objects.filter(kind="account_edited").order_by("id")
    assert [(one.account_id, one.address) for one in told] == [
        (store.people.sven.account_id, "sven.admin@mail.example")
    ] * 2
    assert "Uma User of Typed later changed" in told[0].text
    assert f"/reseller/customers/{number}/" in told[0].text
    sven = browser_of(store.people.sven.viewer())
    stored = str(Account.objects.get(pk=number).version)
    _post(sven, f"/reseller/accounts/{number}/edit/", {**form, "version": stored}, 302)
    tell(now=NOW)
    assert told.count() == 2


def test_every_act_of_a_timeline_has_words(store):
    number = store.people.cleo.account_id
    facts = {"account_id": number, "tenant_id": Account.objects.get(pk=number).tenant_id, "at": NOW}
    for act in AccountAct:
        AccountEvent.objects.create(act=act, actor_name="Sven (Sven Systems)", **facts)
    sold = _get(
        browser_of(store.people.sven.viewer()), f"/reseller/customers/{number}/?tab=timeline"
    )
    assert sold.count("Sven (Sven Systems)") == len(AccountAct)
    # The account reads what happened; by name only of those who acted on its behalf.
    own = _get(browser_of(store.people.cleo.viewer()), "/customer/account/?tab=timeline")
    assert "Somebody acted on its behalf" in own
    assert "Sven (Sven Systems)" not in own


def test_holds_and_notes_are_kept_with_who_and_why_and_hidden_from_the_account(store):
    number = store.people.cleo.account_id
    store.subscribe()
    sven, cleo = browser_of(store.people.sven.viewer()), browser_of(store.people.cleo.viewer())
    act = f"/reseller/accounts/{number}"
    assert "1 running subscription is put on hold too." in _get(sven, f"{act}/hold/")

    empty = _post(sven, f"{act}/hold/", {"version": "1", "reason": ""}, 422)
    _post(sven, f"{act}/hold/", {"version": "1", "reason": "bounced letter"}, 302)
    twice = _post(sven, f"{act}/hold/", {"version": "1", "reason": "bounced letter"}, 409)
    status = _get(sven, f"/reseller/customers/{number}/?tab=status")
    key = _key(sven, f"/reseller/customers/{number}/")
    for _ in range(2):
        _post(sven, f"{act}/note/", {"text": "Calls on\nMondays <b>only", "key": key}, 302)
    _post(sven, f"{act}/note/", {"text": " ", "key": key}, 422)

    assert "Nothing was changed." in empty.content.decode()
    assert "changed by somebody else" in twice.content.decode()
    assert "Put on administrative hold: bounced letter" in status
    assert "Sven Subreseller" in status
    page = _get(sven, f"/reseller/customers/{number}/")
    assert "Calls on<br>Mondays &lt;b&gt;only" in page
    assert AccountNote.objects.count() == 1
    for tab in ("", "?tab=status", "?tab=timeline"):
        own = _get(cleo, f"/customer/account/{tab}")
        assert "Mondays" not in own
        assert "bounced" not in own
    above = _get(browser_of(store.people.harbor.viewer()), f"/provider/customers/{number}/")
    assert "Mondays" not in above
    _post(sven, f"{act}/release/", {"version": "2", "reason": "letter found"}, 302)
    assert not Account.objects.get(pk=number).admin_hold
    assert AuditEntry.objects.filter(reason="letter found").exists()
    _get(sven, f"/reseller/accounts/{store.people.sven.account_id}/hold/", 404)


def test_the_provider_opens_and_makes_resellers_that_begin_with_the_set_up(store):
    harbor = browser_of(store.people.harbor.viewer())
    url = "/provider/resellers/new/"
    _post(harbor, url, {**NEW, "key": _key(harbor, url)}, 302)
    new = Account.objects.get(external_id="K-100")
    assert (new.kind, new.tenant_id) == (AccountKind.RESELLER, new.id)
    assert User.objects.get(login="mona.admin").realm == "harbor.localhost"
    assert not SellerSetup.objects.get(account=new).sales_currency
    other = account(AccountKind.CUSTOMER, store.people.harbor.account_id, "Dora Dental")
    dora = user(other, "dora.admin", "Dora")
    act = f"/provider/accounts/{other}/convert/"

    assert "This cannot be undone." in _get(harbor, act)
    _post(harbor, act, {"version": "7"}, 409)
    done = _post(harbor, act, {"version": "1"}, 302)

    assert done["Location"] == f"/provider/resellers/{other}/"
    assert "Customer became a reseller" in _get(harbor, f"{done['Location']}?tab=status")
    assert User.objects.get(pk=dora).username == "harbor.localhost/dora.admin"
    _get(harbor, act, 404)
    _get(harbor, f"/provider/accounts/{store.people.cleo.account_id}/convert/", 404)
    assert (
        browser_of(store.people.ria.viewer()).get(act.replace("provider", "reseller")).status_code
        == 404
    )


def test_old_numbers_are_repaired_where_they_are_listed(store):
    sven, url = browser_of(store.people.sven.viewer()), "/reseller/accounts/phones/"
    number = store.people.cleo.account_id
    other = account(AccountKind.CUSTOMER, store.people.sven.account_id, "Dora Dental")
    Account.objects.filter(pk=number).update(phone="ask Uma", phone_checked=False)
    Account.objects.filter(pk=other).update(phone="040 3003420", phone_checked=False)
    page = _get(sven, url)
    assert "no telephone number" in page
    assert "is good, as +49 40 3003420" in page

    _post(sven, url, {"act": "all"}, 302)
    wrong = _post(sven, url, {"account": number, "version": "1", "phone": "ask Ulf"}, 422)
    foreign = {"account": store.people.carl.account_id, "version": "1", "phone": "040 3003420"}
    _post(sven, url, foreign, 404)
    _post(sven, url, {"account": number, "version": "1", "phone": "040 3003421"}, 302)

    assert 'value="ask Ulf"' in wrong.content.decode()
    stored = dict(Account.objects.filter(phone_checked=True).values_list("id", "phone"))
    assert stored == {number: "+49403003421", other: "+49403003420"}
    assert "Every number was checked" in _get(sven, url)


def test_terms_are_changed_by_the_seller_and_a_stale_form_is_refused(store):
    sven = browser_of(store.people.sven.viewer())
    terms = BillingAccount.objects.get(buyer_id=store.people.cleo.account_id)
    url = f"/reseller/credit/{terms.id}/terms/"
    known = re.search(r'name="known" value="([^"]+)"', _get(sven, url))
    assert known
    form = {
        "known": known[1],
        "statement_day": "10",
        "due_days": "21",
        "grace_days": "3",
        "credit_limit": "1500.50",
        "bill_on_hold": "on",
    }

    _post(sven, url, {**form, "credit_limit": "-1"}, 422)
    _post(sven, url, form, 302)
    stale = _post(sven, url, {**form, "due_days": "60"}, 409)

    terms.refresh_from_db()
    assert (terms.statement_day, terms.due_days, terms.hold_mode) == (10, 21, "manual")
    assert str(terms.credit_limit) == "1500.500"
    assert "changed by somebody else" in stale.content.decode()
    foreign = BillingAccount.objects.get(buyer_id=store.people.sven.account_id)
    _get(sven, f"/reseller/credit/{foreign.id}/terms/", 404)
    assert AuditEntry.objects.get(action="terms_set").after["due_days"] == 21

    User.objects.filter(pk=store.people.sven.user_id).update(language="de")
    page = _get(sven, url)
    assert 'value="1500,500"' in page
    german = {**form, "known": re.search(r'name="known" value="([^"]+)"', page)[1]}
    _post(sven, url, {**german, "credit_limit": "1.600"}, 422)
    _post(sven, url, {**german, "credit_limit": "1.600,50"}, 302)
    terms.refresh_from_db()
    assert str(terms.credit_limit) == "1600.500"


def test_lists_narrow_to_type_and_state_and_keep_it_while_searching(store):
    ria = browser_of(store.people.ria.viewer())
    own = account(AccountKind.CUSTOMER, store.people.ria.account_id, "Own Office")
    Account.objects.filter(pk=own).update(credit_hold=True, opened_on=date(2026, 1, 2))

    def names(query):
        page = _get(ria, f"/reseller/customers/{query}")
        return re.findall(r'class="at-name"><a href="[^"]*">([^<]*)</a>', page)

    assert names("") == ["Own Office"]
    assert names("?type=reseller") == ["Sven Systems"]
    assert names("?state=credit_hold&below=1") == ["Own Office"]
    assert names("?state=active&below=1") == ["Cleo Clinics"]
    assert names("?state=nonsense") == ["Own Office"]
    page = _get(ria, "/reseller/customers/?state=credit_hold&below=1&q=own")
    assert '<input type="hidden" name="state" value="credit_hold">' in page
    assert "/reseller/customers/new/" in page
