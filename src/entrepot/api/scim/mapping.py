"""Between SCIM's users and groups and ours."""

from typing import Any

from scim2_models import Context, InvalidValueException, Meta, Reference

from entrepot.api.scim.resources import Group, GroupOfUser, Member, User
from entrepot.domain.identity.commands.directory import Said
from entrepot.domain.identity.commands.groups import GroupFacts
from entrepot.domain.identity.directory import GroupEntry, PersonEntry

_OURS = ("schemas", "id", "meta", "groups", "externalId")
_EXTERNAL_MAX = 255


def user_of(entry: PersonEntry, *, base: str) -> User:
    """Return a person as a SCIM user."""
    content = dict(entry.said)
    if "active" in content or not entry.is_active:
        content["active"] = entry.is_active
    if str(content.get("userName", "")).lower() != entry.login:
        content["userName"] = entry.login
    user = User.model_validate(content)
    user.id = str(entry.id)
    user.external_id = entry.external_id or None
    user.groups = [
        GroupOfUser(value=str(number), ref=Reference(f"{base}/Groups/{number}"), display=name)
        for number, name in entry.groups
    ] or None
    user.meta = _meta("User", entry, f"{base}/Users/{entry.id}")
    return user


def said_of(user: User) -> Said:
    """Return what a SCIM user says, as our commands take it."""
    content = user.model_dump(scim_ctx=Context.DEFAULT)
    for ours in _OURS:
        content.pop(ours, None)
    name = user.name
    given = " ".join(part for part in (name.given_name, name.family_name) if part) if name else ""
    return Said(
        login=user.user_name or "",
        display_name=user.display_name or (name.formatted if name else "") or given,
        email=_first(user.emails),
        phone=_first(user.phone_numbers),
        language=user.preferred_language or "",
        timezone=user.timezone or "",
        is_active=user.active is not False,
        external_id=_external(user.external_id),
        content=content,
    )


def group_of(entry: GroupEntry, *, base: str) -> Group:
    """Return a group as a SCIM group."""
    return Group(
        id=str(entry.id),
        external_id=entry.external_id or None,
        display_name=entry.name,
        members=[
            Member(value=str(number), ref=Reference(f"{base}/Users/{number}"))
            for number in entry.members
        ]
        or None,
        meta=_meta("Group", entry, f"{base}/Groups/{entry.id}"),
    )


def facts_of(group: Group) -> GroupFacts:
    """Return what a SCIM group says, as our commands take it; an id that is no number is nobody's: 0."""
    return GroupFacts(
        name=group.display_name or "",
        external_id=_external(group.external_id),
        members=frozenset(_number(one.value or "") for one in group.members or ()),
    )


def version_of(entry: PersonEntry | GroupEntry) -> str:
    """Return the mark of an entry's state, as ETag and meta.version carry it."""
    return f'W/"{entry.version}"'


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _external(text: str | None) -> str:
    if text and len(text) > _EXTERNAL_MAX:
        raise InvalidValueException(detail=f"externalId has {_EXTERNAL_MAX} characters at most.")
    return text or ""


def _first(values: Any) -> str:
    """Return the primary value, else the first one."""
    chosen = sorted(values or (), key=lambda one: not one.primary)
    return str(chosen[0].value or "") if chosen else ""


def _meta(kind: str, entry: PersonEntry | GroupEntry, location: str) -> Meta:
    return Meta(
        resource_type=kind,
        created=entry.made_at,
        last_modified=entry.changed_at,
        location=location,
        version=version_of(entry),
    )
