"""Claim jobs in turns: what the queue library asks for when a worker is free, answered by our own statement.

The library takes strictly by number, so that any number of urgent jobs would keep all others waiting for ever. Which
level is next is worked out when a worker is free, not when a job is added: a changed priority then counts for what
waits already, and adding a job locks nothing that others need.
"""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager

from entrepot.infra.db.sql import statement
from entrepot.infra.tasks.levels import TURN, WEIGHTS, Level

# So many times in a row another worker may take the last job of a level before this one looks again later.
_RACES_MAX = 10


class FairTurns:
    """While it is open, workers of this process get their jobs by turns."""

    def __init__(self, manager: JobManager, *, usual: Mapping[str, Level]) -> None:
        self._manager, self._usual = manager, usual

    def __enter__(self) -> Self:
        """Answer instead of the library."""
        # An attribute of the one object hides the method of its class; leaving removes it again.
        self._manager.__dict__["fetch_job"] = self.claim
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the library answer again."""
        del self._manager.__dict__["fetch_job"]

    async def claim(
        self,
        queues: Iterable[str] | None,  # noqa: ARG002 - the library's signature; all workers do everything
        worker_id: int,
    ) -> QueuedJob | None:
        """Claim the next job for a worker, None when nothing waits."""
        for _ in range(_RACES_MAX):
            rows: list[dict[str, Any]] = await self._manager.connector.execute_query_all_async(
                query=statement("entrepot.infra.tasks", "claim_job").text,
                **claim_values(usual=self._usual, worker_id=worker_id),
            )
            if not rows:
                return None
            if rows[0]["id"] is not None:
                return QueuedJob.from_row(rows[0])
        return None


def claim_values(*, usual: Mapping[str, Level], worker_id: int) -> dict[str, Any]:
    """Return the parameters of the statement."""
    return {
        "names": list(usual),
        "levels": [level.value for level in usual.values()],
        "weighted": [level.value for level in WEIGHTS],
        "strides": [TURN // weight for weight in WEIGHTS.values()],
        "worker": worker_id,
    }
