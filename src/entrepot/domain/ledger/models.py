"""Double entry by construction: every posting is one transfer from a debit to a credit account (decision 21)."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import AmountField, PgEnumField


class LedgerAccount(StrEnum):
    """The accounts of a seller's subledger, one set per billing account."""

    RECEIVABLE = "receivable"
    ACCOUNT_CREDIT = "account_credit"
    REVENUE = "revenue"
    TAX = "tax"
    CASH = "cash"
    WRITE_OFF = "write_off"


class TransferCause(StrEnum):
    """What made a transfer."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    ALLOCATION = "allocation"


class Transfer(models.Model):
    """Move `amount` (> 0) from the credit to the debit account of one billing account; never changed or removed."""

    tenant_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    debit = PgEnumField(LedgerAccount)
    credit = PgEnumField(LedgerAccount)
    amount = AmountField()
    posted_on = models.DateField()
    cause = PgEnumField(TransferCause)
    document_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        db_table = "transfer"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="transfer_two_accounts"
            ),
        ]
        indexes = [models.Index(fields=["posted_on", "billing_account_id"], name="transfer_by_day")]


class Balance(models.Model):
    """The running sums of one billing account: open receivables and unused account credit.

    A cache of the transfers, kept by the same transactions and proved equal by `verify`.
    """

    billing_account_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    receivable = AmountField(default=0)
    account_credit = AmountField(default=0)

    class Meta:
        db_table = "balance"
        indexes = [
            models.Index(
                fields=["billing_account_id"],
                name="balance_with_credit",
                condition=models.Q(account_credit__gt=0),
            ),
        ]
