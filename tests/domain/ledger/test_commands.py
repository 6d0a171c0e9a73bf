"""Posting transfers and the balances that follow them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from entrepot.domain.ledger.commands import record_transfer
from entrepot.domain.ledger.errors import LedgerInput
from entrepot.domain.ledger.models import Balance, LedgerAccount, Transfer, TransferCause
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.models import BillingAccount
from entrepot.kernel.money import MoneyError
from tests.domain.resale.shop import shop

DAY = date(2026, 3, 5)


@pytest.fixture
def account(db) -> int:
    store = shop()
    return store.account_of(store.people.cleo.account_id).id


def post(account: int, debit: LedgerAccount, credit: LedgerAccount, amount: str) -> int:
    return record_transfer(
        billing_account_id=account,
        debit=debit,
        credit=credit,
        amount=Decimal(amount),
        posted_on=DAY,
        cause=TransferCause.PAYMENT,
    )


@pytest.mark.parametrize(
    ("debit", "credit", "receivable", "account_credit"),
    [
        (LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "0", "10"),
        (LedgerAccount.RECEIVABLE, LedgerAccount.REVENUE, "10", "0"),
        (LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.RECEIVABLE, "-10", "-10"),
        (LedgerAccount.WRITE_OFF, LedgerAccount.RECEIVABLE, "-10", "0"),
        (LedgerAccount.REVENUE, LedgerAccount.ACCOUNT_CREDIT, "0", "10"),
    ],
)
def test_balances_move_with_the_sides_of_a_transfer(
    account, debit, credit, receivable, account_credit
):
    post(account, debit, credit, "10.00")

    row = Balance.objects.get(pk=account)
    assert (row.receivable, row.account_credit) == (Decimal(receivable), Decimal(account_credit))


def test_a_transfer_that_touches_no_running_sum_makes_no_balance(account):
    post(account, LedgerAccount.CASH, LedgerAccount.REVENUE, "10.00")

    assert not Balance.objects.exists()


def test_two_transfers_add_up(account):
    post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "10.00")
    post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "0.01")

    assert Balance.objects.get().account_credit == Decimal("10.010")


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_an_amount_that_is_not_above_zero_is_refused(account, amount):
    with pytest.raises(LedgerInput, match="is not above zero"):
        post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, amount)

    assert not Transfer.objects.exists()


def test_one_account_on_both_sides_is_refused(account):
    with pytest.raises(LedgerInput, match="two different accounts"):
        post(account, LedgerAccount.CASH, LedgerAccount.CASH, "1")


def test_yen_have_no_decimals(account):
    BillingAccount.objects.filter(pk=account).update(currency="JPY", exponent=0)

    with pytest.raises(MoneyError, match="more than the 0 decimals of JPY"):
        post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "1.5")


def test_dinars_have_three_decimals(account):
    BillingAccount.objects.filter(pk=account).update(currency="KWD", exponent=3)

    post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "0.239")

    assert Balance.objects.get().account_credit == Decimal("0.239")


def test_an_amount_with_more_digits_than_the_column_is_refused(account):
    with pytest.raises(MoneyError) as caught:
        post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "1" + "0" * 17)

    assert caught.value.code == "amount_out_of_range"


def test_nothing_is_posted_for_an_unknown_account(db):
    with pytest.raises(NoSuchObject):
        post(999_999, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "1")


def test_a_transaction_that_rolls_back_leaves_neither_transfer_nor_balance(account):
    with transaction.atomic():
        post(account, LedgerAccount.CASH, LedgerAccount.ACCOUNT_CREDIT, "1")
        transaction.set_rollback(True)

    assert not Transfer.objects.exists()
    assert not Balance.objects.exists()
