"""What people see of long work: progress, result, error."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(models.Model):
    """One piece of work in the queue as people see it; the worker updates its progress.

    `tenant_id` and `owner_id` (account and user) refer by value; null means the provider's own work.
    """

    task = models.TextField()
    label = models.TextField()
    state = PgEnumField(JobState, default=JobState.WAITING)
    tenant_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    note = models.TextField(default="")
    arguments = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(default="")
    attempts = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job"
        indexes = [models.Index(fields=["-created_at"], name="job_created")]
