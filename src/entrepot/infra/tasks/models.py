"""What people see of long work: progress, result, error; and how urgent which work is."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField
from entrepot.infra.tasks.levels import Level

_NONE = models.Value({}, models.JSONField())


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What happened to a job."""

    BEGUN = "begun"
    PUT_BACK = "put_back"
    DONE = "done"
    FAILED = "failed"
    STOP_ASKED = "stop_asked"
    CANCELLED = "cancelled"
    RESTARTED = "restarted"
    PUT_FIRST = "put_first"


class Job(models.Model):
    """One piece of work in the queue as people see it; the worker updates its progress.

    `tenant_id` and `owner_id` (account and user) refer by value; null means the provider's own work. `handler` names
    the event handler that the job carries out, empty for other tasks. `attempts` counts all beginnings,
    `attempts_max` grows with each restart.
    """

    task = models.TextField()
    handler = models.TextField(default="", db_default="")
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
    refusal = models.JSONField(default=dict, db_default=_NONE)
    attempts = models.SmallIntegerField(default=0)
    attempts_max = models.SmallIntegerField(default=6, db_default=6)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job"
        indexes = [
            models.Index(fields=["-created_at"], name="job_created"),
            models.Index(fields=["state", "-id"], name="job_state"),
            models.Index(fields=["task", "-id"], name="job_task"),
            models.Index(fields=["owner_id", "-id"], name="job_owner"),
        ]


class JobEvent(models.Model):
    """One step in the life of a job: its log. `by` is the person, empty for the worker."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    step = PgEnumField(Step, type_name="job_step")
    text = models.TextField(default="")
    refusal = models.JSONField(default=dict, db_default=_NONE)
    by = models.TextField(default="")

    class Meta:
        db_table = "job_event"
        indexes = [models.Index(fields=["job", "id"], name="job_event_job")]


class TaskPriority(models.Model):
    """The level that people chose for a task or an event handler; the others have the one of `wiring`."""

    name = models.TextField(primary_key=True)
    level = PgEnumField(Level, type_name="task_level")
    version = models.IntegerField(default=1)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "task_priority"


class TaskTurn(models.Model):
    """Where a level stands in the taking of turns: the place of its last beginning, and the one of its next.

    Written by `sql/claim_job.sql` only; the places grow for ever and mean nothing by themselves.
    """

    level = PgEnumField(Level, type_name="task_level", primary_key=True)
    begun_at = models.BigIntegerField()
    next_at = models.BigIntegerField()

    class Meta:
        db_table = "task_turn"
