"""The audit trail: who did what, on whose behalf, and what changed."""

from django.db import models


class AuditEntry(models.Model):
    """One act, written in the transaction of its effect; rows are only ever added.

    Users and accounts are referred to by value: infra knows nothing of the trade.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    on_behalf_of_id = models.BigIntegerField(null=True)
    channel = models.TextField(default="screen")
    tenant_id = models.BigIntegerField(null=True)
    action = models.TextField()
    object_kind = models.TextField()
    object_id = models.BigIntegerField(null=True)
    object_label = models.TextField(default="")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(default="")
    request_id = models.TextField(default="")

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-at"], name="audit_entry_object"),
            models.Index(fields=["tenant_id", "-at"], name="audit_entry_tenant"),
        ]
