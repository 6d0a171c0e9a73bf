"""Reads of the roles that an account has made itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Membership, OwnRole
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.ids import NUMBER_MAX

ROLES_MAX = 200


@dataclass(frozen=True, slots=True)
class OwnRoleRow:
    """A role of the viewer's account: levels by privilege, and how many people have it."""

    id: int
    name: str
    levels: Mapping[str, int]
    version: int
    people: int


def own_roles(viewer: Viewer) -> tuple[OwnRoleRow, ...]:
    """List the roles of the viewer's account by name, at most 200. Two statements."""
    rows = visible(viewer, OwnRole).filter(account_id=viewer.account_id)
    found = list(rows.order_by("name", "id")[:ROLES_MAX])
    counts = dict(
        Membership.objects.filter(own_role_id__in=[row.pk for row in found])
        .values_list("own_role_id")
        .annotate(Count("id"))
    )
    return tuple(
        OwnRoleRow(row.pk, row.name, row.levels, row.version, counts.get(row.pk, 0))
        for row in found
    )


def own_role(viewer: Viewer, *, role_id: int) -> OwnRoleRow:
    """Give one role of the viewer's account. Raises: NoSuchObject."""
    rows = visible(viewer, OwnRole).filter(account_id=viewer.account_id, pk=role_id)
    row = rows.first() if 0 < role_id <= NUMBER_MAX else None
    if row is None:
        raise NoSuchObject(object="role")
    people = Membership.objects.filter(own_role=row).count()
    return OwnRoleRow(row.pk, row.name, row.levels, row.version, people)
