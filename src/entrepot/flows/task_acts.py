"""What people do with tasks: stop, restart, put first, choose priorities; each with its audit entry."""

from datetime import datetime

from django.db import transaction

from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.outbox.handlers import try_again
from entrepot.infra.tasks import people, priorities, queue
from entrepot.infra.tasks.levels import Level
from entrepot.kernel.errors import Conflict, Refused


class TaskRefused(Refused):
    """The state of the task does not allow it."""

    codes = frozenset(
        {"fact_not_stuck", "task_not_restartable", "task_not_waiting", "task_unknown"}
    )


class PriorityConflict(Conflict):
    """Somebody else changed the priority since the page was made."""

    codes = frozenset({"priority_changed_meanwhile"})


def stop(*, job_id: int, actor: Actor, tenant_id: int, now: datetime) -> bool:
    """Cancel a job, a running one at its next step; false if it was over already, and then nothing is recorded."""
    with transaction.atomic():
        stopped = queue.cancel(job_id=job_id, now=now, by=actor.name)
        if stopped:
            _note(job_id, "job_stopped", actor=actor, tenant_id=tenant_id, now=now)
        return stopped


def restart(*, job_id: int, label: str, actor: Actor, tenant_id: int, now: datetime) -> None:
    """Let a job that failed or was cancelled wait once more.

    Raises: TaskRefused `task_not_restartable`, `task_unknown` (this version knows no such task).
    """
    with transaction.atomic():
        try:
            is_restarted = people.restart(job_id=job_id, now=now, by=actor.name)
        except LookupError as error:
            raise TaskRefused(
                "task_unknown",
                "This version of the program does not know the task of {object} any more.",
                object=label,
                next_step="Start the work anew on the page that it belongs to.",
            ) from error
        if not is_restarted:
            raise TaskRefused(
                "task_not_restartable",
                "{object} has neither failed nor was it stopped.",
                object=label,
                next_step="Look at it again: somebody may have restarted it.",
            )
        _note(job_id, "job_restarted", actor=actor, tenant_id=tenant_id, now=now)


def put_first(*, job_id: int, label: str, actor: Actor, tenant_id: int, now: datetime) -> None:
    """Let a waiting job be the next that a worker begins. Raises: TaskRefused `task_not_waiting`."""
    with transaction.atomic():
        if not people.put_first(job_id=job_id, now=now, by=actor.name):
            raise TaskRefused(
                "task_not_waiting",
                "{object} does not wait any more.",
                object=label,
                next_step="Look at it again: a worker has taken it.",
            )
        _note(job_id, "job_put_first", actor=actor, tenant_id=tenant_id, now=now)


def choose_priority(
    *,
    name: str,
    level: Level,
    usual: Level,
    version: int,
    actor: Actor,
    tenant_id: int,
    now: datetime,
) -> None:
    """Keep the level of a task or an event handler; it counts at once, for waiting jobs too.

    `version` is the one that the page had shown, 0 while nobody has chosen. Raises: PriorityConflict.
    """
    with transaction.atomic():
        try:
            before = priorities.choose_level(
                name=name, level=level, version=version, by=actor.name, now=now
            )
        except priorities.ChangedMeanwhile as error:
            raise PriorityConflict(
                "priority_changed_meanwhile",
                "Somebody has changed the priority of {object} meanwhile.",
                object=name,
                next_step="Look at it again and choose once more.",
            ) from error
        record(
            actor=actor,
            now=now,
            action="task_priority_changed",
            object_kind="task",
            object_id=None,
            object_label=name,
            tenant_id=tenant_id,
            before={"level": (before or usual).value},
            after={"level": level.value},
        )


def send_fact_again(*, fact_id: int, actor: Actor, tenant_id: int, now: datetime) -> None:
    """Hand a fact once more to the handlers that parked it. Raises: TaskRefused `fact_not_stuck`."""
    with transaction.atomic():
        if not try_again(fact_id=fact_id, now=now):
            raise TaskRefused(
                "fact_not_stuck",
                "The fact {object} does not wait for a person.",
                object=str(fact_id),
                next_step="Look at the list again.",
            )
        record(
            actor=actor,
            now=now,
            action="fact_sent_again",
            object_kind="fact",
            object_id=fact_id,
            tenant_id=tenant_id,
        )


def _note(job_id: int, action: str, *, actor: Actor, tenant_id: int, now: datetime) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="job",
        object_id=job_id,
        tenant_id=tenant_id,
    )
