"""What people see of assigned services: per account, per service and per person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from entrepot.domain.catalog.models import ResourcePart
from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.people import named
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat, SeatWait
from entrepot.domain.seats.supply import holding_resources
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind

SHELF_MAX = 200
_PACKAGE = "entrepot.domain.seats"


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A service that an account can hand out: units bought and given, and what the vendor says to be in use.

    `unit` holds texts by language. `given` counts every unit that is not free, with those that are `moving` or
    `failed`. `used` is None where the vendor does not tell. `subscription_id` is the first of the `subscriptions`.
    """

    resource_id: int
    name: str
    unit: Mapping[str, str]
    icon: str
    service: str
    bought: Decimal
    given: int
    moving: int
    failed: int
    waiting: int
    used: Decimal | None
    used_on: date | None
    subscriptions: int
    subscription_id: int | None

    @property
    def free(self) -> Decimal:
        """Tell how many units nobody has; negative where more were given than there are now."""
        return self.bought - self.given


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One page of what an account can hand out; `after` leads to the next one, None on the last."""

    rows: tuple[ShelfRow, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class PersonService:
    """A service that a person has or gets; `plan` and `subscription_id` are None while units are on order."""

    resource_id: int
    name: str
    icon: str
    plan: str
    subscription_id: int | None
    state: SeatState | None
    error: str
    since: datetime
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who has a unit of a service: of `resource` itself, or of a composite one that holds it."""

    seat_id: int
    user_id: int
    name: str
    login: str
    state: SeatState
    error: str
    resource: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class HolderPage:
    """One page of holders by name; `after` (a name's key and a seat) leads to the next one, None on the last."""

    rows: tuple[Holder, ...]
    after: tuple[str, int] | None


def shelf_of(
    viewer: Viewer, *, account_id: int, resource_id: int | None = None
) -> tuple[ShelfRow, ...]:
    """List what an account can hand out, by name, at most 200; or one of it. Two statements. Raises: NoSuchObject."""
    return shelf_page(viewer, account_id=account_id, resource_id=resource_id, limit=SHELF_MAX).rows


def shelf_page(
    viewer: Viewer,
    *,
    account_id: int,
    limit: int,
    resource_id: int | None = None,
    after: tuple[str, int] | None = None,
) -> ShelfPage:
    """List a page of it, at most 200 rows, behind a name in lower case and a number. Raises: NoSuchObject."""
    one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    size = min(limit, SHELF_MAX)
    name, number = after or (None, None)
    with connection.cursor() as cursor:
        found = statement(_PACKAGE, "shelf").rows(
            cursor,
            account_id=account_id,
            on_day=viewer.today,
            resource_id=resource_id,
            after_name=name,
            after_id=number,
            most=size + 1,
        )
    rows = tuple(
        ShelfRow(number, name, json.loads(unit), *facts)
        for number, name, unit, *facts, _key in found[:size]
    )
    more = len(found) > size
    return ShelfPage(rows, (str(found[size - 1][-1]), rows[-1].resource_id) if more else None)


def parts_on(rows: Sequence[ShelfRow]) -> dict[int, tuple[str, ...]]:
    """Name what composite services hold, by the composite one's id. One statement."""
    found: dict[int, list[str]] = {}
    parts = ResourcePart.objects.filter(whole_id__in=[row.resource_id for row in rows])
    for part in parts.select_related("part").order_by("part__name", "id"):
        found.setdefault(part.whole_id, []).append(part.part.name)
    return {number: tuple(names) for number, names in found.items()}


def suppliable(rows: Sequence[ShelfRow]) -> dict[int, str]:
    """Name the services that can be handed out from a shelf: those on it and those that composite ones hold."""
    found = {row.resource_id: row.name for row in rows}
    parts = ResourcePart.objects.filter(whole_id__in=list(found), part__is_measured=False)
    for part in parts.select_related("part"):
        found.setdefault(part.part_id, part.part.name)
    return dict(sorted(found.items(), key=lambda item: (item[1].casefold(), item[0])))


def services_of(viewer: Viewer, *, user_id: int, account_id: int) -> tuple[PersonService, ...]:
    """List what a person of an account has or gets, by name. Two statements."""
    seats = visible(viewer, Seat).filter(user_id=user_id, account_id=account_id)
    rows = [
        PersonService(
            seat.resource_id,
            seat.resource.name,
            seat.resource.service.icon,
            seat.subscription.plan_name,
            seat.subscription_id,
            seat.state,
            seat.error,
            seat.changed_at,
        )
        for seat in seats.select_related("resource__service", "subscription")
    ]
    waits = visible(viewer, SeatWait).filter(user_id=user_id, account_id=account_id)
    rows += [
        PersonService(
            wait.resource_id,
            wait.resource.name,
            wait.resource.service.icon,
            "",
            None,
            None,
            wait.error,
            wait.asked_at,
            wait.order_id,
        )
        for wait in waits.select_related("resource__service")
    ]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.resource_id)))


def own_services(*, user_id: int, account_id: int) -> tuple[PersonService, ...]:
    """List what somebody can use themselves: units that are handed out. One statement."""
    rows = Seat.objects.filter(
        user_id=user_id,
        account_id=account_id,
        state__in=[SeatState.ASSIGNED, SeatState.ASSIGNING],
    ).select_related("resource__service", "subscription")
    return tuple(
        PersonService(
            seat.resource_id,
            seat.resource.name,
            seat.resource.service.icon,
            seat.subscription.plan_name,
            seat.subscription_id,
            seat.state,
            "",
            seat.changed_at,
        )
        for seat in sorted(rows, key=lambda seat: (seat.resource.name.casefold(), seat.pk))
    )


def holders_of(
    viewer: Viewer,
    *,
    account_id: int,
    resource_ids: Sequence[int],
    limit: int,
    search: str = "",
    failed_only: bool = False,
    after: tuple[str, int] | None = None,
) -> HolderPage:
    """List who has units of one of some resources, by name and id. One statement."""
    rows = visible(viewer, Seat).filter(account_id=account_id, resource_id__in=resource_ids)
    if failed_only:
        rows = rows.filter(state__in=[SeatState.FAILED, SeatState.STUCK])
    if search:
        rows = rows.filter(named(search))
    if after is not None:
        name, number = after
        rows = rows.filter(Q(name_key__gte=name), Q(name_key__gt=name) | Q(pk__gt=number))
    found = list(rows.select_related("user", "resource").order_by("name_key", "pk")[: limit + 1])
    page = tuple(
        Holder(
            seat.pk,
            seat.user_id,
            seat.user.display_name,
            seat.user.login,
            seat.state,
            seat.error,
            seat.resource.name,
            seat.changed_at,
        )
        for seat in found[:limit]
    )
    last = found[limit - 1] if len(found) > limit else None
    return HolderPage(page, None if last is None else (last.name_key, last.pk))


def failed_people(*, account_id: int, resource_id: int) -> list[int]:
    """Give the people of an account for whom a vendor could not hand a service out or take it back. Two statements."""
    rows = Seat.objects.filter(
        account_id=account_id,
        resource_id__in=holding_resources(resource_id=resource_id),
        state__in=[SeatState.FAILED, SeatState.STUCK],
    )
    return list(dict.fromkeys(rows.order_by("id").values_list("user_id", flat=True)))


class SeatNames:
    """Tells who has the units of a subscription, before there are fewer of them."""

    def holders(self, *, subscription_id: int, resource_id: int) -> Sequence[str]:
        """Name who has a unit of the resource, one entry for each unit, by name."""
        rows = Seat.objects.filter(subscription_id=subscription_id, resource_id=resource_id)
        return list(
            rows.order_by("user__display_name", "pk").values_list("user__display_name", flat=True)
        )


SEAT_NAMES = SeatNames()
