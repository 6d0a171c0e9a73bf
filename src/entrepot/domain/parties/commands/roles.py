"""Own roles of an account: made, changed and removed by its administrators."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput, PartyRefused
from entrepot.domain.parties.models import Account, Membership, OwnRole
from entrepot.domain.parties.names import clean_name
from entrepot.domain.parties.roles import Level, capabilities_at, levels_offered
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

ROLE_NAME_MAX = 80


def add_own_role(
    viewer: Viewer, *, name: str, levels: Mapping[str, int], actor: Actor, now: datetime
) -> int:
    """Make a role of the viewer's account; `levels` are by the value of their `Privilege`, missing ones are disabled.

    Nobody makes a role that may do more than they may. Raises: PartyInput `role_unusable`; PartyConflict
    `role_name_taken`; PartyRefused `role_beyond_own`.
    """
    wanted = _cleaned(viewer, name=name, levels=levels)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=viewer.account_id)
        _require_free(account, name=wanted[0])
        role = OwnRole.objects.create(account=account, name=wanted[0], levels=wanted[1])
        _record(role, account, action="role_added", actor=actor, now=now)
    return role.pk


def change_own_role(
    viewer: Viewer,
    *,
    role_id: int,
    version: int,
    name: str,
    levels: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> None:
    """Change a role of the viewer's account; it holds for its people from their next request on.

    Raises: NoSuchObject; PartyInput, PartyConflict, PartyRefused as `add_own_role`; PartyConflict `changed_meanwhile`.
    """
    wanted = _cleaned(viewer, name=name, levels=levels)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=viewer.account_id)
        role = _own(viewer, role_id)
        if role.version != version:
            raise PartyConflict(
                "changed_meanwhile",
                "{object} was changed by somebody else meanwhile.",
                object=role.name,
                next_step="Look at the new values and change them again.",
            )
        _require_within(viewer, role.levels)
        if (role.name, role.levels) == wanted:
            return
        _require_free(account, name=wanted[0], but=role.pk)
        before = {"name": role.name, **role.levels}
        role.name, role.levels = wanted
        OwnRole.objects.filter(pk=role.pk).update(
            name=role.name, levels=role.levels, version=version + 1
        )
        _record(role, account, action="role_changed", actor=actor, now=now, before=before)


def remove_own_role(viewer: Viewer, *, role_id: int, actor: Actor, now: datetime) -> None:
    """Remove a role that nobody has. Raises: NoSuchObject; PartyRefused `role_in_use`."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=viewer.account_id)
        role = _own(viewer, role_id)
        people = Membership.objects.filter(own_role=role).count()
        if people:
            raise PartyRefused(
                "role_in_use",
                "The role {object} is still given, to {count}.",
                object=role.name,
                next_step="Give them another role first.",
                count=people,
            )
        OwnRole.objects.filter(pk=role.pk).delete()
        _record(role, account, action="role_removed", actor=actor, now=now)


def _own(viewer: Viewer, role_id: int) -> OwnRole:
    """Roles of accounts below are seen from above, and changed by their own people only."""
    rows = visible(viewer, OwnRole).filter(pk=role_id, account_id=viewer.account_id)
    found = rows.first() if 0 < role_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object="role")
    return found


def _cleaned(viewer: Viewer, *, name: str, levels: Mapping[str, int]) -> tuple[str, dict[str, int]]:
    offered = {one.value: marks for one, marks in levels_offered(viewer.account_kind).items()}
    chosen = {key: level for key, level in levels.items() if level != Level.DISABLED}
    if not chosen or any(level not in offered.get(key, ()) for key, level in chosen.items()):
        raise PartyInput(
            "role_unusable",
            "A role needs a level for at least one privilege, and only levels that are offered.",
            field="levels",
            next_step="Choose a level from the list.",
        )
    _require_within(viewer, chosen)
    return clean_name(name, field="name", length_max=ROLE_NAME_MAX), chosen


def _require_within(viewer: Viewer, levels: Mapping[str, int]) -> None:
    beyond = capabilities_at(kind=viewer.account_kind, levels=levels) - viewer.capabilities
    if beyond:
        raise PartyRefused(
            "role_beyond_own",
            "This role may do more than you may.",
            next_step="Ask somebody who has these privileges.",
        )


def _require_free(account: Account, *, name: str, but: int = 0) -> None:
    taken = OwnRole.objects.filter(account=account, name__iexact=name).exclude(pk=but)
    if taken.exists():
        raise PartyConflict(
            "role_name_taken",
            "There is a role {object} already.",
            object=name,
            field="name",
            next_step="Choose another name.",
        )


def _record(
    role: OwnRole,
    account: Account,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    before: Mapping[str, str | int] | None = None,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="role",
        object_id=role.pk,
        object_label=role.name,
        tenant_id=account.tenant_id,
        before=before,
        after={"account": account.pk, "name": role.name, **role.levels},
    )
