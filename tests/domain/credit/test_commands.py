"""Payments, credit holds by hand and temporary releases, with the runs that judge after them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Invoice
from entrepot.domain.credit.commands import (
    hold_account,
    receive_payment,
    release_account,
    release_until,
)
from entrepot.domain.credit.errors import CreditInput, CreditRefused
from entrepot.domain.credit.models import Allocation, CreditState, HoldEvent
from entrepot.domain.ledger.models import Balance, Transfer
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.flows.bill import take_payment
from entrepot.flows.daily_billing import run_day
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.kernel.money import MoneyError
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP

MADE = {"actor": SETUP, "now": NOW}

FIFTH = date(2026, 3, 5)


def march(day: int) -> date:
    return date(2026, 3, day)


def run(day: date) -> None:
    run_day(day=day, now=datetime(2026, 3, 1, 3, tzinfo=UTC), allow_missed=True)


@pytest.fixture
def store(transactional_db) -> Shop:
    """Cleo owes 5 x 15.00 + 19 % = 89.25 since 1 March, due on 10 March, held from 16 March on."""
    store = shop()
    store.subscribe("5")
    run(START)
    return store


@pytest.fixture
def account(store) -> int:
    return store.account_of(store.people.cleo.account_id).id


def pay(account: int, amount: str, *, reference: str = "", on: date = FIFTH):
    return take_payment(
        billing_account_id=account,
        amount=Decimal(amount),
        received_on=on,
        reference=reference,
        **MADE,
    )


def judge(what, account: int, day: date, **facts: object) -> None:
    what(billing_account_id=account, reason="because", business_date=day, **MADE, **facts)


def balance_of(account: int) -> tuple[Decimal, Decimal]:
    row = Balance.objects.get(pk=account)
    return row.receivable, row.account_credit


def acts_of(account: int) -> list[tuple[str, date]]:
    rows = HoldEvent.objects.filter(billing_account_id=account).order_by("id")
    return [(row.act.value, row.on_day) for row in rows]


def test_a_payment_settles_the_oldest_open_invoice_at_once(store, account):
    taken = pay(account, "89.25")

    assert taken.invoices == 1
    assert Invoice.objects.get(billing_account_id=account).open_amount == 0
    assert balance_of(account) == (0, 0)
    assert Allocation.objects.get().amount == Decimal("89.250")
    posted = Transfer.objects.filter(billing_account_id=account, posted_on=march(5)).order_by("id")
    assert [(t.debit, t.credit, t.amount) for t in posted] == [
        ("cash", "account_credit", Decimal("89.250")),
        ("account_credit", "receivable", Decimal("89.250")),
    ]


def test_a_part_payment_leaves_the_rest_open(store, account):
    pay(account, "50.00")

    assert Invoice.objects.get(billing_account_id=account).open_amount == Decimal("39.250")
    assert balance_of(account) == (Decimal("39.250"), 0)


def test_credit_larger_than_the_invoice_stays_as_account_credit_and_pays_the_next_one(
    store, account
):
    pay(account, "100.00")
    # 100.00 - 89.25 = 10.75.
    assert balance_of(account) == (0, Decimal("10.750"))

    run(date(2026, 4, 1))

    newest = Invoice.objects.filter(billing_account_id=account).latest("issued_on")
    # 89.25 - 10.75 = 78.50.
    assert newest.open_amount == Decimal("78.500")


def test_the_same_payment_again_is_refused(store, account):
    pay(account, "10.00", reference="bank 77")

    with pytest.raises(CreditRefused, match="bank 77 was taken already"):
        pay(account, "10.00", reference="bank 77")

    assert Transfer.objects.filter(cause="payment").count() == 1


@pytest.mark.parametrize("reference", ["x" * 121, "bank\x00", "bank \u202e77", "bank\r\n77"])
def test_a_reference_that_would_be_cut_or_shown_as_another_is_refused(store, account, reference):
    with pytest.raises(CreditInput) as refused:
        pay(account, "10.00", reference=reference)

    assert refused.value.code == "payment_reference_unusable"
    assert not Transfer.objects.filter(cause="payment").exists()


@pytest.mark.parametrize("amount", ["0", "-1.00"])
def test_a_payment_that_is_not_above_zero_is_refused(store, account, amount):
    with pytest.raises(CreditInput):
        pay(account, amount)


def test_a_payment_of_parts_of_a_cent_is_refused(store, account):
    with pytest.raises(MoneyError, match="more than the 2 decimals"):
        pay(account, "1.005")

    assert not Transfer.objects.filter(cause="payment").exists()


def test_a_payment_for_nobody_is_refused(store):
    with pytest.raises(NoSuchObject):
        receive_payment(
            billing_account_id=999_999,
            amount=Decimal(1),
            received_on=march(5),
            reference="",
            **MADE,
        )


def test_a_hold_by_hand_reaches_the_account_and_the_next_run_takes_it_back(store, account):
    judge(hold_account, account, march(2))

    cleo = Account.objects.get(pk=store.people.cleo.account_id)
    assert cleo.credit_hold
    assert CreditState.objects.get(pk=account).held_by_hand
    with pytest.raises(CreditRefused, match="already on credit hold"):
        judge(hold_account, account, march(2))
    # Automatic terms undo holds by hand when nothing is overdue (domain reference 1.2).
    run(march(2))
    cleo.refresh_from_db()
    assert not cleo.credit_hold
    assert acts_of(account) == [("held", march(2)), ("released", march(2))]


def test_a_hold_suspends_subscriptions_only_when_the_terms_say_so(store, account):
    judge(hold_account, account, march(2))
    assert not Subscription.objects.get().credit_hold
    judge(release_account, account, march(2))

    BillingAccount.objects.filter(pk=account).update(suspend_on_hold=True, bill_on_hold=False)
    judge(hold_account, account, march(2))
    assert Subscription.objects.get().credit_hold
    assert SubBilling.objects.get().due_on is None

    judge(release_account, account, march(4))
    assert not Subscription.objects.get().credit_hold
    assert SubBilling.objects.get().due_on == date(2026, 4, 1)


def test_releasing_what_is_not_held_is_refused(account):
    with pytest.raises(CreditRefused, match="is not on credit hold"):
        judge(release_account, account, march(2))


def test_a_released_account_is_held_again_by_the_next_run_while_it_owes(store, account):
    run(march(16))
    assert CreditState.objects.get(pk=account).is_held

    judge(release_account, account, march(17))
    assert not Account.objects.get(pk=store.people.cleo.account_id).credit_hold

    run(march(17))
    assert CreditState.objects.get(pk=account).is_held
    assert acts_of(account) == [
        ("held", march(16)),
        ("released", march(17)),
        ("held", march(17)),
    ]
    # Whoever puts it, people are told of it.
    told = ["credit_held", "credit_released"]
    facts = OutboxEvent.objects.filter(kind__in=told, object_id=account)
    assert list(facts.order_by("id").values_list("kind", "payload")) == [
        ("credit_held", {"until": None}),
        ("credit_released", {"until": None}),
        ("credit_held", {"until": None}),
    ]


def test_a_temporary_release_lasts_until_its_day_and_is_then_judged_again(store, account):
    run(march(16))

    judge(release_until, account, march(17), until=march(20))
    run(march(20))
    assert not CreditState.objects.get(pk=account).is_held

    run(march(21))
    state = CreditState.objects.get(pk=account)
    assert (state.is_held, state.release_until) == (True, None)


def test_a_payment_during_a_temporary_release_prevents_the_second_hold(store, account):
    run(march(16))
    judge(release_until, account, march(17), until=march(20))

    pay(account, "89.25", on=march(18))
    run(march(21))

    assert not CreditState.objects.get(pk=account).is_held
    actions = AuditEntry.objects.filter(object_kind="billing_account", object_id=account)
    recorded = list(actions.order_by("id").values_list("action", flat=True))
    assert recorded[-2:] == ["credit_released_until", "payment_received"]


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (march(16), "why", "release_until_past"),
        # 367 days after 17 March 2026, and the last day that a calendar has.
        (date(2027, 3, 19), "why", "release_until_far"),
        (date(9999, 12, 31), "why", "release_until_far"),
        (march(20), " ", "credit_reason_missing"),
        (march(20), "x" * 301, "credit_reason_missing"),
        (march(20), "agreed\x00", "credit_reason_missing"),
        (march(20), "agreed \u202enot", "credit_reason_missing"),
    ],
)
def test_an_unusable_release_is_refused(account, until, reason, code):
    with pytest.raises(CreditInput) as caught:
        release_until(
            billing_account_id=account,
            until=until,
            reason=reason,
            business_date=march(17),
            **MADE,
        )

    assert caught.value.code == code
    assert not HoldEvent.objects.exists()


def test_a_run_on_the_same_connection_works_after_a_hold_by_hand(store, account):
    judge(hold_account, account, march(2))
    judge(release_account, account, march(2))

    run(march(2))
    judge(hold_account, account, march(3))

    assert Account.objects.get(pk=store.people.cleo.account_id).credit_hold
