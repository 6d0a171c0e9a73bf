"""Keep what `breaker.py` says about connectors, and let one call try after a rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from entrepot.domain.provisioning.breaker import Health, after
from entrepot.domain.provisioning.models import Connector, Operation
from entrepot.domain.provisioning.results import Outcome
from entrepot.domain.provisioning.rules import Pace
from entrepot.infra.audit.recorder import Actor, record

_ACTOR = Actor(user_id=None, name="provisioning", channel="task")


def resting() -> list[int]:
    """Give the connectors that rest: by people, or by themselves, whether or not a try is due."""
    idle = Connector.objects.filter(is_active=False) | Connector.objects.filter(rests__gt=0)
    return list(idle.order_by("id").values_list("id", flat=True))


def take_try(*, now: datetime, pace: Pace) -> int | None:
    """Take the right to the one call that tries a connector after its rest; None if none is due.

    It comes back when the lease of the call ends, should this worker die. A connector of which no operation is due
    goes on resting: nothing could try it.
    """
    due = Operation.objects.filter(due_at__lte=now)
    over = Connector.objects.filter(is_active=True, rests__gt=0, rests_until__lte=now)
    for number in over.order_by("rests_until").values_list("id", flat=True):
        if not due.filter(connector_id=number).exists():
            continue
        until = now + timedelta(seconds=pace.lease_seconds)
        if over.filter(pk=number).update(rests_until=until):
            return int(number)
    return None


def note_calls(
    calls: Mapping[int, Sequence[tuple[Outcome, bool]]], *, now: datetime, pace: Pace
) -> None:
    """Take in what came of calls, by connector; in the caller's transaction.

    While all is well nothing is written, so that workers do not wait for each other at the connector's row.
    """
    known = Connector.objects.in_bulk(sorted(calls))
    changed = [
        number
        for number, connector in known.items()
        if after(_health(connector), calls[number], now=now, pace=pace) != _health(connector)
    ]
    for connector in Connector.objects.select_for_update().filter(pk__in=changed).order_by("id"):
        before = _health(connector)
        health = after(before, calls[connector.id], now=now, pace=pace)
        _store(connector, health)
        if health.rests > before.rests:
            _tell(connector, "connector_rests", health, now=now)
        elif before.is_open and not health.is_open:
            _tell(connector, "connector_recovered", health, now=now)


def forget(connector: Connector) -> None:
    """Let a connector begin anew, because a person says that its vendor is back."""
    _store(connector, Health())


def _health(connector: Connector) -> Health:
    return Health(connector.failures, connector.rests, connector.rests_until, connector.rest_reason)


def _store(connector: Connector, health: Health) -> None:
    connector.failures, connector.rests = health.failures, health.rests
    connector.rests_until, connector.rest_reason = health.rests_until, health.reason
    connector.save(update_fields=["failures", "rests", "rests_until", "rest_reason"])


def _tell(connector: Connector, action: str, health: Health, *, now: datetime) -> None:
    facts = {"failures": health.failures, "rests": health.rests}
    until = health.rests_until
    record(
        actor=_ACTOR,
        now=now,
        action=action,
        object_kind="connector",
        object_id=connector.id,
        tenant_id=None,
        object_label=connector.name,
        after={**facts, "rests_until": until.isoformat()} if until else facts,
        reason=health.reason,
    )
