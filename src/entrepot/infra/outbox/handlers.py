"""Who is told which facts: handlers get them as jobs with a priority of their own, each fact once.

Handing over is one transaction: facts are taken, each handler gets its deliveries and a job for every 200 of them. A
delivery is done in the transaction of its handler's effect, so that a job that runs twice does nothing twice. A fact
that nobody handles is taken and done.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from entrepot.infra.db.sql import statement
from entrepot.infra.outbox.models import DeliveryState, FactDelivery, OutboxEvent
from entrepot.infra.outbox.outgoing import Outgoing
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.queue import RunningJob, is_passing
from entrepot.kernel.errors import DomainError, Refused

TASK = "handle_facts"
FACTS_PER_JOB = 200
TAKEN_MAX = 5_000
_ERROR_LENGTH_MAX = 1_000
_log = logging.getLogger(__name__)


class FactsParked(Refused):
    """Some facts of a job were not handled; each says why on its own line of the list."""

    codes = frozenset({"facts_parked"})


@dataclass(frozen=True, slots=True)
class FactHandler:
    """Somebody who is told facts of some kinds; see `handles`."""

    name: str
    kinds: frozenset[str]
    function: Callable[[Outgoing], None]
    level: Level


_handlers: dict[str, FactHandler] = {}


def handles(
    *,
    name: str,
    kinds: Iterable[str],
    function: Callable[[Outgoing], None],
    level: Level = Level.NORMAL,
) -> FactHandler:
    """Make a handler of facts; those that were taken before it existed are not handed to it.

    `function` runs in the transaction that notes the fact as handled. A `DomainError` or a fault parks that fact alone;
    what may pass by itself (`TryAgain`, a lost connection) is tried again with the job. What it does outside the
    database can be repeated after a crash: the fact's id tells.
    Raises: ValueError for a name that another handler has.
    """
    handler = FactHandler(name, frozenset(kinds), function, level)
    if _handlers.setdefault(name, handler) != handler:
        raise ValueError(f"there is a handler {name} already")
    return handler


def fact_handlers() -> tuple[FactHandler, ...]:
    """Give all handlers in the order in which they were made."""
    return tuple(_handlers.values())


def connect() -> None:
    """Tell the queue about the task and the levels of all handlers."""
    queue.register(name=TASK, function=do_handle)
    for handler in _handlers.values():
        queue.set_usual_level(name=handler.name, level=handler.level)


def hand_over(*, now: datetime, most: int = TAKEN_MAX) -> int:
    """Hand the oldest waiting facts to their handlers, at most `most`; return how many were taken.

    Several processes may do so at once. Raises: ValueError for `most` outside 1 to 5,000.
    """
    if not 1 <= most <= TAKEN_MAX:
        raise ValueError(f"{most} lies outside 1 to {TAKEN_MAX}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            rows = statement("entrepot.infra.outbox", "take_waiting").rows(
                cursor, at=now, most=most
            )
        facts = sorted(rows)
        for handler in fact_handlers():
            mine = [number for number, kind in facts if kind in handler.kinds]
            for first in range(0, len(mine), FACTS_PER_JOB):
                _give(handler, mine[first : first + FACTS_PER_JOB], now=now)
    return len(facts)


def try_again(*, fact_id: int, now: datetime) -> bool:
    """Let the handlers that parked a fact try it once more, each in a job of its own; false if none did."""
    with transaction.atomic():
        parked = list(
            FactDelivery.objects.select_for_update()
            .filter(fact_id=fact_id, state=DeliveryState.PARKED)
            .order_by("handler")
        )
        for delivery in parked:
            job_id = _job(delivery.handler, [fact_id], now=now)
            _delivery(fact_id, delivery.handler).update(
                state=DeliveryState.WAITING, job_id=job_id, error=""
            )
    return bool(parked)


def do_handle(job: RunningJob, *, handler: str, fact_ids: list[int]) -> Mapping[str, Any]:
    """Hand facts to one handler, those that it has not handled yet.

    Raises: FactsParked `facts_parked`; LookupError for a handler that this version does not have; what may pass.
    """
    known = _handlers.get(handler)
    if known is None:
        raise LookupError(f"nobody handles facts as {handler} any more")
    parked = 0
    for place, fact_id in enumerate(fact_ids):
        job.progress(place, len(fact_ids))
        parked += not _handle(known, fact_id, now=job.now)
    if parked:
        raise FactsParked(
            "facts_parked",
            "{count} of {total} facts were not handled.",
            next_step="Look at them under Facts, then restart this task or have them handed over again.",
            count=parked,
            total=len(fact_ids),
        )
    return {"facts": len(fact_ids)}


def _handle(handler: FactHandler, fact_id: int, *, now: datetime) -> bool:
    """Handle one fact and note it; false if it was parked."""
    mine = _delivery(fact_id, handler.name)
    try:
        with transaction.atomic():
            if not list(mine.exclude(state=DeliveryState.DONE).select_for_update()):
                return True
            row = OutboxEvent.objects.get(pk=fact_id)
            handler.function(
                Outgoing(
                    *(row.id, row.kind, row.object_id, row.tenant_id, row.on_day, row.payload),
                    told_at=now,
                )
            )
            mine.update(state=DeliveryState.DONE, attempts=F("attempts") + 1, error="", done_at=now)
    except DomainError as refusal:
        return _park(mine, refusal.text())
    except Exception as error:
        if is_passing(error):
            raise
        _log.exception("fact %s could not be handled by %s", fact_id, handler.name)
        return _park(mine, f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0])
    return True


def _park(mine: Any, text: str) -> bool:
    mine.update(
        state=DeliveryState.PARKED, attempts=F("attempts") + 1, error=text[:_ERROR_LENGTH_MAX]
    )
    return False


def _give(handler: FactHandler, fact_ids: Sequence[int], *, now: datetime) -> None:
    job_id = _job(handler.name, fact_ids, now=now)
    FactDelivery.objects.bulk_create(
        FactDelivery(fact_id=number, handler=handler.name, job_id=job_id) for number in fact_ids
    )


def _job(handler: str, fact_ids: Sequence[int], *, now: datetime) -> int:
    return queue.enqueue(
        task=TASK,
        handler=handler,
        arguments={"handler": handler, "fact_ids": list(fact_ids)},
        label=f"{handler}: {len(fact_ids)}",
        now=now,
    )


def _delivery(fact_id: int, handler: str) -> Any:
    return FactDelivery.objects.filter(fact_id=fact_id, handler=handler)
