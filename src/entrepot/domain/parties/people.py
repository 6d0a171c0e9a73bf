"""Reads of the people of one account: lists in pages, one person, what happened to them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, RoleCode, UserState
from entrepot.domain.parties.models import Membership, OwnRole, User
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.queries import LIMIT_MAX
from entrepot.domain.parties.roles import ROLES_OF, capabilities_of
from entrepot.domain.parties.user_states import in_state, state_of
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.parties.walls import everywhere
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.db import lookups as _lookups  # noqa: F401 - registers `begins`
from entrepot.kernel.ids import NUMBER_MAX, IdError, IdKind, parse_id

COUNT_MAX = 10_000
TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that people of an account can have: a built-in one, or one that the account has made (`name`)."""

    code: RoleCode
    own_role_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of people is narrowed to. `text` begins the name, a word of it, the login, or the mail address."""

    text: str = ""
    state: UserState | None = None
    role: RoleChoice | None = None


@dataclass(frozen=True, slots=True)
class PersonKey:
    """The place of a row in the order of names; a page starts after it."""

    name_key: str
    user_id: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of an account. `phone` is E.164, `role` what they are there."""

    id: int
    name: str
    login: str
    email: str
    phone: str
    role: RoleChoice
    state: UserState
    last_sign_in: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people by name; `after` leads to the next one, None on the last."""

    rows: tuple[PersonRow, ...]
    after: PersonKey | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """The facts of one person's page. `elsewhere`: works for other accounts too; `has_password`: has set one.

    `kept_by` names the portal or directory that keeps name, login, mail address and telephone number, if one does;
    who `signs_in_outside` has no password here.
    """

    row: PersonRow
    account_id: int
    account_name: str
    account_kind: AccountKind
    country: str
    realm: str
    language: str
    timezone: str
    joined: datetime
    version: int
    elsewhere: bool
    has_password: bool
    kept_by: str = ""
    signs_in_outside: bool = False


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One line of what happened to a person; `fields` names what was changed, `role` the role that was given."""

    at: datetime
    action: str
    by: str
    fields: tuple[str, ...]
    role: str


def list_people(
    viewer: Viewer,
    *,
    account_id: int,
    limit: int,
    now: datetime,
    wanted: Wanted | None = None,
    after: PersonKey | None = None,
) -> PeoplePage:
    """Return people of a visible account by name, at most 200 a page; nobody for an account that is not visible."""
    rows = narrowed(viewer, account_id=account_id, wanted=wanted or Wanted(), now=now)
    if after is not None:
        rows = rows.filter(
            Q(name_key__gte=after.name_key),
            Q(name_key__gt=after.name_key) | Q(user_id__gt=after.user_id),
        )
    size = min(limit, LIMIT_MAX)
    found = list(
        rows.select_related("user", "own_role").order_by("name_key", "user_id")[: size + 1]
    )
    page = found[:size]
    more = len(found) > size
    last = PersonKey(page[-1].name_key, page[-1].user_id) if more else None
    return PeoplePage(tuple(_row(one) for one in page), last)


def narrowed(
    viewer: Viewer, *, account_id: int, wanted: Wanted, now: datetime
) -> QuerySet[Membership]:
    """Return the memberships behind a list, each with its `state`; for packages that act on all that match."""
    rows = visible(viewer, Membership).filter(account_id=account_id)
    rows = rows.annotate(state=state_of(now=now, person="user__"))
    if wanted.state is not None:
        rows = rows.filter(in_state(wanted.state, now=now, person="user__"))
    if wanted.role is not None:
        rows = rows.filter(role=wanted.role.code, own_role_id=wanted.role.own_role_id)
    text = wanted.text.strip()[:TEXT_MAX].replace("\0", "")
    return rows.filter(named(text)) if text else rows


def count_people(viewer: Viewer, *, account_id: int) -> int:
    """Count the people of a visible account, exactly up to 10,000, else 10,001."""
    rows = visible(viewer, Membership).filter(account_id=account_id)
    return rows.values("id")[: COUNT_MAX + 1].count()


def count_wanted(
    viewer: Viewer, *, account_id: int, wanted: Wanted, now: datetime, limit: int
) -> int:
    """Count the people behind a list, exactly up to `limit`, else one more."""
    rows = narrowed(viewer, account_id=account_id, wanted=wanted, now=now)
    return rows.values("id")[: limit + 1].count()


def people_named(
    viewer: Viewer, *, account_id: int, ids: Sequence[int], now: datetime
) -> tuple[PersonRow, ...]:
    """Return the people with these ids in a visible account, by name, at most 200; others are left out."""
    rows = narrowed(viewer, account_id=account_id, wanted=Wanted(), now=now)
    found = rows.filter(user_id__in=list(ids)[:LIMIT_MAX]).select_related("user", "own_role")
    return tuple(_row(one) for one in found.order_by("name_key", "user_id"))


def person_key(viewer: Viewer, *, account_id: int, user_id: int) -> PersonKey | None:
    """Return the place of a person in the list of an account; None for nobody in it."""
    rows = visible(viewer, Membership).filter(account_id=account_id, user_id=user_id)
    found = rows.values_list("name_key", flat=True).first()
    return None if found is None else PersonKey(found, user_id)


def person_page(viewer: Viewer, *, account_id: int, user_id: int, now: datetime) -> PersonPage:
    """Return the facts of one person of a visible account. Raises: NoSuchObject."""
    rows = visible(viewer, Membership).filter(account_id=account_id, user_id=user_id)
    annotated = rows.annotate(state=state_of(now=now, person="user__"))
    found = (
        annotated.select_related("user", "own_role", "account").first()
        if 0 < user_id <= NUMBER_MAX and 0 < account_id <= NUMBER_MAX
        else None
    )
    if found is None:
        raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
    user, account = found.user, found.account
    with everywhere():
        elsewhere = Membership.objects.filter(user=user).exclude(pk=found.pk).exists()
    return PersonPage(
        row=_row(found),
        account_id=account.id,
        account_name=account.name,
        account_kind=account.kind,
        country=account.country,
        realm=user.realm,
        language=user.language,
        timezone=user.timezone,
        joined=user.date_joined,
        version=user.version,
        elsewhere=elsewhere,
        has_password=user.has_usable_password(),
        kept_by=user.kept_by,
        signs_in_outside=user.signs_in_outside,
    )


def acts_of_person(viewer: Viewer, *, user_id: int, limit: int) -> tuple[PersonAct, ...]:
    """Return the newest of what happened to a person whom the viewer sees, at most 200; nothing of others."""
    if not visible(viewer, User).filter(pk=user_id).exists():
        return ()
    rows = AuditEntry.objects.filter(object_kind="user", object_id=user_id)
    return tuple(
        PersonAct(
            at=row.at,
            action=row.action,
            by=row.actor_name,
            fields=tuple(row.before),
            role=str(row.after.get("role", "")),
        )
        for row in rows.order_by("-at", "-id")[: min(limit, LIMIT_MAX)]
    )


def roles_of(viewer: Viewer, *, account_id: int, kind: AccountKind) -> tuple[RoleChoice, ...]:
    """Return the roles that people of a visible account can have: the built-in ones, then its own by name."""
    return (*(RoleChoice(code) for code in ROLES_OF[kind]), *_own_roles(viewer, account_id))


def roles_to_give(viewer: Viewer, *, account_id: int, kind: AccountKind) -> tuple[RoleChoice, ...]:
    """Return the roles that the viewer may give to people of an account: none that may do more than the viewer."""
    own = _own_roles(viewer, account_id)
    return tuple(
        one
        for one in (*(RoleChoice(code) for code in ROLES_OF[kind]), *own)
        if capabilities_of(kind=kind, role=one.code, levels=own.get(one)) <= viewer.capabilities
    )


def _own_roles(viewer: Viewer, account_id: int) -> dict[RoleChoice, dict[str, int]]:
    rows = visible(viewer, OwnRole).filter(account_id=account_id).order_by("name")[:LIMIT_MAX]
    return {RoleChoice(RoleCode.OWN, row.pk, row.name): row.levels for row in rows}


def named(text: str) -> Q:
    """Tell whose rows a text finds: by the name or a word of it, the login, the mail address, or the number.

    For rows of one account that have `user_id` and `name_key`.
    """
    key = sort_key(text)
    match = Q(name_key__startswith=key) | Q(name_key__contains=f" {key}") if key else Q(pk__in=[])
    match |= Q(user_id__in=_called(text).values("id"))
    with suppress(IdError):
        match |= Q(user_id=parse_id(text, expected=IdKind.USER).number)
    return match


def words_named(text: str) -> Q:
    """Tell whose rows a search finds: each word of the text begins one of the name, or all of it the login or mail."""
    words = sort_key(text).split()
    by_name = Q(pk__in=[]) if not words else Q()
    for word in words:
        by_name &= Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
    return by_name | Q(user_id__in=_called(text).values("id"))


def _called(text: str) -> QuerySet[User]:
    """Find people of all accounts by the beginning of login or mail address: both have an index."""
    key = text.lower()
    return User.objects.filter(Q(login__begins=key) | Q(email_key__begins=key))


def _row(found: Any) -> PersonRow:
    own_name = "" if found.own_role is None else found.own_role.name
    return PersonRow(
        id=found.user_id,
        name=found.user.display_name,
        login=found.user.login,
        email=found.user.email,
        phone=found.user.phone,
        role=RoleChoice(found.role, found.own_role_id, own_name),
        state=UserState(found.state),
        last_sign_in=found.user.last_login,
        language=found.user.language,
    )
