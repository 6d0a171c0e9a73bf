"""What a directory says of people: created, changed, shut out and deleted by the commands of the screens."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from entrepot.domain.identity.commands.tokens import Directory
from entrepot.domain.identity.errors import DirectoryConflict, DirectoryRefused
from entrepot.domain.identity.models import Portal
from entrepot.domain.identity.models_directory import DirectoryPerson
from entrepot.domain.parties.commands import (
    NewPerson,
    add_people,
    delete_person,
    disable_person,
    enable_person,
)
from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import (
    LANGUAGES,
    clean_email,
    clean_login,
    clean_name,
    clean_timezone,
    sort_key,
)
from entrepot.domain.parties.phones import clean_phone
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.walls import everywhere
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

PEOPLE_MAX = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One person in a directory's words: `content` is kept as it is, the rest is taken over as far as it is usable."""

    login: str
    display_name: str
    email: str
    phone: str
    language: str
    timezone: str
    is_active: bool
    external_id: str
    content: Mapping[str, Any]


def add_directory_person(directory: Directory, said: Said, *, actor: Actor, now: datetime) -> int:
    """Create a person whom a directory keeps, with the least role; return the user's id.

    Who came through a portal of the same account under this login is the same person from now on. Nobody else is taken
    over. With a switched-on portal the person signs in there; else gets an activation link by mail. Raises:
    PartyInput; PartyConflict `login_taken`; DirectoryRefused `directory_held`; PartyRefused.
    """
    _require_at_work(directory)
    account_id = directory.viewer.account_id
    outside = Portal.objects.filter(account_id=account_id, is_on=True).exists()
    with transaction.atomic():
        known = _known_by_portal(account_id, clean_login(said.login))
        if known is None:
            person = NewPerson(
                role=_least(directory),
                kept_by=directory.name,
                signs_in_outside=outside,
                **_taken(said, country=_country(account_id)),
            )
            number = add_people(
                account_id=account_id,
                people=[person],
                actor=actor,
                now=now,
                invites=not outside and said.is_active,
            )[0]
        else:
            number = known
        DirectoryPerson.objects.create(
            user_id=number,
            account_id=account_id,
            external_id=said.external_id,
            said=dict(said.content),
            made_at=now,
            changed_at=now,
        )
        if known is not None:
            User.objects.filter(pk=number).update(kept_by=directory.name)
            _refresh(directory, number, said, actor=actor, now=now)
        _set_active(directory, number, is_active=said.is_active, actor=actor, now=now)
    return number


def change_directory_person(
    directory: Directory, user_id: int, said: Said, *, version: int, actor: Actor, now: datetime
) -> None:
    """Take over what a directory says now. Raises: NoSuchObject; PartyInput; PartyConflict; DirectoryConflict."""
    _require_at_work(directory)
    with transaction.atomic():
        row = locked_person(directory, user_id)
        if row.version != version:
            raise DirectoryConflict(
                "directory_changed_meanwhile",
                "This entry was changed meanwhile.",
                next_step="Read it again.",
            )
        DirectoryPerson.objects.filter(pk=row.pk).update(
            said=dict(said.content),
            external_id=said.external_id,
            version=version + 1,
            changed_at=now,
        )
        _refresh(directory, user_id, said, actor=actor, now=now)
        _set_active(directory, user_id, is_active=said.is_active, actor=actor, now=now)


def delete_directory_person(
    directory: Directory, user_id: int, *, actor: Actor, now: datetime
) -> None:
    """Delete a person as a screen does. Raises: NoSuchObject; what `delete_person` raises."""
    _require_at_work(directory)
    with transaction.atomic():
        locked_person(directory, user_id)
        account_id = directory.viewer.account_id
        delete_person(
            directory.viewer, account_id=account_id, user_id=user_id, actor=actor, now=now
        )


def locked_person(directory: Directory, user_id: int) -> DirectoryPerson:
    """Find a person of a directory's account and lock the row. Raises: NoSuchObject."""
    rows = DirectoryPerson.objects.select_for_update(of=("self",))
    found = (
        rows.filter(pk=user_id, account_id=directory.viewer.account_id).first()
        if 0 < user_id <= NUMBER_MAX
        else None
    )
    if found is None:
        raise NoSuchObject(object="user")
    return found


def _require_at_work(directory: Directory) -> None:
    if not directory.viewer.can(Capability.ADMINISTER_USERS):
        raise DirectoryRefused(
            "directory_held",
            "{account} is on hold; its people are only read.",
            next_step="Try again when the hold is released.",
            account=directory.viewer.account_name,
        )


def _known_by_portal(account_id: int, login: str) -> int | None:
    rows = Membership.objects.filter(
        account_id=account_id, user__login=login, user__signs_in_outside=True
    )
    found = rows.values_list("user_id", flat=True).first()
    taken = DirectoryPerson.objects.filter(pk=found or 0).exists()
    return None if taken else found


def _least(directory: Directory) -> RoleCode:
    is_customer = directory.viewer.account_kind is AccountKind.CUSTOMER
    return RoleCode.USER if is_customer else RoleCode.READ_ONLY


def _country(account_id: int) -> str:
    return Account.objects.values_list("country", flat=True).get(pk=account_id)


def _taken(said: Said, *, country: str) -> dict[str, Any]:
    """Return what is usable: a login is needed, of the rest what can be stored."""
    login = clean_login(said.login)
    taken: dict[str, Any] = {"login": login, "display_name": login[:150]}
    with suppress(PartyInput):
        taken["display_name"] = clean_name(said.display_name, field="display_name", length_max=150)
    with suppress(PartyInput):
        taken["email"] = clean_email(said.email)
    with suppress(PartyInput):
        taken["phone"] = clean_phone(said.phone, country=country)
    with suppress(PartyInput):
        taken["timezone"] = clean_timezone(said.timezone)
    if said.language[:2].lower() in LANGUAGES:
        taken["language"] = said.language[:2].lower()
    return taken


def _refresh(
    directory: Directory, user_id: int, said: Said, *, actor: Actor, now: datetime
) -> None:
    user = User.objects.select_for_update().get(pk=user_id)
    wanted = {
        "email": "",
        "phone": "",
        **_taken(said, country=_country(directory.viewer.account_id)),
    }
    changed = {key: text for key, text in wanted.items() if getattr(user, key) != text}
    if not changed:
        return
    before = {key: getattr(user, key) for key in changed}
    names = {"username": f"{user.realm}/{wanted['login']}"} if "login" in changed else {}
    try:
        with transaction.atomic():
            User.objects.filter(pk=user_id).update(**changed, **names, version=user.version + 1)
    except IntegrityError as race:
        raise PartyConflict(
            "login_taken",
            "Somebody already signs in as {login}.",
            field="login",
            next_step="Choose another login name.",
            login=wanted["login"],
        ) from race
    if "display_name" in changed:
        key = sort_key(changed["display_name"])
        with everywhere():
            Membership.objects.filter(user=user).update(name_key=key)
    record(
        actor=actor,
        now=now,
        action="user_refreshed",
        object_kind="user",
        object_id=user_id,
        object_label=user.display_name,
        tenant_id=directory.viewer.tenant_id,
        before=before,
        after=changed,
    )


def _set_active(
    directory: Directory, user_id: int, *, is_active: bool, actor: Actor, now: datetime
) -> None:
    command = enable_person if is_active else disable_person
    account_id = directory.viewer.account_id
    command(directory.viewer, account_id=account_id, user_id=user_id, actor=actor, now=now)
