"""One row per thing that has to leave the system; consumers keep their own place."""

from django.db import models


class OutboxEvent(models.Model):
    """A fact for consumers (mail, webhooks, ERP), written in the transaction of its cause.

    Ids grow, but a smaller id may commit later than a larger one: consumers claim rows, they do not remember an id.
    """

    kind = models.TextField()
    object_id = models.BigIntegerField()
    tenant_id = models.BigIntegerField(null=True)
    on_day = models.DateField()
    payload = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "outbox_event"
        indexes = [
            models.Index(
                fields=["id"], name="outbox_event_open", condition=models.Q(taken_at=None)
            ),
        ]
