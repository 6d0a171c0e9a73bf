"""Operations, follow-ups, connectors and drift as the provider's staff look through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.connectors.protocol import Abilities
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, ErrorClass
from entrepot.domain.provisioning.lifecycle import FINAL, OPEN, State
from entrepot.domain.provisioning.models import (
    Connector,
    DriftDifference,
    DriftLook,
    FollowUp,
    Operation,
    ServiceInstance,
)
from entrepot.domain.subscriptions.models import Subscription

LIMIT_MAX = 200
COUNT_MAX = 1_000
_INSTANCES_MAX = 100
_UNREACHED = (ErrorClass.UNREACHABLE.value, ErrorClass.NO_ANSWER.value)


class Group(StrEnum):
    """What people look for: what waits for them, what the manual queue holds, what moves, what is over."""

    PEOPLE = "people"
    MANUAL = "manual"
    MOVING = "moving"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OperationFilter:
    """Which operations are wanted. `reference` is the vendor's or our name of a service, or the key of an operation.

    `not_for_id` leaves out what an account uses itself.
    """

    group: Group | None = None
    connector_id: int | None = None
    error_class: ErrorClass | None = None
    action: Action | None = None
    operation_id: int | None = None
    subscription_id: int | None = None
    cause: str = ""
    reference: str = ""
    not_for_id: int | None = None


@dataclass(frozen=True, slots=True)
class OperationLine:
    """One operation with whose service it is; the names are empty when the subscription is gone."""

    id: int
    subscription_id: int
    customer_name: str
    plan_name: str
    cause: str
    connector: str
    is_by_hand: bool
    action: Action
    state: State
    quantity: Decimal
    attempts: int
    error_class: str
    error: str
    requested_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperationPage:
    """One page, newest first; `older` leads on, `newer` back, None where there is none."""

    rows: tuple[OperationLine, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    """A connector: what it declares and how it does. Counts end at 1,000.

    `trouble` operations met no answer or an unreachable vendor and are tried again; `done_at` is the last success.
    `rests_until` is set while it rests by itself after `failures` failed calls in a row: then one call tries again.
    """

    id: int
    name: str
    kind: ConnectorKind
    vendor: str
    base_url: str
    quantity_parameter: str
    people_at_once: int
    is_active: bool
    rests_until: datetime | None
    failures: int
    rest_reason: str
    declares: Abilities
    moving: int
    trouble: int
    parked: int
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at a vendor; `repaired` of its `differences` have been asked to be repaired."""

    id: int
    connector_id: int
    looked_at: datetime
    looked_by: str
    compared: int
    in_motion: int
    found_unknown: bool
    differences: int
    repaired: int


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference; `operation_id` once it is being repaired."""

    id: int
    kind: str
    instance_key: str
    ours: str
    theirs: str
    subscription_id: int | None
    operation_id: int | None
    repaired_by: str


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """Something that waits for a person, or waited: then `closed_by` and `comment` say what was done."""

    id: int
    kind: str
    connector: str
    operation_id: int | None
    text: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    comment: str


def look_through(
    viewer: Viewer,
    *,
    wanted: OperationFilter,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> OperationPage:
    """Return operations, newest first, at most 200; at most four statements.

    `before` is the id of the last row of the page before, `after` that of the first row of the page behind.
    """
    size = min(limit, LIMIT_MAX)
    rows = _wanted(visible(viewer, Operation), wanted)
    is_back = after is not None and before is None
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    rows = rows.select_related("instance", "connector")
    found = list(rows.order_by("id" if is_back else "-id")[: size + 1])
    more = len(found) > size
    page = found[:size][::-1] if is_back else found[:size]
    return OperationPage(
        _lines(page),
        older=page[-1].id if page and (more or is_back) else None,
        newer=page[0].id if page and (before is not None or (is_back and more)) else None,
    )


def group_counts(viewer: Viewer) -> Mapping[Group, int]:
    """Count what waits for people and what the manual queue holds, at most 1,000 of each."""
    rows = visible(viewer, Operation)
    return {
        group: _grouped(rows, group).values("id")[:COUNT_MAX].count()
        for group in (Group.PEOPLE, Group.MANUAL)
    }


def connectors(viewer: Viewer, *, connector_id: int | None = None) -> tuple[ConnectorRow, ...]:
    """Return all connectors by name, or one; the number of statements does not depend on operations."""
    rows = visible(viewer, Connector).select_related("vendor").order_by("name")
    if connector_id is not None:
        rows = rows.filter(pk=connector_id)
    return tuple(_connector(row) for row in rows)


def connector(viewer: Viewer, *, connector_id: int) -> ConnectorRow:
    """Return one connector. Raises: NoSuchOperation."""
    found = connectors(viewer, connector_id=connector_id)
    if not found:
        raise NoSuchOperation(object=f"Connector {connector_id}")
    return found[0]


def connector_names(viewer: Viewer) -> Mapping[int, str]:
    """Return the name of each connector."""
    return dict(visible(viewer, Connector).order_by("name").values_list("id", "name"))


def newest_looks(viewer: Viewer, *, connector_id: int, limit: int = 10) -> tuple[LookRow, ...]:
    """Return the newest looks at a vendor."""
    rows = visible(viewer, DriftLook).filter(connector_id=connector_id).order_by("-id")[:limit]
    found = list(rows)
    counted = (
        DriftDifference.objects.filter(look__in=found)
        .order_by()
        .values_list("look")
        .annotate(all=Count("id"), repaired=Count("operation_id"))
    )
    counts = {look: (differences, repaired) for look, differences, repaired in counted}
    return tuple(_look(row, *counts.get(row.id, (0, 0))) for row in found)


def differences_of(
    viewer: Viewer, *, look_id: int, limit: int, after: int | None = None
) -> tuple[DifferenceRow, ...]:
    """Return differences of a look in the order in which they were found, at most 200, from behind `after` on."""
    rows = visible(viewer, DriftDifference).filter(look_id=look_id, id__gt=after or 0)
    names = DifferenceRow.__dataclass_fields__
    return tuple(
        DifferenceRow(**{name: getattr(row, name) for name in names})
        for row in rows.order_by("id")[: min(limit, LIMIT_MAX)]
    )


def follow_ups(
    viewer: Viewer,
    *,
    is_open: bool,
    limit: int,
    operation_id: int | None = None,
    before: int | None = None,
) -> tuple[FollowUpLine, ...]:
    """Return follow-ups, newest first, at most 200: the open ones, or the closed ones."""
    rows = visible(viewer, FollowUp).filter(closed_at__isnull=is_open)
    if operation_id is not None:
        rows = rows.filter(operation_id=operation_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    newest = rows.select_related("connector").order_by("-id")[: min(limit, LIMIT_MAX)]
    return tuple(
        FollowUpLine(
            id=row.id,
            kind=row.kind.value,
            connector=row.connector.name,
            operation_id=row.operation_id,
            text=row.text,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            comment=row.comment,
        )
        for row in newest
    )


def _wanted(rows: QuerySet[Operation], wanted: OperationFilter) -> QuerySet[Operation]:
    if wanted.group is not None:
        rows = _grouped(rows, wanted.group)
    given = {
        "connector_id": wanted.connector_id,
        "error_class": wanted.error_class,
        "action": wanted.action,
        "pk": wanted.operation_id,
        "cause": wanted.cause or None,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    if wanted.subscription_id is not None:
        rows = rows.filter(instance__subscription_id=wanted.subscription_id)
    if wanted.not_for_id is not None:
        own = Subscription.objects.filter(customer_id=wanted.not_for_id).values("id")
        rows = rows.exclude(instance__subscription_id__in=own)
    if wanted.reference:
        named = Q(vendor_id=wanted.reference) | Q(key=wanted.reference)
        services = ServiceInstance.objects.filter(named).values_list("id", flat=True)
        numbers = list(services[:_INSTANCES_MAX])
        rows = rows.filter(Q(instance_id__in=numbers) | Q(key=wanted.reference))
    return rows


def _grouped(rows: QuerySet[Operation], group: Group) -> QuerySet[Operation]:
    by_hand = Connector.objects.filter(kind=ConnectorKind.MANUAL).values_list("id", flat=True)
    match group:
        case Group.PEOPLE:
            return rows.filter(state=State.PARKED)
        case Group.MANUAL:
            return rows.filter(state=State.PENDING, connector_id__in=list(by_hand))
        case Group.MOVING:
            moving = rows.filter(state__in=sorted(OPEN - {State.PARKED}))
            return moving.exclude(state=State.PENDING, connector_id__in=list(by_hand))
        case Group.DONE:
            return rows.filter(state=State.SUCCEEDED)
        case Group.ENDED:
            return rows.filter(state__in=sorted(FINAL - {State.SUCCEEDED}))


def _lines(rows: list[Operation]) -> tuple[OperationLine, ...]:
    numbers = {row.instance.subscription_id for row in rows}
    names = {
        number: (customer, plan)
        for number, customer, plan in Subscription.objects.filter(pk__in=numbers).values_list(
            "id", "customer_name", "plan_name"
        )
    }
    return tuple(_line(row, *names.get(row.instance.subscription_id, ("", ""))) for row in rows)


def _line(row: Operation, customer: str, plan: str) -> OperationLine:
    return OperationLine(
        id=row.id,
        subscription_id=row.instance.subscription_id,
        customer_name=customer,
        plan_name=plan,
        cause=row.cause,
        connector=row.connector.name,
        is_by_hand=abilities(row.connector.kind).is_by_hand,
        action=row.action,
        state=row.state,
        quantity=row.quantity,
        attempts=row.attempts,
        error_class=row.error_class,
        error=row.error,
        requested_at=row.requested_at,
        due_at=row.due_at,
    )


def _look(row: DriftLook, differences: int, repaired: int) -> LookRow:
    return LookRow(
        id=row.id,
        connector_id=row.connector_id,
        looked_at=row.looked_at,
        looked_by=row.looked_by,
        compared=row.compared,
        in_motion=row.in_motion,
        found_unknown=row.found_unknown,
        differences=differences,
        repaired=repaired,
    )


def _connector(row: Connector) -> ConnectorRow:
    own = Operation.objects.filter(connector=row)
    moving = own.filter(state__in=sorted(OPEN - {State.PARKED}))
    done = own.filter(state=State.SUCCEEDED).order_by("-id").values_list("settled_at", flat=True)
    return ConnectorRow(
        id=row.id,
        name=row.name,
        kind=row.kind,
        vendor=row.vendor.name if row.vendor else "",
        base_url=row.base_url,
        quantity_parameter=row.quantity_parameter,
        people_at_once=row.people_at_once,
        is_active=row.is_active,
        rests_until=row.rests_until,
        failures=row.failures,
        rest_reason=row.rest_reason,
        declares=abilities(row.kind),
        moving=moving.values("id")[:COUNT_MAX].count(),
        trouble=moving.filter(error_class__in=_UNREACHED).values("id")[:COUNT_MAX].count(),
        parked=own.filter(state=State.PARKED).values("id")[:COUNT_MAX].count(),
        done_at=done.first(),
    )
