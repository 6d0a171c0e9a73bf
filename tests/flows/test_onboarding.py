"""Customers and resellers from the first form on: opened, edited, held, converted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties import commands
from entrepot.domain.parties.account_queries import acts_of, contacts_of, unchecked_phones
from entrepot.domain.parties.errors import (
    NoSuchObject,
    PartyConflict,
    PartyInput,
    PartyRefused,
)
from entrepot.domain.parties.kinds import AccountAct, AccountKind, ContactKind, SetupStep
from entrepot.domain.parties.models import Account, AccountContact, User
from entrepot.domain.parties.queries import StateFilter, list_accounts
from entrepot.domain.parties.resets import is_valid, issue_activation, use_ticket
from entrepot.domain.resale.commands import Terms
from entrepot.domain.resale.models import BillingAccount, Chain
from entrepot.domain.subscriptions.errors import OrderRefused
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows import account_holds, onboarding
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP, account

COMPANY = onboarding.Company(
    name="Mona Möbel GmbH",
    country="DE",
    language="de",
    external_id="K-100",
    address=commands.Address(city="Kiel", phone="0431 123456", tax_number="DE123456789"),
    contacts={
        ContactKind.BILLING: commands.Contact(
            name="Bea Beleg", email="bea@mona.example", phone="+43 316 123456"
        )
    },
)
PERSON = onboarding.FirstPerson(
    login="mona.admin", display_name="Mona Moll", email="mona@mona.example"
)
TERMS = Terms(statement_day=5, due_days=14)


@pytest.fixture
def store(db: None) -> Shop:
    """The shop of stories."""
    return shop()


def _open(store: Shop, key: str = "form-1", **changed: object) -> onboarding.Opened:
    return onboarding.open_customer(
        store.people.sven.viewer(),
        company=replace(COMPANY, **changed),  # type: ignore[arg-type]
        person=PERSON,
        terms=TERMS,
        market="DE",
        request_key=key,
        actor=SETUP,
        now=NOW,
    )


def test_a_new_customer_can_order_at_once_and_a_repeated_form_opens_nothing(store):
    opened = _open(store)
    again = _open(store)

    assert (again.account_id, again.user_id, again.is_new) == (
        opened.account_id,
        opened.user_id,
        False,
    )
    row = Account.objects.get(pk=opened.account_id)
    assert (row.phone, row.phone_checked, row.currency) == ("+49431123456", True, "EUR")
    assert (row.tenant_id, row.parent_id) == (
        store.people.ria.account_id,
        store.people.sven.account_id,
    )
    terms = BillingAccount.objects.get(buyer_id=opened.account_id)
    assert (terms.statement_day, terms.due_days, terms.currency) == (5, 14, "EUR")
    # Harbor, Ria and Sven sell: three tiers.
    assert Chain.objects.get(customer_id=opened.account_id).tiers == 3
    contact = AccountContact.objects.get(account_id=opened.account_id)
    assert (contact.kind, contact.phone, contact.country) == ("billing", "+43316123456", "")
    user = User.objects.get(pk=opened.user_id)
    assert (user.realm, user.has_usable_password()) == ("sven.localhost", False)


def test_what_is_wrong_with_a_new_customer_is_refused_and_nothing_is_left(store):
    before = Account.objects.count()
    _open(store)
    contact = {ContactKind.TECHNICAL: commands.Contact(name="Tim", phone="12")}

    with pytest.raises(PartyConflict) as taken:
        _open(store, key="form-2")
    with pytest.raises(PartyConflict) as login:
        _open(store, key="form-3", external_id="")
    with pytest.raises(PartyInput) as phone:
        _open(store, key="form-4", external_id="", contacts=contact)

    assert taken.value.code == "external_id_taken"
    assert login.value.code == "login_taken"
    assert (phone.value.code, phone.value.field) == ("phone_unknown", "technical-phone")
    assert Account.objects.count() == before + 1
    # The same ID at another seller is another customer's.
    account(AccountKind.CUSTOMER, store.people.rex.account_id, "Other", external_id="K-100")


def test_an_edit_reaches_subscriptions_and_tax_and_a_stale_one_is_refused(store):
    number = store.people.cleo.account_id
    subscription = store.subscribe()
    version = Account.objects.get(pk=number).version
    company = replace(
        COMPANY, name="Cleo Kliniken", address=commands.Address(tax_number="DE987654321")
    )
    facts = {"account_id": number, "version": version, "actor": SETUP, "now": NOW}

    onboarding.edit_company(store.people.sven.viewer(), company=company, **facts)

    row = Subscription.objects.get(pk=subscription)
    assert row.customer_name == "Cleo Kliniken"
    assert row.search_text.startswith("cleo kliniken mail basic")
    assert BillingAccount.objects.get(buyer_id=number).buyer_registered
    assert [one.name for one in contacts_of(store.people.cleo.viewer(), account_id=number)] == [
        "Bea Beleg"
    ]
    with pytest.raises(PartyConflict):
        onboarding.edit_company(store.people.sven.viewer(), company=company, **facts)
    for stranger in (store.people.rex, store.people.ria, store.people.harbor):
        with pytest.raises(NoSuchObject):
            onboarding.edit_company(stranger.viewer(), company=company, **facts)


def test_a_hold_takes_running_subscriptions_along_and_leaves_those_held_before(store):
    sven, number = store.people.sven.viewer(), store.people.cleo.account_id
    free, held = store.subscribe(), store.subscribe()
    commands_of = {"actor": SETUP, "now": NOW}
    Subscription.objects.filter(pk=held).update(admin_hold=True)
    version = Account.objects.get(pk=number).version

    taken = account_holds.hold_account(
        sven, account_id=number, version=version, reason="fraud check", **commands_of
    )

    assert taken == 1
    assert set(Subscription.objects.values_list("admin_hold", flat=True)) == {True}
    with pytest.raises(OrderRefused):
        store.subscribe(start_on=START + timedelta(days=1))
    with pytest.raises(PartyConflict):
        account_holds.release_account(
            sven, account_id=number, version=version, reason="x", **commands_of
        )
    released = account_holds.release_account(
        sven, account_id=number, version=version + 1, reason="cleared", **commands_of
    )

    assert released == 1
    assert not Account.objects.get(pk=number).admin_hold
    assert dict(Subscription.objects.values_list("id", "admin_hold")) == {free: False, held: True}
    told = acts_of(sven, account_id=number, limit=9, only_status=True)
    assert [(one.act, one.reason) for one in told][:2] == [
        (AccountAct.ADMIN_RELEASED, "cleared"),
        (AccountAct.ADMIN_HELD, "fraud check"),
    ]
    own = acts_of(store.people.cleo.viewer(), account_id=number, limit=9, only_status=True)
    assert {(one.actor_name, one.reason) for one in own} == {("", "")}
    with pytest.raises(NoSuchObject):
        account_holds.hold_account(
            sven, account_id=sven.account_id, version=1, reason="x", **commands_of
        )


def test_a_direct_customer_becomes_a_reseller_unless_something_is_open(store):
    harbor = store.people.harbor.viewer()
    opened = onboarding.open_customer(
        harbor,
        company=replace(COMPANY, external_id=""),
        person=PERSON,
        terms=TERMS,
        market="DE",
        request_key="form-9",
        actor=SETUP,
        now=NOW,
    )
    number, made = opened.account_id, {"actor": SETUP, "now": NOW}
    version = Account.objects.get(pk=number).version
    Account.objects.filter(pk=number).update(credit_hold=True)

    with pytest.raises(PartyRefused) as blocked:
        onboarding.convert_customer(harbor, account_id=number, version=version, **made)
    with pytest.raises(NoSuchObject):
        onboarding.convert_customer(
            harbor, account_id=store.people.cleo.account_id, version=1, **made
        )
    assert blocked.value.code == "conversion_blocked"
    Account.objects.filter(pk=number).update(credit_hold=False)
    onboarding.convert_customer(harbor, account_id=number, version=version, **made)

    row = Account.objects.get(pk=number)
    assert (row.kind, row.tenant_id, row.id) == (AccountKind.RESELLER, number, number)
    viewer = replace(harbor, account_id=number)
    with pytest.raises(PartyRefused) as unfinished:
        onboarding.selling(viewer)
    assert unfinished.value.code == "setup_unfinished"
    commands.choose_sales_currency(account_id=number, currency="CHF", **made)
    with pytest.raises(PartyConflict) as fixed:
        commands.choose_sales_currency(account_id=number, currency="EUR", **made)
    assert fixed.value.code == "sales_currency_fixed"
    for step in SetupStep:
        done = commands.finish_step(account_id=number, step=step, **made)
    assert done.is_finished
    assert onboarding.selling(viewer).currency == "CHF"
    assert not Order.objects.filter(customer_id=number).exists()


def test_an_activation_link_opens_once_within_two_days_and_is_not_written_down(store):
    opened = _open(store)
    link = issue_activation(
        account_id=opened.account_id, user_id=opened.user_id, actor=SETUP, now=NOW
    )
    key = {"user_key": link.user_key, "token": link.token}
    password = commands.Password("nine green barges wait outside")

    assert link.until == NOW + timedelta(hours=48)
    assert is_valid(**key, now=NOW + timedelta(hours=47))
    assert not is_valid(**key, now=NOW + timedelta(hours=48, seconds=1))
    later = link.token.replace(link.token[1:11], "9999999999")
    assert not is_valid(user_key=link.user_key, token=later, now=NOW)
    assert not is_valid(user_key=link.user_key, token="a1-", now=NOW)
    use_ticket(**key, password=password, now=NOW)
    with pytest.raises(PartyRefused):
        use_ticket(**key, password=password, now=NOW)
    digest = link.token.partition("-")[2]
    assert not any(digest in str(vars(entry)) for entry in AuditEntry.objects.all())
    with pytest.raises(NoSuchObject):
        issue_activation(
            account_id=store.people.cleo.account_id,
            user_id=opened.user_id,
            actor=SETUP,
            now=NOW,
        )


def test_old_numbers_are_reported_and_repaired_in_place(store):
    sven = store.people.sven.viewer()
    number = store.people.cleo.account_id
    other = account(AccountKind.CUSTOMER, sven.account_id, "Dora Dental")
    Account.objects.filter(pk=number).update(phone="ask Uma", phone_checked=False)
    Account.objects.filter(pk=other).update(phone="040 3003420", phone_checked=False)

    rows = unchecked_phones(sven, limit=10).rows
    assert [(row.name, row.good, row.problem is None) for row in rows] == [
        ("Cleo Clinics", "", False),
        ("Dora Dental", "+49403003420", True),
    ]
    ids = [row.id for row in rows]
    assert commands.store_good_phones(account_ids=ids, actor=SETUP, now=NOW) == 1
    version = Account.objects.get(pk=number).version
    with pytest.raises(PartyInput):
        commands.repair_phone(
            account_id=number, version=version, phone="still Uma", actor=SETUP, now=NOW
        )
    commands.repair_phone(
        account_id=number, version=version, phone="040 3003421", actor=SETUP, now=NOW
    )
    assert unchecked_phones(sven, limit=10).rows == ()
    assert unchecked_phones(store.people.rex.viewer(), limit=10).rows == ()


def test_lists_find_mail_addresses_and_narrow_to_a_state(store):
    sven = store.people.sven.viewer()
    opened = _open(store, address=commands.Address(email="Office@Mona.example"))
    number = store.people.cleo.account_id
    Account.objects.filter(pk=number).update(admin_hold=True)

    def names(**asked: object) -> list[str]:
        page = list_accounts(sven, kind=AccountKind.CUSTOMER, limit=9, **asked)  # type: ignore[arg-type]
        return [row.name for row in page.rows]

    assert names(search="office@mona") == ["Mona Möbel GmbH"]
    assert names(search=f"ACC-{opened.account_id}") == ["Mona Möbel GmbH"]
    assert names(search="K-100") == ["Mona Möbel GmbH"]
    assert names(state=StateFilter.ADMIN_HOLD) == ["Cleo Clinics"]
    assert names(state=StateFilter.ACTIVE) == ["Mona Möbel GmbH"]
    assert names(state=StateFilter.CANCELLED) == []
    assert date(2026, 1, 1) < sven.today
