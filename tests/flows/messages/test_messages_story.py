"""From what happens to the mail that people read: welcome, orders, invoices, payments, roles, in both languages."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.html import escape

from entrepot.domain.notifications.commands import set_recipient
from entrepot.domain.notifications.kinds import MessageKind, MessageState, Topic
from entrepot.domain.notifications.models import Message
from entrepot.domain.notifications.wording import LINK
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.parties.acting import begin_acting
from entrepot.domain.parties.commands import set_role
from entrepot.domain.parties.events import PeopleInvited
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, User
from entrepot.domain.parties.resets import is_valid
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.bill import take_payment
from entrepot.flows.messages.announcing import ask_reset_link
from entrepot.flows.orders import estimate_order, place_order
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import record
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.infra.outbox.outgoing import put
from entrepot.kernel.events import bus
from tests.domain.resale.shop import Shop, shop
from tests.support.mailbox import html_of, mail_server, send, tell, text_of
from tests.support.people import SETUP, user
from tests.support.runs import run_within

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UGLY = "Cleo & <b>Söhne</b> {{7*7}} ${7*7} ' OR 1=1--"


@pytest.fixture
def store(db: None) -> Shop:
    store = shop()
    Account.objects.filter(pk=store.people.cleo.account_id).update(
        name=UGLY, language="de", email="office@cleo.example"
    )
    return store


def _order(store: Shop, *, key: str, now: datetime = NOW) -> int:
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(2)})])
    amount = estimate_order(cart, now=now).total.first
    return place_order(cart, request_key=key, confirmed=amount, actor=SETUP, now=now)[0]


def test_the_first_order_welcomes_the_administrators_and_each_state_is_told_once(store, settings):
    cleo = store.people.cleo
    fresh = user(cleo.account_id, "new.admin", "Nora New", password=None)
    User.objects.filter(pk=fresh).update(language="de")
    with mail_server(settings) as server:
        _order(store, key="first")
        # Submitted, processing and completed follow at once; only where the order stands now is told.
        assert OutboxEvent.objects.filter(kind="orders_moved").count() == 3
        tell(now=NOW)
        tell(now=NOW)
        assert send(now=NOW)["sent"] == 3
        _order(store, key="second")
        tell(now=NOW)
        send(now=NOW)

    assert sorted(server.told) == [
        ("new.admin@mail.example", "Willkommen bei Sven Cloud"),
        ("office@cleo.example", "Ihre Bestellung SO000001 ist abgeschlossen"),
        ("office@cleo.example", "Ihre Bestellung SO000002 ist abgeschlossen"),
        ("uma.user@mail.example", "Welcome to Sven Cloud"),
    ]
    mails = {str(mail["Subject"]): mail for mail in server.mails}
    order = mails["Ihre Bestellung SO000001 ist abgeschlossen"]
    assert text_of(order).startswith(f"Guten Tag {UGLY},")
    assert escape("<b>Söhne</b> {{7*7}}") in html_of(order)
    assert "<b>" not in html_of(order)
    assert order["From"] == "Sven Cloud <no-reply@harbor.example>"
    # Uma has a password: she is told where her panel is, and gets no link.
    assert "http://sven.localhost" in text_of(mails["Welcome to Sven Cloud"])
    assert "/password/" not in text_of(mails["Welcome to Sven Cloud"])
    # Who has a password gets no link, and reads nothing of one that expires.
    assert "expired" not in text_of(mails["Welcome to Sven Cloud"])
    link = re.search(r"http://\S+/password/\S+", text_of(mails["Willkommen bei Sven Cloud"]))
    assert link is not None
    assert f'<a href="{link[0]}">' in html_of(mails["Willkommen bei Sven Cloud"])
    *_, user_key, token, _end = link[0].split("/")
    assert is_valid(user_key=user_key, token=token, now=NOW + timedelta(hours=47))

    log = Message.objects.get(user_id=fresh)
    assert (log.state, log.sent_at) == (MessageState.SENT, NOW)
    assert LINK in log.text
    for table in (Message.objects.all(), AuditEntry.objects.all(), OutboxEvent.objects.all()):
        assert token not in repr(list(table.values()))


def test_documents_payments_and_ends_are_told_to_the_company_and_to_additional_recipients(
    store, settings
):
    cleo = store.people.cleo
    copy = {"account_id": cleo.account_id, "actor": SETUP, "now": NOW}
    set_recipient(address="Books@cleo.example", topics=[Topic.INVOICES, Topic.PAYMENTS], **copy)
    set_recipient(address="office@cleo.example", topics=list(Topic), **copy)
    set_recipient(address="boss@cleo.example", topics=[Topic.RENEWALS], **copy)
    number = store.subscribe("5", start_on=date(2026, 3, 1))
    with mail_server(settings) as server:
        run_within(day=date(2026, 3, 1), now=NOW)
        take_payment(
            billing_account_id=store.account_of(cleo.account_id).id,
            amount=Decimal("20.00"),
            received_on=date(2026, 3, 2),
            reference="bank 1",
            actor=SETUP,
            now=NOW,
        )
        put(
            kind="subscription_expires_soon",
            object_id=number,
            tenant_id=Subscription.objects.get(pk=number).tenant_id,
            on_day=date(2026, 3, 2),
            payload={"ends_on": "2026-04-01", "days": 30},
        )
        tell(now=NOW)
        send(now=NOW)

    # 5 seats at 15.00 and 19 % VAT are 75.00 + 14.25 = 89.25, as `shop` sells them to Cleo.
    mine = {one for one in server.told if "cleo.example" in one[0]}
    amount = "89,25\N{NO-BREAK SPACE}€"
    assert {to for to, subject in mine if "Rechnung SVN" in subject and amount in subject} == {
        "office@cleo.example",
        "books@cleo.example",
    }
    assert {to for to, subject in mine if subject.startswith("Zahlung über 20,00")} == {
        "office@cleo.example",
        "books@cleo.example",
    }
    assert {to for to, subject in mine if "endet am 1." in subject} == {
        "office@cleo.example",
        "boss@cleo.example",
    }
    # The sellers above get their own invoices in English, in the name of the provider's brand.
    invoice = next(mail for mail in server.mails if mail["To"] == "sven.admin@mail.example")
    assert str(invoice["Subject"]).startswith("Invoice RIA")
    assert "Harbor Cloud" in str(invoice["From"])
    assert "http://harbor.localhost/reseller/invoices/" in text_of(invoice)


def test_people_are_told_of_links_roles_services_and_of_those_who_act_for_them(store, settings):
    cleo = store.people.cleo
    tenant = Account.objects.get(pk=cleo.account_id).tenant_id
    other = user(cleo.account_id, "second.admin", "Sam Second", password=None)
    with mail_server(settings) as server:
        ask_reset_link(realm="sven.localhost", login=" UMA.user ", at=NOW)
        ask_reset_link(realm="sven.localhost", login="nobody.here", at=NOW)
        ask_reset_link(realm="rex.localhost", login="uma.user", at=NOW)
        # Uma has a password already: she needs no link.
        invited = (other, cleo.user_id)
        bus.publish(PeopleInvited(cleo.account_id, tenant, invited, NOW))
        record(
            actor=SETUP,
            now=NOW,
            action="seats_assigned",
            object_kind="account",
            object_id=cleo.account_id,
            tenant_id=tenant,
            after={"service": "Mail", "people": [other]},
        )
        begin_acting(
            store.people.sven.viewer(),
            account_id=cleo.account_id,
            reason="Asked by phone",
            actor=store.people.sven.viewer().actor(),
            now=NOW,
        )
        set_role(
            user_id=other,
            account_id=cleo.account_id,
            role=RoleCode.BILLING,
            actor=SETUP,
            now=NOW,
        )
        tell(now=NOW)
        send(now=NOW)

    assert sorted(server.told) == [
        ("office@cleo.example", "Sven Systems hat Ihren Bereich geöffnet"),
        ("second.admin@mail.example", "Activate your access to Sven Cloud"),
        ("second.admin@mail.example", "New services for you"),
        ("second.admin@mail.example", f"Your role at {UGLY} was changed"),
        ("uma.user@mail.example", "Set your password for Sven Cloud"),
    ]
    mails = {str(mail["Subject"]).strip(): text_of(mail) for mail in server.mails}
    assert "has given you: Mail." in mails["New services for you"]
    assert "Billing" in mails[f"Your role at {UGLY} was changed"]
    acted = mails["Sven Systems hat Ihren Bereich geöffnet"]
    assert "Sven Subreseller von Sven Systems hat am 10." in acted
    assert "Asked by phone" in acted
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert MessageKind.PASSWORD_RESET.value in kinds


def test_a_link_that_came_too_late_is_not_sent(store, settings):
    ask_reset_link(realm="sven.localhost", login="uma.user", at=NOW)
    tell(now=NOW)
    with mail_server(settings) as server:
        assert send(now=NOW + timedelta(minutes=31))["failed"] == 1
    assert server.mails == []
    assert Message.objects.get().failure == "outdated"


def test_an_account_without_any_address_is_written_down_as_told_to_nobody(store, settings):
    Account.objects.filter(pk=store.people.cleo.account_id).update(email="")
    User.objects.filter(pk=store.people.cleo.user_id).update(email="")
    _order(store, key="quiet")
    tell(now=NOW)
    row = Message.objects.get(kind=MessageKind.ORDER_COMPLETED)
    assert (row.state, row.failure, row.address) == (MessageState.FAILED, "no_address", "")
