"""Account credit used for invoices, overdue accounts, and credit holds with their releases."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import AmountField, PgEnumField


class CreditAct(StrEnum):
    """What was done to an account's credit hold."""

    HELD = "held"
    RELEASED = "released"
    RELEASED_UNTIL = "released_until"


class CreditState(models.Model):
    """The credit position of one billing account, moved by the daily run.

    `release_until` is the last day of a temporary release: on the day after it the account is judged again.
    """

    billing_account_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    overdue_since = models.DateField(null=True)
    is_held = models.BooleanField(default=False)
    held_on = models.DateField(null=True)
    held_by_hand = models.BooleanField(default=False)
    release_until = models.DateField(null=True)

    class Meta:
        db_table = "credit_state"
        indexes = [
            models.Index(
                fields=["buyer_id"], name="credit_state_held", condition=models.Q(is_held=True)
            ),
        ]


class Allocation(models.Model):
    """Account credit used for an invoice; immutable, oldest open invoice first."""

    tenant_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    invoice_id = models.BigIntegerField()
    amount = AmountField()
    applied_on = models.DateField()

    class Meta:
        db_table = "allocation"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="allocation_positive")
        ]
        indexes = [
            models.Index(fields=["invoice_id"], name="allocation_invoice"),
            models.Index(fields=["applied_on", "billing_account_id"], name="allocation_day"),
        ]


class HoldEvent(models.Model):
    """The history of an account's credit hold: what, when, who, why."""

    tenant_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    on_day = models.DateField()
    act = PgEnumField(CreditAct)
    until = models.DateField(null=True)
    actor_name = models.CharField(max_length=150, default="", blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "hold_event"
        indexes = [
            models.Index(fields=["billing_account_id", "-on_day", "-id"], name="hold_event_recent")
        ]
