"""Tell vendors who uses their services, as many people at once as each can take; and take in what they answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from entrepot.domain.parties.models import User
from entrepot.domain.provisioning.commands.operations import Request, request_operations
from entrepot.domain.provisioning.commands.people import resubmit
from entrepot.domain.provisioning.kinds import Action, InstanceState
from entrepot.domain.provisioning.lifecycle import OPEN, State
from entrepot.domain.provisioning.models import Operation, ServiceInstance
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind, format_id, parse_id

CAUSE = "seats "
"""How the causes of our operations begin; provisioning does not know what a seat is."""
_PACKAGE = "entrepot.domain.seats"
_UNDER_WAY = {Action.ASSIGN: SeatState.ASSIGNING, Action.RELEASE: SeatState.RELEASING}


def tell(*, action: Action, seats: Sequence[Seat], actor: Actor, now: datetime) -> list[Seat]:
    """Ask vendors to hand services out or to take them back; return the seats of which no vendor wants to know.

    The statements do not depend on how many people it is about, but for one per 1,000 operations.
    """
    services = _services({seat.subscription_id for seat in seats})
    groups: dict[int, list[Seat]] = {}
    for seat in seats:
        groups.setdefault(seat.subscription_id, []).append(seat)
    people = _people(seat for seat in seats if seat.subscription_id in services)
    requests: list[Request] = []
    told: list[tuple[int, int]] = []
    for subscription_id, service in services.items():
        group, most = groups[subscription_id], service.connector.people_at_once
        for first in range(0, len(group), most):
            batch = group[first : first + most]
            told += [(seat.pk, len(requests)) for seat in batch]
            requests.append(
                Request(
                    tenant_id=service.tenant_id,
                    instance_id=service.pk,
                    action=action,
                    cause=f"{CAUSE}{uuid4().hex}",
                    people=tuple(people[seat.pk] for seat in batch),
                )
            )
    if requests:
        numbers = request_operations(requests=requests, actor=actor, now=now)
        with connection.cursor() as cursor:
            statement(_PACKAGE, "set_operations").run(
                cursor,
                seat_ids=[seat_id for seat_id, _ in told],
                operation_ids=[numbers[place] for _, place in told],
                state=_UNDER_WAY[action].value,
                at=now,
            )
    return [seat for seat in seats if seat.subscription_id not in services]


def unfinished(seats: Iterable[Seat]) -> set[int]:
    """Tell which operations of seats are not over: under way, or parked until somebody lets them go on or ends them."""
    numbers = {seat.operation_id for seat in seats if seat.operation_id is not None}
    rows = Operation.objects.filter(pk__in=numbers, state__in=sorted(OPEN))
    return set(rows.values_list("id", flat=True))


def go_on(seats: Sequence[Seat], *, actor: Actor, now: datetime) -> list[Seat]:
    """Let parked operations of failed seats go on; return the seats whose operations are over."""
    open_ones = unfinished(seats)
    parked = Operation.objects.filter(pk__in=open_ones, state=State.PARKED)
    for number, action in parked.order_by("id").values_list("id", "action"):
        resubmit(operation_id=number, actor=actor, now=now)
        Seat.objects.filter(operation_id=number).update(
            state=_UNDER_WAY[action], error="", changed_at=now
        )
    return [seat for seat in seats if seat.operation_id not in open_ones]


def settle(
    *,
    operation_id: int,
    done: SeatState,
    not_done: SeatState,
    failed: Mapping[str, str],
    now: datetime,
) -> None:
    """Write what a vendor said of the people of an operation; `failed` are texts by the people's keys."""
    errors = {parse_id(key, expected=IdKind.USER).number: text for key, text in failed.items()}
    with connection.cursor() as cursor:
        statement(_PACKAGE, "settle_seats").run(
            cursor,
            operation_id=operation_id,
            done=done.value,
            not_done=not_done.value,
            failed_ids=list(errors),
            errors=[text[:1000] for text in errors.values()],
            at=now,
        )


def remove_seats(*, seat_ids: Sequence[int] = (), operation_id: int | None = None) -> None:
    """Remove seats, or those that an operation has released; the units are counted as free."""
    with connection.cursor() as cursor:
        statement(_PACKAGE, "remove_seats").run(
            cursor, seat_ids=list(seat_ids), operation_id=operation_id
        )


def _services(subscription_ids: Iterable[int]) -> dict[int, ServiceInstance]:
    """Find the running services of subscriptions whose vendors are told about people."""
    rows = ServiceInstance.objects.filter(
        subscription_id__in=sorted(subscription_ids),
        state__in=[InstanceState.RUNNING, InstanceState.SUSPENDED],
        connector__people_at_once__gt=0,
    )
    return {row.subscription_id: row for row in rows.select_related("connector").order_by("id")}


def _people(seats: Iterable[Seat]) -> dict[int, dict[str, str]]:
    wanted = list(seats)
    users = User.objects.in_bulk([seat.user_id for seat in wanted])
    found = {}
    for seat in wanted:
        user = users[seat.user_id]
        found[seat.pk] = {
            "key": format_id(kind=IdKind.USER, number=user.pk),
            "login": user.login,
            "name": user.display_name,
            "email": user.email,
            "resource": seat.resource.mpn or seat.resource.code,
        }
    return found
