"""Post transfers: the only way for money to move besides the statements of the daily run (decision 21)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from entrepot.domain.ledger.errors import LedgerInput
from entrepot.domain.ledger.models import Balance, LedgerAccount, Transfer, TransferCause
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.models import BillingAccount
from entrepot.kernel.money import Money

# How a transfer moves the two running sums: +1 with its debit side, -1 with its credit side for a
# receivable, the other way round for account credit, which we owe to the buyer.
_SIGNS: Mapping[LedgerAccount, tuple[str, int]] = {
    LedgerAccount.RECEIVABLE: ("receivable", 1),
    LedgerAccount.ACCOUNT_CREDIT: ("account_credit", -1),
}


def record_transfer(
    *,
    billing_account_id: int,
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount: Decimal,
    posted_on: date,
    cause: TransferCause,
    document_id: int | None = None,
    reference: str = "",
) -> int:
    """Post one transfer and move the balances with it, in the caller's transaction or its own; return its id.

    `amount` is above zero at the exponent of the account's currency. Callers write the audit entry of
    the act that posts. Raises: NoSuchObject; LedgerInput; kernel MoneyError `amount_too_precise`.
    """
    if debit is credit:
        raise LedgerInput(
            "transfer_one_account",
            "A transfer needs two different accounts.",
            next_step="Choose another debit or credit account.",
        )
    with transaction.atomic():
        account = BillingAccount.objects.filter(pk=billing_account_id).first()
        if account is None:
            raise NoSuchObject(object="billing account")
        money = Money(amount, account.currency)
        if money.amount <= 0:
            raise LedgerInput(
                "transfer_not_positive",
                "{amount} {currency} is not above zero.",
                field="amount",
                next_step="Give an amount above zero.",
                amount=amount,
                currency=account.currency,
            )
        posted = Transfer.objects.create(
            tenant_id=account.tenant_id,
            billing_account_id=account.id,
            debit=debit,
            credit=credit,
            amount=money.amount,
            posted_on=posted_on,
            cause=cause,
            document_id=document_id,
            reference=reference,
        )
        _move_balance(account, debit=debit, credit=credit, amount=money.amount)
    return posted.id


def _move_balance(
    account: BillingAccount, *, debit: LedgerAccount, credit: LedgerAccount, amount: Decimal
) -> None:
    moved = {
        name: sign * side * amount
        for ledger_account, side in ((debit, 1), (credit, -1))
        for name, sign in [_SIGNS.get(ledger_account, ("", 0))]
        if name
    }
    if not moved:
        return
    # A row that is there is kept: two payments at once then wait for each other below.
    Balance.objects.bulk_create(
        [Balance(billing_account_id=account.id, tenant_id=account.tenant_id)],
        ignore_conflicts=True,
    )
    Balance.objects.filter(billing_account_id=account.id).update(
        **{name: F(name) + value for name, value in moved.items()}
    )
