"""What supplies a resource: its own items, then those of composite resources that hold it, with their free units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from entrepot.domain.catalog.models import Resource
from entrepot.domain.seats.errors import SeatInput, SeatsRefused
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.seats"


@dataclass(frozen=True, slots=True)
class Supply:
    """The free units of one item that can supply a resource."""

    item_id: int
    subscription_id: int
    resource_id: int
    free: int


def handed_out(*, resource_id: int) -> Resource:
    """Give a resource of which people can have units. Raises: SeatInput `seat_service_unknown`."""
    found = Resource.objects.filter(pk=resource_id, is_measured=False).first()
    if found is None:
        raise SeatInput(
            "seat_service_unknown",
            "This service cannot be assigned to people.",
            field="service",
            next_step="Choose a service from the list.",
        )
    return found


def supply_of(*, account_id: int, resource_id: int, on_day: date) -> tuple[Supply, ...]:
    """Tell which items of an account supply a resource, with their free units: its own first, then composite ones."""
    holding = holding_resources(resource_id=resource_id)
    return free_units(account_id=account_id, holding=holding, on_day=on_day)


def free_units(*, account_id: int, holding: Sequence[int], on_day: date) -> tuple[Supply, ...]:
    """Do the same for resources that are known to supply what is needed, in their order."""
    with connection.cursor() as cursor:
        rows = statement(_PACKAGE, "free_units").rows(
            cursor, account_id=account_id, resource_ids=list(holding), on_day=on_day
        )
    return tuple(Supply(item, sub, res, max(int(free), 0)) for item, sub, res, free in rows)


def holding_resources(*, resource_id: int) -> list[int]:
    """Give a resource and all composite ones that hold it, itself first."""
    with connection.cursor() as cursor:
        rows = statement(_PACKAGE, "holding_resources").rows(cursor, resource_id=resource_id)
    return [number for (number,) in rows]


def require_units(*, resource: Resource, supply: Sequence[Supply], wanted: int) -> None:
    """Refuse to hand out more units than are free. Raises: SeatsRefused `seats_missing` with how many are short."""
    short = wanted - sum(one.free for one in supply)
    if short > 0:
        raise SeatsRefused(
            "seats_missing",
            "{count} more units of {object} are needed.",
            object=resource.name,
            next_step="Buy them, choose fewer people, or take units from somebody.",
            count=short,
        )
