"""Users of SCIM: people whom the directory keeps."""

from typing import Any

from scim2_models import PatchOp

from entrepot.api.scim.filters import exactly, matching
from entrepot.api.scim.mapping import said_of, user_of
from entrepot.api.scim.request import ScimRequest
from entrepot.api.scim.resources import User
from entrepot.domain.identity.commands.directory import (
    add_directory_person,
    change_directory_person,
    delete_directory_person,
)
from entrepot.domain.identity.directory import people_of_directory, person_of_directory
from entrepot.domain.parties.errors import NoSuchObject

MODEL = User
PATCH = PatchOp[User]


def found(asked: ScimRequest, wanted: Any, start: int, count: int) -> tuple[list[User], int]:
    """Return a page of users, and how many there are."""
    narrowed = {"username": "login", "externalid": "external_id"}
    attribute, value = exactly(wanted)
    if wanted is not None and attribute not in narrowed:
        return matching(wanted, lambda a, n: _read(asked, a, n), start=start, count=count)
    by = {narrowed[attribute]: value} if attribute else {}
    if attribute and not value:
        return [], 0
    return _read(asked, start, count, **by)


def one(asked: ScimRequest, number: str) -> User:
    """Return one user. Raises: NoSuchObject."""
    if not number.isascii() or not number.isdigit() or len(number) > 19:
        raise NoSuchObject(object="user")
    entry = person_of_directory(account_id=asked.account_id, user_id=int(number))
    return user_of(entry, base=asked.base)


def add(asked: ScimRequest, given: User) -> User:
    """Create a user. Raises: DomainError."""
    number = add_directory_person(asked.directory, said_of(given), actor=asked.actor, now=asked.now)
    return one(asked, str(number))


def store(asked: ScimRequest, present: User, changed: User) -> User:
    """Store what has changed. Raises: DomainError."""
    entry = person_of_directory(account_id=asked.account_id, user_id=int(present.id or 0))
    change_directory_person(
        asked.directory,
        entry.id,
        said_of(changed),
        version=entry.version,
        actor=asked.actor,
        now=asked.now,
    )
    return one(asked, str(entry.id))


def remove(asked: ScimRequest, present: User) -> None:
    """Delete a user. Raises: DomainError."""
    delete_directory_person(asked.directory, int(present.id or 0), actor=asked.actor, now=asked.now)


def _read(asked: ScimRequest, start: int, count: int, **by: str) -> tuple[list[User], int]:
    entries, total = people_of_directory(
        account_id=asked.account_id, start=start, count=count, **by
    )
    return [user_of(entry, base=asked.base) for entry in entries], total
