"""Move operations and everything that follows from it: services, calls, follow-ups, events, in one transaction.

The caller locks the operations first (`locked`), then takes steps and writes them; nothing else changes their state.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from entrepot.domain.provisioning.events import (
    FollowUpOpened,
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
    ServicesConfirmed,
)
from entrepot.domain.provisioning.kinds import (
    AFTER,
    Action,
    FollowUpKind,
    InstanceState,
    Purpose,
)
from entrepot.domain.provisioning.lifecycle import FINAL, State, Trigger, following
from entrepot.domain.provisioning.models import FollowUp, Operation, ServiceInstance, VendorCall
from entrepot.domain.provisioning.rules import PACE, Pace, Step
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus

_PACKAGE = "entrepot.domain.provisioning"
_KEEPS_ERROR = frozenset({Trigger.CLEANED, Trigger.WITHDRAW})
_CLEARS_ERROR = frozenset(
    {Trigger.SUCCEEDED, Trigger.ACCEPTED, Trigger.RESUBMIT, Trigger.ASK_AGAIN, Trigger.DONE_BY_HAND}
)
_KEPT = ("key", "resource")
_DELIVERED = frozenset({Trigger.SUCCEEDED, Trigger.DONE_BY_HAND})


def locked(ids: Iterable[int]) -> dict[int, Operation]:
    """Lock operations and their services until the transaction ends, in ascending order; return them by id."""
    found = (
        Operation.objects.select_for_update(no_key=True)
        .filter(pk__in=sorted(set(ids)))
        .select_related("instance", "connector")
        .order_by("id")
    )
    return {operation.id: operation for operation in found}


@dataclass(slots=True)
class Moves:
    """Steps that were taken and are not written yet."""

    now: datetime
    pace: Pace = PACE
    _operations: dict[int, Operation] = field(default_factory=dict)
    _instances: dict[int, ServiceInstance] = field(default_factory=dict)
    _calls: list[VendorCall] = field(default_factory=list)
    _follow_ups: list[FollowUp] = field(default_factory=list)
    _events: list[object] = field(default_factory=list)

    def call(
        self, operation: Operation, purpose: Purpose, outcome: str, text: str, milliseconds: int
    ) -> None:
        """Note a call to the vendor."""
        self._calls.append(
            VendorCall(
                tenant_id=operation.tenant_id,
                operation_id=operation.id,
                at=self.now,
                purpose=purpose,
                key=operation.key,
                outcome=outcome,
                text=text[:1000],
                milliseconds=milliseconds,
            )
        )

    def take(self, operation: Operation, step: Step) -> State | None:
        """Take a step if the state allows it; return the new state, or None when nothing moved.

        A service that came in spite of a cancellation or failure opens a follow-up, whether or not the state moves.
        """
        before = operation.state
        after = following(before, step.trigger)
        self._look_for_contradiction(operation, before, step)
        if after is None:
            return None
        self._operations[operation.id] = operation
        operation.state = after
        operation.due_at = step.due_at if after not in FINAL and after is not State.PARKED else None
        operation.polls = operation.polls + 1 if after is before else 0
        operation.reference = step.reference or operation.reference
        if step.trigger is Trigger.NOT_DONE:
            # The next sending gets a reference of its own; this one would answer for the past.
            operation.reference = ""
        if step.trigger not in _KEEPS_ERROR:
            operation.error_class = "" if step.error_class is None else step.error_class.value
            operation.error = step.text
            operation.is_effect_known = step.is_effect_known
        if step.trigger in _CLEARS_ERROR:
            operation.error_class, operation.error = "", ""
        if after in {State.PENDING, State.UNKNOWN} and operation.give_up_at is None:
            seconds = operation.poll_seconds_max or self.pace.give_up_seconds
            operation.give_up_at = self.now + timedelta(seconds=seconds)
        if after in FINAL:
            operation.settled_at = self.now
        if step.trigger in _DELIVERED:
            known = {one["key"] for one in operation.people}
            operation.people_failed = {k: v for k, v in step.failed.items() if k in known}
            self._confirm(operation, step.vendor_id)
        if step.trigger is Trigger.CLEANED:
            # The specification of service brokers advises against using an id again.
            operation.instance.key = str(uuid4())
            self._instances[operation.instance_id] = operation.instance
        if after is not before:
            self._announce(operation)
        return after

    def _confirm(self, operation: Operation, vendor_id: str) -> None:
        instance = operation.instance
        self._instances[instance.id] = instance
        instance.state = AFTER[operation.action] or instance.state
        instance.vendor_id = vendor_id or instance.vendor_id
        if operation.action in {Action.CREATE, Action.CHANGE}:
            instance.product = operation.product
            instance.quantity = operation.quantity
            instance.units = operation.units
            instance.parameters = operation.parameters

    def _look_for_contradiction(self, operation: Operation, before: State, step: Step) -> None:
        if step.trigger is Trigger.SUCCEEDED and before in {State.WITHDRAWN, State.CANCELLED}:
            text = "The vendor carried out an operation that had been cancelled."
            self.follow_up(FollowUpKind.DELIVERED_AFTER_CANCEL, operation, text)
        elif step.trigger is Trigger.SUCCEEDED and before is State.FAILED:
            text = "The vendor carried out an operation that had been marked as failed."
            self.follow_up(FollowUpKind.DELIVERED_AFTER_FAILURE, operation, text)
        elif step.trigger is Trigger.GIVE_UP and before is State.WITHDRAWN:
            text = "Nobody knows whether the vendor carried out a cancelled operation."
            self.follow_up(FollowUpKind.UNCLEAR_AFTER_CANCEL, operation, text)
        else:
            return
        is_late = before in FINAL and step.trigger is Trigger.SUCCEEDED
        if is_late and operation.instance.state is InstanceState.ABSENT:
            self._confirm(operation, step.vendor_id)

    def follow_up(self, kind: FollowUpKind, operation: Operation, text: str) -> None:
        """Ask a person to look at an operation; once per kind."""
        self._follow_ups.append(
            FollowUp(
                kind=kind,
                connector_id=operation.connector_id,
                tenant_id=operation.tenant_id,
                operation_id=operation.id,
                text=text,
                opened_at=self.now,
            )
        )

    def _announce(self, operation: Operation) -> None:
        facts: dict[str, Any] = {
            "operation_id": operation.id,
            "tenant_id": operation.tenant_id,
            "subscription_id": operation.instance.subscription_id,
            "cause": operation.cause,
            "action": operation.action,
            "at": self.now,
        }
        match operation.state:
            case State.SUCCEEDED:
                self._events.append(ProvisioningDone(**facts, failed=operation.people_failed))
            case State.PARKED:
                self._events.append(
                    ProvisioningParked(
                        **facts, error_class=operation.error_class, text=operation.error
                    )
                )
            case State.FAILED | State.CANCELLED:
                is_cancelled = operation.state is State.CANCELLED
                self._events.append(ProvisioningEnded(**facts, is_cancelled=is_cancelled))
            case _:
                # The other states concern nobody but the worker.
                pass

    def write(self) -> None:
        """Write everything and publish the events. Call it in a transaction, once."""
        with connection.cursor() as cursor:
            if self._operations:
                rows = json.dumps([_operation_row(one) for one in self._operations.values()])
                statement(_PACKAGE, "store_operations").run(cursor, rows=rows)
            if self._instances:
                rows = json.dumps([_instance_row(one) for one in self._instances.values()])
                statement(_PACKAGE, "store_instances").run(cursor, rows=rows, at=self.now)
        VendorCall.objects.bulk_create(self._calls)
        for follow_up in self._follow_ups:
            self._open(follow_up)
        for event in self._events:
            bus.publish(event)
        done = [one.subscription_id for one in self._events if isinstance(one, ProvisioningDone)]
        if done:
            bus.publish(ServicesConfirmed(tuple(dict.fromkeys(done)), self.now))

    def _open(self, wanted: FollowUp) -> None:
        kept, is_new = FollowUp.objects.get_or_create(
            kind=wanted.kind,
            operation_id=wanted.operation_id,
            defaults={
                "connector_id": wanted.connector_id,
                "tenant_id": wanted.tenant_id,
                "text": wanted.text,
                "opened_at": wanted.opened_at,
            },
        )
        if is_new:
            bus.publish(FollowUpOpened(kept.id, kept.tenant_id, kept.kind.value, self.now))


def _operation_row(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "state": operation.state.value,
        "reference": operation.reference,
        "polls": operation.polls,
        "due_at": _text(operation.due_at),
        "give_up_at": _text(operation.give_up_at),
        "is_effect_known": operation.is_effect_known,
        "error_class": operation.error_class,
        "error": operation.error,
        "settled_at": _text(operation.settled_at),
        **_people(operation),
    }


def _people(operation: Operation) -> dict[str, Any]:
    """Give the people as they are stored: of what is over only their keys, because nothing is sent any more.

    Why it failed for somebody has gone out with the event; such texts may name a mail address.
    """
    if operation.state not in FINAL:
        return {"people": operation.people, "people_failed": operation.people_failed}
    return {
        "people": [{name: one[name] for name in _KEPT if name in one} for one in operation.people],
        "people_failed": dict.fromkeys(operation.people_failed, ""),
    }


def _instance_row(instance: ServiceInstance) -> dict[str, Any]:
    return {
        "id": instance.id,
        "key": instance.key,
        "state": instance.state.value,
        "vendor_id": instance.vendor_id,
        "product": instance.product,
        "quantity": str(instance.quantity),
        "units": instance.units,
        "parameters": instance.parameters,
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
