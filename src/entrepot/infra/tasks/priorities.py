"""In which proportion waiting jobs are begun: a level per task and per event handler, kept in the database.

Realtime jobs are begun before all others. The other levels take turns in proportion to their weights, so that none
starves: while jobs of all six wait, 63 beginnings are shared 1 : 2 : 4 : 8 : 16 : 32. A level that had nothing to do
saves nothing up. Within a level the oldest job is first. `sql/claim_job.sql` takes the turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.models import TaskPriority


@dataclass(frozen=True, slots=True)
class Chosen:
    """The level that people chose for a task or handler; `version` counts their choices."""

    level: Level
    version: int
    changed_by: str
    changed_at: datetime


class ChangedMeanwhile(Exception):
    """Somebody else changed the priority since the page was made."""


def chosen_levels() -> Mapping[str, Chosen]:
    """Give what people chose, by the name of the task or handler; what is missing has its usual level."""
    return {
        row.name: Chosen(row.level, row.version, row.changed_by, row.changed_at)
        for row in TaskPriority.objects.all()
    }


def choose_level(*, name: str, level: Level, version: int, by: str, now: datetime) -> Level | None:
    """Keep the level of a task or handler, waiting jobs included; return the one chosen before, None for the first.

    `version` is that of the page, 0 when nothing was chosen yet. Raises: ChangedMeanwhile.
    """
    values = {"level": level, "changed_by": by[:150], "changed_at": now}
    with transaction.atomic():
        row = TaskPriority.objects.select_for_update().filter(name=name).first()
        if row is None and version == 0:
            row, is_new = TaskPriority.objects.get_or_create(
                name=name, defaults={**values, "version": 1}
            )
            if is_new:
                return None
        if row is None or row.version != version:
            raise ChangedMeanwhile(name)
        TaskPriority.objects.filter(name=name).update(**values, version=version + 1)
    before: Level = row.level
    return before
