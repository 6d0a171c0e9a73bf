"""Groups of SCIM."""

from typing import Any

from scim2_models import PatchOp

from entrepot.api.scim.filters import exactly, matching
from entrepot.api.scim.mapping import facts_of, group_of
from entrepot.api.scim.request import ScimRequest
from entrepot.api.scim.resources import Group
from entrepot.domain.identity.commands.groups import delete_group, save_group
from entrepot.domain.identity.directory import group_of_directory, groups_of_directory
from entrepot.domain.parties.errors import NoSuchObject

MODEL = Group
PATCH = PatchOp[Group]


def found(asked: ScimRequest, wanted: Any, start: int, count: int) -> tuple[list[Group], int]:
    """Return a page of groups, and how many there are."""
    attribute, value = exactly(wanted)
    if wanted is not None and attribute != "displayname":
        return matching(wanted, lambda a, n: _read(asked, a, n), start=start, count=count)
    if attribute and not value:
        return [], 0
    return _read(asked, start, count, name=value)


def one(asked: ScimRequest, number: str) -> Group:
    """Return one group. Raises: NoSuchObject."""
    if not number.isascii() or not number.isdigit() or len(number) > 19:
        raise NoSuchObject(object="group")
    entry = group_of_directory(account_id=asked.account_id, group_id=int(number))
    return group_of(entry, base=asked.base)


def add(asked: ScimRequest, given: Group) -> Group:
    """Make a group. Raises: DomainError."""
    number = save_group(
        asked.directory,
        facts_of(given),
        group_id=None,
        version=1,
        actor=asked.actor,
        now=asked.now,
    )
    return one(asked, str(number))


def store(asked: ScimRequest, present: Group, changed: Group) -> Group:
    """Store what has changed. Raises: DomainError."""
    entry = group_of_directory(account_id=asked.account_id, group_id=int(present.id or 0))
    save_group(
        asked.directory,
        facts_of(changed),
        group_id=entry.id,
        version=entry.version,
        actor=asked.actor,
        now=asked.now,
    )
    return one(asked, str(entry.id))


def remove(asked: ScimRequest, present: Group) -> None:
    """Delete a group. Raises: DomainError."""
    delete_group(asked.directory, group_id=int(present.id or 0), actor=asked.actor, now=asked.now)


def _read(asked: ScimRequest, start: int, count: int, name: str = "") -> tuple[list[Group], int]:
    entries, total = groups_of_directory(
        account_id=asked.account_id, start=start, count=count, name=name
    )
    return [group_of(entry, base=asked.base) for entry in entries], total
