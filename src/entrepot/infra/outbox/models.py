"""One row per thing that others are told, and one per handler that is told it."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField


class DeliveryState(StrEnum):
    """Where a fact stands with one of its handlers; a parked one waits for a person."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"


class OutboxEvent(models.Model):
    """A fact for handlers (mail, webhooks, ERP), written in the transaction of its cause.

    `taken_at` is when its handlers got it. Ids grow, but a smaller id may commit later than a larger one: whoever takes
    facts claims rows, and does not remember an id.
    """

    kind = models.TextField()
    object_id = models.BigIntegerField()
    tenant_id = models.BigIntegerField(null=True)
    on_day = models.DateField()
    payload = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_event"
        indexes = [
            models.Index(
                fields=["id"], name="outbox_event_open", condition=models.Q(taken_at=None)
            ),
        ]


class FactDelivery(models.Model):
    """One fact for one handler: what makes its effect happen once. `job_id` carries it out."""

    pk = models.CompositePrimaryKey("fact_id", "handler")
    fact_id = models.BigIntegerField()
    handler = models.TextField()
    state = PgEnumField(DeliveryState, default=DeliveryState.WAITING)
    job_id = models.BigIntegerField()
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fact_delivery"
        indexes = [
            models.Index(
                fields=["state", "fact_id"],
                name="fact_delivery_open",
                condition=~models.Q(state=DeliveryState.DONE),
            ),
        ]
