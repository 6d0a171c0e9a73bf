"""Call-backs of vendors: verified and stored as they came at once, understood and applied later.

A call-back may overtake our own transaction, come twice, late or out of order. Nothing of it is lost, and it moves an
operation forward only.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from entrepot.domain.provisioning.connectors import signing
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import load
from entrepot.domain.provisioning.connectors.signed import read_callback
from entrepot.domain.provisioning.dispatch import standing
from entrepot.domain.provisioning.errors import CallbackRefused
from entrepot.domain.provisioning.events import FollowUpOpened
from entrepot.domain.provisioning.kinds import CallbackState, ConnectorKind, FollowUpKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import (
    Callback,
    CallbackRefusal,
    Connector,
    FollowUp,
    Operation,
)
from entrepot.domain.provisioning.moves import Moves, locked
from entrepot.domain.provisioning.results import VendorNews
from entrepot.domain.provisioning.rules import PACE, Pace, decide
from entrepot.kernel.errors import DomainError
from entrepot.kernel.events import bus

BODY_LIMIT = 65_536
# So long a call-back may be ahead of the transaction that made its operation.
GRACE = timedelta(minutes=1)
AGAIN = timedelta(seconds=2)
_BATCH = 200


class Received(StrEnum):
    """What `receive` did with a message."""

    STORED = "stored"
    KNOWN = "known"


def receive(
    *,
    connector_name: str,
    headers: Mapping[str, str],
    body: bytes,
    surroundings: Surroundings,
    now: datetime,
) -> Received:
    """Verify a call-back and store its bytes; header names in any case. A message that is known is not stored again.

    Raises: CallbackRefused, with nothing stored but its count.
    """
    known = {name.lower(): value for name, value in headers.items()}
    try:
        connector, signed = _verified(connector_name, known, body, surroundings, now)
    except CallbackRefused as refusal:
        _count(connector_name, refusal.code, now)
        raise
    stored = Callback.objects.bulk_create(
        [
            Callback(
                connector=connector,
                message_id=signed.message_id,
                sent_at=signed.sent_at,
                received_at=now,
                body=body,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    is_new = Callback.objects.filter(
        connector=connector, message_id=signed.message_id, received_at=now
    ).exists()
    return Received.STORED if stored and is_new else Received.KNOWN


def _verified(
    name: str, headers: Mapping[str, str], body: bytes, surroundings: Surroundings, now: datetime
) -> tuple[Connector, signing.Signed]:
    if len(body) > BODY_LIMIT:
        raise CallbackRefused(
            "callback_too_large",
            "The body is longer than {limit} bytes.",
            limit=BODY_LIMIT,
            next_step="Send one operation at a time.",
        )
    if headers.get("content-encoding", "identity") != "identity":
        raise CallbackRefused(
            "callback_encoded",
            "The body is compressed.",
            next_step="Send it as it is.",
        )
    connector = Connector.objects.filter(name=name, kind=ConnectorKind.SIGNED_HTTP).first()
    if connector is None:
        raise _unknown_connector()
    try:
        secrets = load(directory=surroundings.secrets_directory, name=name)
    except DomainError as error:
        raise _unknown_connector() from error
    signed = signing.verify(secrets=secrets.valid(now), headers=headers, content=body, now=now)
    return connector, signed


def _unknown_connector() -> CallbackRefused:
    return CallbackRefused(
        "callback_unknown_connector",
        "Nobody takes call-backs at this address.",
        next_step="Ask the operator for the address.",
    )


def _count(name: str, reason: str, now: datetime) -> None:
    """Count a refusal; names that are no connector's share one row, so that nobody fills the table."""
    is_ours = Connector.objects.filter(name=name).exists()
    key = {"connector_name": name if is_ours else "", "on_day": now.date(), "reason": reason}
    CallbackRefusal.objects.bulk_create([CallbackRefusal(**key)], ignore_conflicts=True)
    CallbackRefusal.objects.filter(**key).update(count=F("count") + 1)


def process_callbacks(*, now: datetime, pace: Pace = PACE, limit: int = _BATCH) -> int:
    """Apply stored call-backs that are due, oldest first; return how many were looked at.

    One that fits no operation is looked at again for a minute; then people are told.
    """
    with transaction.atomic():
        waiting = list(
            Callback.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due_at__lte=now)
            .select_related("connector")
            .order_by("due_at", "id")[:limit]
        )
        if not waiting:
            return 0
        read = [(callback, _understood(callback, now)) for callback in waiting]
        found = _find([(callback, news) for callback, news in read if news is not None])
        operations = locked(found.values())
        moves = Moves(now=now, pace=pace)
        for callback, news in read:
            if news is not None:
                operation = operations.get(found.get(callback.id, 0))
                _apply(callback, news, operation, moves)
        moves.write()
        Callback.objects.bulk_update(waiting, ["state", "due_at", "operation_id", "note"])
    return len(waiting)


def _understood(callback: Callback, now: datetime) -> VendorNews | None:
    """Read a stored call-back; one that cannot be read goes to people."""
    try:
        return read_callback(body=bytes(callback.body), sent_at=callback.sent_at)
    except (ValueError, RecursionError) as error:
        callback.state, callback.due_at = CallbackState.UNMATCHED, None
        callback.note = f"It could not be read: {error}"[:500]
        text = "A vendor sent a signed message that is not in the form agreed."
        _tell_people(callback, FollowUpKind.UNREADABLE_CALLBACK, text, now)
        return None


def _find(news: list[tuple[Callback, VendorNews]]) -> dict[int, int]:
    """Return the operation of each call-back by id: of the same connector and with the key named."""
    keys = {one.operation_key for _, one in news}
    rows = Operation.objects.filter(key__in=keys).values_list("connector_id", "key", "id")
    known = {(connector_id, key): pk for connector_id, key, pk in rows}
    pairs = ((callback, (callback.connector_id, one.operation_key)) for callback, one in news)
    return {callback.id: known[key] for callback, key in pairs if key in known}


def _apply(callback: Callback, news: VendorNews, operation: Operation | None, moves: Moves) -> None:
    if operation is None:
        _wait_or_tell(callback, moves.now)
        return
    before = operation.state
    step = decide(
        standing=standing(operation), outcome=news.outcome, now=moves.now, pace=moves.pace
    )
    after = moves.take(operation, step)
    callback.operation_id, callback.due_at = operation.id, None
    if after is None or after is before:
        callback.state = CallbackState.IGNORED
        callback.note = f"{step.trigger.value} while {before.value}"
    else:
        callback.state = CallbackState.APPLIED
        callback.note = f"{before.value} to {State(after).value}"


def _wait_or_tell(callback: Callback, now: datetime) -> None:
    if now < callback.received_at + GRACE:
        callback.due_at = now + AGAIN
        return
    callback.state, callback.due_at = CallbackState.UNMATCHED, None
    callback.note = "No operation of this connector has that key."
    text = "A vendor reported on an operation that we do not know."
    _tell_people(callback, FollowUpKind.UNKNOWN_OPERATION, text, now)


def _tell_people(callback: Callback, kind: FollowUpKind, text: str, now: datetime) -> None:
    kept, is_new = FollowUp.objects.get_or_create(
        kind=kind,
        callback_id=callback.id,
        defaults={"connector_id": callback.connector_id, "text": text, "opened_at": now},
    )
    if is_new:
        bus.publish(FollowUpOpened(kept.id, None, kind.value, now))
