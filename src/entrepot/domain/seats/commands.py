"""Hand services out to people and take them back; each command is one transaction, with an audit entry for every 1,000.

A message goes to everybody whom an entry names, so that nobody is left out of entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from entrepot.domain.catalog.models import Resource
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import sort_key
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.seats.errors import SeatInput, SeatsRefused
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat, SeatUse, SeatWait
from entrepot.domain.seats.supply import (
    Supply,
    free_units,
    handed_out,
    holding_resources,
    require_units,
)
from entrepot.domain.seats.telling import go_on, remove_seats, tell, unfinished
from entrepot.infra.audit.recorder import Actor, Entry, record_all
from entrepot.infra.db.sql import statement

PEOPLE_MAX = 50_000
NAMED_MAX = 1_000
_PACKAGE = "entrepot.domain.seats"


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many people got a unit now, how many had the service already, and how many are not there any more."""

    people: int
    had_it: int
    left_out: int = 0


def assign_seats(
    *,
    account_id: int,
    resource_id: int,
    user_ids: Sequence[int],
    on_day: date,
    actor: Actor,
    now: datetime,
    leaves_out: bool = False,
) -> Assigned:
    """Give people of an account a unit of a resource each, from its own items first, then from composite ones.

    Who has one that supplies it keeps that and needs no other. All of them get one or nobody does. Vendors that are
    told who uses their services are told in batches; the units are taken at once. With `leaves_out` those who do not
    work there any more, or are disabled, are passed over: what was asked for a while ago.
    Raises: SeatInput; SeatsRefused `seats_missing` with the number that is short, `seat_person_not_there`.
    """
    wanted = _people(user_ids)
    with transaction.atomic():
        account = Account.objects.get(pk=account_id)
        resource = handed_out(resource_id=resource_id)
        holding = holding_resources(resource_id=resource_id)
        with connection.cursor() as cursor:
            statement(_PACKAGE, "lock_supply").rows(
                cursor, account_id=account_id, resource_ids=holding
            )
        left_out = 0
        if leaves_out:
            there = set(_members(account, wanted).values_list("user_id", flat=True))
            left_out, wanted = len(wanted) - len(there), [n for n in wanted if n in there]
        else:
            _require_members(account, wanted)
        have = set(
            Seat.objects.filter(
                account_id=account_id, resource_id__in=holding, user_id__in=wanted
            ).values_list("user_id", flat=True)
        )
        missing = [number for number in wanted if number not in have]
        supply = free_units(account_id=account_id, holding=holding, on_day=on_day)
        require_units(resource=resource, supply=supply, wanted=len(missing))
        if missing:
            _add(account, missing, supply, actor=actor, now=now)
            _record(account, resource, "seats_assigned", missing, actor=actor, now=now)
        _waits(account_id, resource_id, wanted).delete()
    return Assigned(len(missing), len(have), left_out)


def release_seats(
    *, account_id: int, resource_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> int:
    """Take a service from people, whichever item supplies it; return from how many. Raises: SeatInput."""
    wanted = _people(user_ids)
    with transaction.atomic():
        account = Account.objects.get(pk=account_id)
        resource = handed_out(resource_id=resource_id)
        holding = holding_resources(resource_id=resource_id)
        rows = Seat.objects.filter(
            account_id=account_id, resource_id__in=holding, user_id__in=wanted
        )
        gone = _release(rows, actor=actor, now=now)
        waits = _waits(account_id, resource_id, wanted)
        gone |= set(waits.values_list("user_id", flat=True))
        waits.delete()
        if gone:
            _record(account, resource, "seats_released", sorted(gone), actor=actor, now=now)
    return len(gone)


def release_people(
    *, account_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> None:
    """Take all services of an account from people, because they leave it. Raises: SeatsRefused `seat_busy`."""
    with transaction.atomic():
        account = Account.objects.get(pk=account_id)
        rows = Seat.objects.filter(account_id=account_id, user_id__in=user_ids)
        people: dict[int, list[int]] = {}
        for resource_id, user_id in rows.values_list("resource_id", "user_id").order_by("id"):
            people.setdefault(resource_id, []).append(user_id)
        _release(rows, actor=actor, now=now)
        SeatWait.objects.filter(account_id=account_id, user_id__in=user_ids).delete()
        for resource_id, gone in people.items():
            resource = handed_out(resource_id=resource_id)
            _record(account, resource, "seats_released", gone, actor=actor, now=now)


class Keeper:
    """Takes services back from people before they leave."""

    def release(
        self, *, account_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
    ) -> None:
        """Take back what people have of an account. Raises: SeatsRefused `seat_busy`."""
        release_people(account_id=account_id, user_ids=user_ids, actor=actor, now=now)


KEEPER = Keeper()


def retry_seats(
    *, account_id: int, user_ids: Sequence[int], resource_id: int, actor: Actor, now: datetime
) -> int:
    """Ask the vendor again for people for whom it failed; return for how many.

    An operation that is parked goes on as it is, with all of its people: asked anew, the vendor could do it twice. What
    is over is asked anew, for those people alone. Raises: SeatInput.
    """
    wanted = _people(user_ids)
    with transaction.atomic():
        account, resource = Account.objects.get(pk=account_id), handed_out(resource_id=resource_id)
        rows = (
            Seat.objects.select_for_update(of=("self",))
            .select_related("resource")
            .filter(
                account_id=account_id,
                user_id__in=wanted,
                resource_id__in=holding_resources(resource_id=resource_id),
                state__in=[SeatState.FAILED, SeatState.STUCK],
            )
        )
        seats = list(rows.order_by("id"))
        over = go_on(seats, actor=actor, now=now)
        failed = [seat for seat in over if seat.state is SeatState.FAILED]
        stuck = [seat for seat in over if seat.state is SeatState.STUCK]
        untold = tell(action=Action.ASSIGN, seats=failed, actor=actor, now=now)
        Seat.objects.filter(pk__in=[seat.pk for seat in untold]).update(
            state=SeatState.ASSIGNED, error="", changed_at=now
        )
        left = tell(action=Action.RELEASE, seats=stuck, actor=actor, now=now)
        remove_seats(seat_ids=[seat.pk for seat in left])
        if seats:
            people = [seat.user_id for seat in seats]
            _record(account, resource, "seats_retried", people, actor=actor, now=now)
    return len(seats)


def await_units(
    *,
    account_id: int,
    resource_id: int,
    user_ids: Sequence[int],
    order_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Note that people get a unit of a resource once an order is completed. Raises: SeatInput, SeatsRefused."""
    wanted = _people(user_ids)
    with transaction.atomic():
        account, resource = Account.objects.get(pk=account_id), handed_out(resource_id=resource_id)
        _require_members(account, wanted)
        # Who waited for another order in vain waits for this one.
        _waits(account_id, resource_id, wanted).delete()
        SeatWait.objects.bulk_create(
            [
                SeatWait(
                    tenant_id=account.tenant_id,
                    account_id=account_id,
                    user_id=number,
                    resource_id=resource_id,
                    order_id=order_id,
                    asked_by=actor.name[:150],
                    asked_at=now,
                )
                for number in wanted
            ],
            batch_size=1000,
        )
        _record(account, resource, "seats_awaited", wanted, actor=actor, now=now)


def complete_waits(*, order_id: int, on_day: date, actor: Actor, now: datetime) -> int:
    """Give those who waited for an order their units; return to how many. Who cannot get one keeps waiting, and why.

    Each 1,000 are a step of their own, so that the subscriptions are not locked for long.
    """
    given = 0
    waits = SeatWait.objects.filter(order_id=order_id).order_by("id")
    groups: dict[tuple[int, int], list[int]] = {}
    for wait in waits:
        groups.setdefault((wait.account_id, wait.resource_id), []).append(wait.user_id)
    steps = [
        (key, people[first : first + NAMED_MAX])
        for key, people in groups.items()
        for first in range(0, len(people), NAMED_MAX)
    ]
    for (account_id, resource_id), people in steps:
        try:
            given += assign_seats(
                account_id=account_id,
                resource_id=resource_id,
                user_ids=people,
                on_day=on_day,
                actor=actor,
                now=now,
            ).people
        except SeatsRefused as refusal:
            _waits(account_id, resource_id, people).update(error=refusal.text()[:1000])
    return given


def fail_waits(*, order_id: int, error: str) -> int:
    """Note that an order will not bring units; return for how many people."""
    return SeatWait.objects.filter(order_id=order_id).update(error=error[:1000])


def leave_ended() -> None:
    """Forget who used subscriptions that are cancelled or removed for good, and tidy what is counted."""
    with connection.cursor() as cursor:
        statement(_PACKAGE, "leave_ended").run(cursor)
        statement(_PACKAGE, "fold_tallies").run(cursor)


def rename_person(*, user_id: int) -> None:
    """Sort the seats of a person by the name that they have now."""
    name = User.objects.values_list("display_name", flat=True).get(pk=user_id)
    Seat.objects.filter(user_id=user_id).update(name_key=sort_key(name))


def note_use(*, item_id: int, tenant_id: int, used: Decimal, on_day: date) -> None:
    """Keep how many units of an item its vendor says to be in use; an older day than the one kept changes nothing."""
    known = SeatUse.objects.filter(item_id=item_id).first()
    if known is None or known.on_day <= on_day:
        SeatUse.objects.update_or_create(
            item_id=item_id, defaults={"tenant_id": tenant_id, "used": used, "on_day": on_day}
        )


def _waits(account_id: int, resource_id: int, user_ids: Sequence[int]) -> QuerySet[SeatWait]:
    return SeatWait.objects.filter(
        account_id=account_id, resource_id=resource_id, user_id__in=user_ids
    )


def _add(
    account: Account,
    user_ids: Sequence[int],
    supply: Sequence[Supply],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    with connection.cursor() as cursor:
        added = statement(_PACKAGE, "add_seats").rows(
            cursor,
            tenant_id=account.tenant_id,
            account_id=account.pk,
            user_ids=list(user_ids),
            item_ids=[one.item_id for one in supply],
            units=[one.free for one in supply],
            state=SeatState.ASSIGNED.value,
            assigned_by=actor.name[:150],
            at=now,
        )
    seats = Seat.objects.select_related("resource").in_bulk([row[0] for row in added])
    tell(action=Action.ASSIGN, seats=list(seats.values()), actor=actor, now=now)


def _release(rows: QuerySet[Seat], *, actor: Actor, now: datetime) -> set[int]:
    """Give units back: at once where no vendor has the person, else when the vendor has taken the service away.

    A failed seat is not at the vendor. One about which the vendor is asked, or may be asked again because its operation
    is parked, is refused until that is over: operations are carried out in any order.
    """
    seats = list(rows.select_for_update(of=("self",)).select_related("resource").order_by("id"))
    open_ones = unfinished(seats)
    busy = [seat for seat in seats if seat.operation_id in open_ones and not _leaves(seat)]
    if busy:
        raise SeatsRefused(
            "seat_busy",
            "The vendor is still handing {object} out to {count} of these people.",
            object=busy[0].resource.name,
            next_step="Wait until it is done, or have the operation ended.",
            count=len(busy),
        )
    stuck = [seat for seat in seats if seat.state is SeatState.STUCK]
    there = [seat for seat in seats if seat.state is SeatState.ASSIGNED]
    there += go_on(stuck, actor=actor, now=now)
    left = tell(action=Action.RELEASE, seats=there, actor=actor, now=now)
    gone = [seat for seat in seats if seat.state is SeatState.FAILED] + left
    remove_seats(seat_ids=[seat.pk for seat in gone])
    return {seat.user_id for seat in seats if seat.state is not SeatState.RELEASING}


def _leaves(seat: Seat) -> bool:
    return seat.state in (SeatState.RELEASING, SeatState.STUCK)


def _people(user_ids: Sequence[int]) -> list[int]:
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        raise SeatInput(
            "seat_people_missing",
            "Nobody is chosen.",
            field="people",
            next_step="Choose at least one person.",
        )
    if len(wanted) > PEOPLE_MAX:
        raise SeatInput(
            "seat_people_too_many",
            "{count} people are too many at once; {most} are possible.",
            field="people",
            next_step="Choose fewer people.",
            count=len(wanted),
            most=PEOPLE_MAX,
        )
    return wanted


def _members(account: Account, user_ids: Sequence[int]) -> QuerySet[Membership]:
    return Membership.objects.filter(account=account, user_id__in=user_ids, user__is_active=True)


def _require_members(account: Account, user_ids: Sequence[int]) -> None:
    there = _members(account, user_ids).count()
    if there < len(user_ids):
        raise SeatsRefused(
            "seat_person_not_there",
            "{count} of the people chosen do not work for {object} or are disabled.",
            object=account.name,
            next_step="Look at the list of users again.",
            count=len(user_ids) - there,
        )


def _record(
    account: Account,
    resource: Resource,
    action: str,
    people: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    batches = [people[first : first + NAMED_MAX] for first in range(0, len(people), NAMED_MAX)]
    record_all(
        entries=[
            Entry(
                action=action,
                object_kind="account",
                object_id=account.pk,
                object_label=account.name,
                tenant_id=account.tenant_id,
                after={
                    "resource": resource.pk,
                    "service": resource.name,
                    "count": len(batch),
                    "people": list(batch),
                },
            )
            for batch in batches
        ],
        actor=actor,
        now=now,
    )
