"""Reads of what directories keep: people and groups of one account, for SCIM and for screens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from entrepot.domain.identity.models_directory import (
    DirectoryGroup,
    DirectoryMember,
    DirectoryPerson,
    DirectoryToken,
)
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.people import RoleChoice
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.ids import NUMBER_MAX

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as a directory reads it back; `said` in SCIM's words, `login` and `is_active` as they are here."""

    id: int
    said: Mapping[str, Any]
    login: str
    is_active: bool
    external_id: str
    version: int
    made_at: datetime
    changed_at: datetime
    groups: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A group as a directory reads it back; `members` are ids of people."""

    id: int
    name: str
    external_id: str
    version: int
    made_at: datetime
    changed_at: datetime
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token in the list of its account."""

    id: int
    name: str
    prefix: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the list of its account: how many people are in it, and the role that it gives."""

    id: int
    name: str
    people: int
    role: RoleChoice | None


def people_of_directory(
    *, account_id: int, start: int, count: int, login: str = "", external_id: str = ""
) -> tuple[list[PersonEntry], int]:
    """Return people of an account by id from the `start`-th on (from 0), at most `count`, and how many there are.

    `login` and `external_id` narrow to those who have exactly these.
    """
    rows = DirectoryPerson.objects.filter(account_id=account_id)
    if login:
        rows = rows.filter(user__login=login.lower())
    if external_id:
        rows = rows.filter(external_id=external_id)
    return _people(rows.order_by("pk")[start : start + count]), rows.count()


def person_of_directory(*, account_id: int, user_id: int) -> PersonEntry:
    """Return one person of an account. Raises: NoSuchObject."""
    rows = DirectoryPerson.objects.filter(account_id=account_id, pk=user_id)
    found = _people(rows) if 0 < user_id <= NUMBER_MAX else []
    if not found:
        raise NoSuchObject(object="user")
    return found[0]


def groups_of_directory(
    *, account_id: int, start: int, count: int, name: str = ""
) -> tuple[list[GroupEntry], int]:
    """Return groups of an account by id from the `start`-th on (from 0), at most `count`, and how many there are."""
    rows = DirectoryGroup.objects.filter(account_id=account_id)
    if name:
        rows = rows.filter(name__iexact=name)
    return _groups(rows.order_by("pk")[start : start + count]), rows.count()


def group_of_directory(*, account_id: int, group_id: int) -> GroupEntry:
    """Return one group of an account. Raises: NoSuchObject."""
    rows = DirectoryGroup.objects.filter(account_id=account_id, pk=group_id)
    found = _groups(rows) if 0 < group_id <= NUMBER_MAX else []
    if not found:
        raise NoSuchObject(object="group")
    return found[0]


def list_tokens(viewer: Viewer) -> tuple[TokenRow, ...]:
    """List the tokens of the viewer's account, the newest first."""
    rows = visible(viewer, DirectoryToken).order_by("-id")[:ROWS_MAX]
    return tuple(
        TokenRow(
            one.pk,
            one.name,
            one.prefix,
            one.made_by,
            one.made_at,
            one.expires_at,
            one.used_at,
            one.revoked_at,
        )
        for one in rows
    )


def list_groups(viewer: Viewer) -> tuple[GroupRow, ...]:
    """List the groups of the viewer's account by name, at most 200."""
    rows = visible(viewer, DirectoryGroup).select_related("own_role")
    found = rows.annotate(people=Count("members")).order_by("name", "pk")[:ROWS_MAX]
    return tuple(
        GroupRow(
            one.pk,
            one.name,
            one.people,
            None
            if one.role is None
            else RoleChoice(one.role, one.own_role_id, one.own_role.name if one.own_role else ""),
        )
        for one in found
    )


def _people(rows: QuerySet[DirectoryPerson]) -> list[PersonEntry]:
    found = list(rows.select_related("user"))
    groups: dict[int, list[tuple[int, str]]] = {}
    members = DirectoryMember.objects.filter(person__in=[one.pk for one in found])
    for person_id, group_id, name in members.order_by("group_id").values_list(
        "person_id", "group_id", "group__name"
    ):
        groups.setdefault(person_id, []).append((group_id, name))
    return [
        PersonEntry(
            id=one.pk,
            said=one.said,
            login=one.user.login,
            is_active=one.user.is_active,
            external_id=one.external_id,
            version=one.version,
            made_at=one.made_at,
            changed_at=one.changed_at,
            groups=tuple(groups.get(one.pk, ())),
        )
        for one in found
    ]


def _groups(rows: QuerySet[DirectoryGroup]) -> list[GroupEntry]:
    found: Sequence[DirectoryGroup] = list(rows)
    members: dict[int, list[int]] = {}
    inside = DirectoryMember.objects.filter(group__in=[one.pk for one in found])
    rows_of = inside.order_by("person_id").values_list("group_id", "person_id")
    for group_id, person_id in rows_of:
        members.setdefault(group_id, []).append(person_id)
    return [
        GroupEntry(
            id=one.pk,
            name=one.name,
            external_id=one.external_id,
            version=one.version,
            made_at=one.made_at,
            changed_at=one.changed_at,
            members=tuple(members.get(one.pk, ())),
        )
        for one in found
    ]
