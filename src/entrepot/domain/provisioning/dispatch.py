"""From claimed operations to calls, and from their outcomes to what is written."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from entrepot.domain.provisioning.breaker import is_failure
from entrepot.domain.provisioning.connectors.protocol import Connector
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.kinds import Action, ErrorClass, Feature, Purpose
from entrepot.domain.provisioning.models import Connector as ConnectorRow
from entrepot.domain.provisioning.models import Operation, ServiceInstance
from entrepot.domain.provisioning.moves import Moves, locked
from entrepot.domain.provisioning.resting import note_calls, resting, take_try
from entrepot.domain.provisioning.results import (
    Call,
    Done,
    Outcome,
    Refused,
    Unknown,
    Wanted,
    read_units,
)
from entrepot.domain.provisioning.rules import PURPOSES, Pace, Standing, decide
from entrepot.infra.db.sql import statement
from entrepot.infra.egress import milliseconds_since

_logger = logging.getLogger(__name__)
_PACKAGE = "entrepot.domain.provisioning"
# Work that our own subscribers could not take in is looked at again so much later.
_OWN_FAULT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One operation that this worker holds until its lease ends; `is_try` for the one call after a connector's rest."""

    operation_id: int
    claim: int
    tenant_id: int
    connector: ConnectorRow
    purpose: Purpose
    call: Call
    is_try: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a claimed operation."""

    claimed: Claimed
    outcome: Outcome
    milliseconds: int


def claim(
    *,
    now: datetime,
    pace: Pace,
    most: int,
    most_of_tenant: int,
    most_of_connector: int,
    busy_tenants: Sequence[int] = (),
    busy_connectors: Sequence[int] = (),
) -> list[Claimed]:
    """Claim up to `most` due operations, the tenants taking turns; committed before anybody is called."""
    # Turns are worked out over all tenants; most looks find nothing due and end here.
    if most < 1 or not Operation.objects.filter(due_at__lte=now).exists():
        return []
    idle = resting()
    bounds = {"at": now, "lease_until": now + timedelta(seconds=pace.lease_seconds)}
    with transaction.atomic(), connection.cursor() as cursor:
        rows = statement(_PACKAGE, "claim").rows(
            cursor,
            most=most,
            most_of_tenant=most_of_tenant,
            most_of_connector=most_of_connector,
            busy_tenants=list(busy_tenants),
            busy_connectors=[*busy_connectors, *idle],
            **bounds,
        )
        tried = take_try(now=now, pace=pace) if idle else None
        if tried is not None:
            others = ConnectorRow.objects.exclude(pk=tried).values_list("id", flat=True)
            rows += statement(_PACKAGE, "claim").rows(
                cursor,
                most=1,
                most_of_tenant=1,
                most_of_connector=1,
                busy_tenants=[],
                busy_connectors=list(others),
                **bounds,
            )
    found = Operation.objects.filter(pk__in=[row[0] for row in rows]).select_related(
        "instance", "connector"
    )
    return [
        _claimed(operation, is_try=operation.connector_id == tried)
        for operation in found.order_by("id")
    ]


def _claimed(operation: Operation, *, is_try: bool) -> Claimed:
    return Claimed(
        operation_id=operation.id,
        claim=operation.claims,
        tenant_id=operation.tenant_id,
        connector=operation.connector,
        purpose=PURPOSES[operation.state],
        call=call_of(operation, operation.instance),
        is_try=is_try,
    )


def call_of(operation: Operation, instance: ServiceInstance) -> Call:
    """Return an operation as connectors need it."""
    return Call(
        key=operation.key,
        action=operation.action,
        instance_key=instance.key,
        vendor_id=instance.vendor_id,
        wanted=Wanted(
            operation.product,
            operation.quantity,
            operation.parameters,
            read_units(operation.units),
        ),
        before=Wanted(
            instance.product, instance.quantity, instance.parameters, read_units(instance.units)
        ),
        reference=operation.reference,
        originator=operation.originator_id,
        tenant_id=operation.tenant_id,
        people=tuple(operation.people),
    )


async def perform(claimed: Claimed, connector: Connector) -> Report:
    """Call the vendor; whatever happens is a report, so that no operation is lost."""
    start = time.monotonic()
    try:
        outcome = await _method(claimed, connector)
    except Exception:
        # A fault of ours must not stop the others, and the vendor may have been reached.
        _logger.exception("operation %s could not be carried out", claimed.operation_id)
        outcome = Unknown("Something went wrong on our side; the vendor is asked.")
    return Report(claimed, outcome, milliseconds_since(start))


async def _method(claimed: Claimed, connector: Connector) -> Outcome:
    match claimed.purpose:
        case Purpose.POLL:
            return await connector.poll(claimed.call)
        case Purpose.ASK:
            return await connector.ask(claimed.call)
        case Purpose.CLEAN:
            return await connector.clean(claimed.call)
        case Purpose.SEND:
            return await _send(claimed.call, connector)


async def _send(call: Call, connector: Connector) -> Outcome:
    methods = {
        Action.CREATE: connector.create,
        Action.CHANGE: connector.change,
        Action.SUSPEND: connector.suspend,
        Action.RESUME: connector.resume,
        Action.CANCEL: connector.cancel,
        Action.ASSIGN: connector.assign,
        Action.RELEASE: connector.release,
    }
    return await methods[call.action](call)


def record(*, reports: Sequence[Report], now: datetime, pace: Pace) -> int:
    """Write what came of calls; return how many were written.

    One transaction for all; if a subscriber or a rule of the database refuses, each alone, and the culprit keeps
    its state and is looked at again in a minute.
    """
    try:
        _record(reports, now, pace)
    except Exception:
        if not connection.is_usable():
            raise
        _logger.exception("%s operations are written one by one", len(reports))
        return sum(_record_alone(report, now, pace) for report in reports)
    return len(reports)


def _concerns_health(report: Report) -> bool:
    """Tell whether a call failed, or its connector had failed calls behind it when it was claimed."""
    connector = report.claimed.connector
    return connector.failures > 0 or connector.rests > 0 or is_failure(report.outcome)


def _calls(reports: Sequence[Report]) -> dict[int, list[tuple[Outcome, bool]]]:
    made: dict[int, list[tuple[Outcome, bool]]] = {}
    for report in reports:
        mine = made.setdefault(report.claimed.connector.id, [])
        mine.append((report.outcome, report.claimed.is_try))
    return made


def _record_alone(report: Report, now: datetime, pace: Pace) -> int:
    try:
        _record([report], now, pace)
    except Exception:
        if not connection.is_usable():
            raise
        operation_id = report.claimed.operation_id
        _logger.exception("operation %s could not be written", operation_id)
        Operation.objects.filter(pk=operation_id, due_at__isnull=False).update(
            due_at=now + _OWN_FAULT
        )
        return 0
    return 1


def _record(reports: Sequence[Report], now: datetime, pace: Pace) -> None:
    moves = Moves(now=now, pace=pace)
    with transaction.atomic():
        operations = locked(report.claimed.operation_id for report in reports)
        for report in reports:
            operation = operations[report.claimed.operation_id]
            outcome = report.outcome
            moves.call(
                operation,
                report.claimed.purpose,
                type(outcome).__name__.lower(),
                getattr(outcome, "text", ""),
                report.milliseconds,
            )
            # A worker whose lease ran out may still bring a success; its doubts are those of the past.
            if report.claimed.claim == operation.claims or isinstance(outcome, Done):
                step = decide(standing=standing(operation), outcome=outcome, now=now, pace=pace)
                moves.take(operation, step)
        moves.write()
        if any(_concerns_health(report) for report in reports):
            note_calls(_calls(reports), now=now, pace=pace)


def standing(operation: Operation) -> Standing:
    """Return what decisions need of an operation."""
    return Standing(
        state=operation.state,
        action=operation.action,
        attempts=operation.attempts,
        polls=operation.polls,
        give_up_at=operation.give_up_at,
        key_spread=operation.id % 101 / 101,
        can_clean=abilities(operation.connector.kind).can(Feature.CLEAN),
    )


def misconfigured(claimed: Claimed, text: str) -> Report:
    """Report that a connector cannot be used: nothing was sent, and a question stays open."""
    from_sending = claimed.purpose is Purpose.SEND
    outcome: Outcome = Refused(ErrorClass.MISCONFIGURED, text) if from_sending else Unknown(text)
    return Report(claimed, outcome, 0)
