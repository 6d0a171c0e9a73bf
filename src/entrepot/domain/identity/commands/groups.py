"""Groups of a directory: who is in them, and the role that they give."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from entrepot.domain.identity.commands.tokens import Directory
from entrepot.domain.identity.errors import DirectoryConflict, DirectoryInput
from entrepot.domain.identity.models_directory import (
    DirectoryGroup,
    DirectoryMember,
    DirectoryPerson,
)
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.commands import give_role, require_in_person, require_may_give
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership
from entrepot.domain.parties.names import clean_name
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

MEMBERS_MAX = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What a directory says of a group; `members` are ids of people whom it keeps."""

    name: str
    external_id: str
    members: frozenset[int]


def save_group(
    directory: Directory,
    facts: GroupFacts,
    *,
    group_id: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Make a group, or replace one; return its id. Who comes in gets its role, who leaves loses it.

    Raises: NoSuchObject; PartyInput; DirectoryInput `group_member_unknown`; DirectoryConflict `group_name_taken`,
    `directory_changed_meanwhile`; what `give_role` raises.
    """
    name = clean_name(facts.name, field="displayName")
    account_id = directory.viewer.account_id
    with transaction.atomic():
        # One change of groups at a time, so that roles follow from what is stored.
        Account.objects.select_for_update(no_key=True).get(pk=account_id)
        _require_known(account_id, facts.members)
        try:
            with transaction.atomic():
                group = _stored(account_id, group_id, version, name, facts, now)
        except IntegrityError as race:
            raise DirectoryConflict(
                "group_name_taken",
                "There is a group {object} already.",
                object=name,
                next_step="Choose another name.",
            ) from race
        had = set(DirectoryMember.objects.filter(group=group).values_list("person_id", flat=True))
        DirectoryMember.objects.filter(group=group, person_id__in=had - facts.members).delete()
        DirectoryMember.objects.bulk_create(
            [DirectoryMember(group=group, person_id=one) for one in facts.members - had],
            batch_size=2_000,
        )
        moved = had ^ facts.members
        _record(group, directory.viewer.tenant_id, "group_saved", actor, now, people=len(moved))
        if group.role is not None:
            _follow(directory.viewer, moved, left_role=group.role, actor=actor, now=now)
    return group.pk


def delete_group(directory: Directory, *, group_id: int, actor: Actor, now: datetime) -> None:
    """Delete a group; who was in it loses its role. Raises: NoSuchObject; what `give_role` raises."""
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=directory.viewer.account_id)
        group = find_group(directory.viewer.account_id, group_id)
        people = set(
            DirectoryMember.objects.filter(group=group).values_list("person_id", flat=True)
        )
        role, number = group.role, group.pk
        group.delete()
        group.pk = number
        _record(group, directory.viewer.tenant_id, "group_deleted", actor, now, people=len(people))
        if role is not None:
            _follow(directory.viewer, people, left_role=role, actor=actor, now=now)


def set_group_role(
    viewer: Viewer,
    *,
    group_id: int,
    role: RoleCode | None,
    own_role_id: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Have a group of the viewer's account give a role to who is in it and who comes; None for no role.

    Raises: NoSuchObject; PartyInput; PartyRefused `role_beyond_own`, `not_while_acting`, `last_administrator`.
    """
    require_in_person(viewer)
    own = own_role_id if role is RoleCode.OWN else None
    if role is not None:
        require_may_give(
            viewer,
            kind=viewer.account_kind,
            account_id=viewer.account_id,
            role=role,
            own_role_id=own,
        )
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
        if not visible(viewer, DirectoryGroup).filter(pk=group_id).exists():
            raise NoSuchObject(object="group")
        group = find_group(viewer.account_id, group_id)
        if (group.role, group.own_role_id) == (role, own):
            return
        before = group.role
        DirectoryGroup.objects.filter(pk=group.pk).update(role=role, own_role_id=own)
        people = set(
            DirectoryMember.objects.filter(group=group).values_list("person_id", flat=True)
        )
        _record(group, viewer.tenant_id, "group_role_set", actor, now, people=len(people))
        _follow(viewer, people, left_role=before, actor=actor, now=now)


def find_group(account_id: int, group_id: int) -> DirectoryGroup:
    """Return a group of an account. Raises: NoSuchObject."""
    rows = DirectoryGroup.objects.filter(account_id=account_id)
    found = rows.filter(pk=group_id).first() if 0 < group_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object="group")
    return found


def _stored(
    account_id: int,
    group_id: int | None,
    version: int,
    name: str,
    facts: GroupFacts,
    now: datetime,
) -> DirectoryGroup:
    if group_id is None:
        return DirectoryGroup.objects.create(
            account_id=account_id,
            name=name,
            external_id=facts.external_id,
            made_at=now,
            changed_at=now,
        )
    group = find_group(account_id, group_id)
    if group.version != version:
        raise DirectoryConflict(
            "directory_changed_meanwhile",
            "This entry was changed meanwhile.",
            next_step="Read it again.",
        )
    DirectoryGroup.objects.filter(pk=group.pk).update(
        name=name, external_id=facts.external_id, version=version + 1, changed_at=now
    )
    return group


def _require_known(account_id: int, members: Collection[int]) -> None:
    known = set(
        DirectoryPerson.objects.filter(account_id=account_id, pk__in=members).values_list(
            "pk", flat=True
        )
    )
    if unknown := sorted(set(members) - known):
        raise DirectoryInput(
            "group_member_unknown",
            "There is no user {number} here.",
            field="members",
            next_step="Create the user first.",
            number=unknown[0],
        )


def _follow(
    viewer: Viewer,
    people: Collection[int],
    *,
    left_role: RoleCode | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give people the role of their first group by name that has one; who has none left gets the least role."""
    rows = DirectoryMember.objects.filter(person_id__in=people, group__role__isnull=False)
    wanted: dict[int, tuple[RoleCode, int | None]] = {}
    for row in rows.select_related("group").order_by("group__name", "id"):
        if row.group.role is not None:
            wanted.setdefault(row.person_id, (row.group.role, row.group.own_role_id))
    is_customer = viewer.account_kind is AccountKind.CUSTOMER
    least = RoleCode.USER if is_customer else RoleCode.READ_ONLY
    present = dict(
        Membership.objects.filter(account_id=viewer.account_id, user_id__in=people).values_list(
            "user_id", "role"
        )
    )
    for user_id, role in present.items():
        if user_id not in wanted and role != left_role:
            continue
        chosen, own = wanted.get(user_id, (least, None))
        give_role(
            viewer,
            account_id=viewer.account_id,
            user_id=user_id,
            role=least if chosen is RoleCode.OWN and own is None else chosen,
            own_role_id=own,
            actor=actor,
            now=now,
        )


def _record(
    group: DirectoryGroup, tenant_id: int, action: str, actor: Actor, now: datetime, *, people: int
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="directory_group",
        object_id=group.pk,
        object_label=group.name,
        tenant_id=tenant_id,
        after={"name": group.name, "people": people},
    )
