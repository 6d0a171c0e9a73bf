"""Add people to an account: one, several, or many thousands with a handful of statements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyRefused
from entrepot.domain.parties.events import PeopleInvited
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct, AccountStatus, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import (
    clean_email,
    clean_language,
    clean_login,
    clean_name,
    clean_timezone,
    sort_key,
)
from entrepot.domain.parties.phones import clean_phone
from entrepot.domain.parties.realms import realm_of_account
from entrepot.infra.audit.recorder import Actor, Entry, record_all
from entrepot.infra.db.walls import beyond
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What is typed about somebody new. `email` is where notices go, and may be another one than the login or none.

    `kept_by` names the portal or directory that knows the person; who `signs_in_outside` gets no password here.
    """

    login: str
    display_name: str
    email: str = ""
    phone: str = ""
    role: RoleCode = RoleCode.USER
    own_role_id: int | None = None
    language: str = "en"
    timezone: str = "Europe/Berlin"
    kept_by: str = ""
    signs_in_outside: bool = False


def cleaned(person: NewPerson, *, country: str) -> NewPerson:
    """Return a person as it would be stored; `country` (two capitals) reads telephone numbers without a code.

    Raises: PartyInput with the name of the field.
    """
    return NewPerson(
        login=clean_login(person.login),
        display_name=clean_name(person.display_name, field="display_name", length_max=150),
        email=clean_email(person.email),
        phone=clean_phone(person.phone, country=country),
        role=person.role,
        own_role_id=person.own_role_id,
        language=clean_language(person.language),
        timezone=clean_timezone(person.timezone),
        kept_by=person.kept_by,
        signs_in_outside=person.signs_in_outside,
    )


def add_people(
    *,
    account_id: int,
    people: Sequence[NewPerson],
    actor: Actor,
    now: datetime,
    invites: bool,
    hashes: Sequence[str] = (),
) -> list[int]:
    """Create people who work for an account, all or none; return the ids in their order.

    They sign in at the account's realm (decision 10), with the stored password hashes `hashes` if there are any.
    Without one nobody signs in before setting a password by a link: with `invites` the links are mailed to those with
    an address, and they are not activated until then; else they count as ready, and somebody hands a link over.
    Raises: NoSuchObject; PartyInput; PartyConflict `login_taken`; PartyRefused `no_brand`, `account_closed`.
    """
    try:
        with transaction.atomic():
            account = Account.objects.filter(pk=account_id).first()
            if account is None:
                raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
            if account.status is AccountStatus.CANCELLED:
                raise PartyRefused(
                    "account_closed",
                    "{account} is closed.",
                    next_step="Add people to an account that is in use.",
                    account=account.name,
                )
            realm = realm_of_account(account_id=account_id)
            rows = [cleaned(one, country=account.country) for one in people]
            _require_free([one.login for one in rows], realm=realm)
            with beyond("whose a person is shows only once the membership is there"):
                ids = _insert(rows, account, realm=realm, invites=invites, hashes=hashes, now=now)
            _record(rows, ids, account, realm=realm, actor=actor, now=now)
            invited = [
                number
                for number, one in zip(ids, rows, strict=True)
                if invites and one.email and not one.signs_in_outside
            ]
            if invited:
                bus.publish(PeopleInvited(account.id, account.tenant_id, tuple(invited), now))
    except IntegrityError as race:
        raise _taken(people[0].login if len(people) == 1 else "") from race
    return ids


def taken_logins(*, realm: str, logins: Sequence[str]) -> set[str]:
    """Return which of the logins (lower case) somebody of a realm has already."""
    names = [f"{realm}/{login}" for login in logins]
    found = User.objects.filter(username__in=names).values_list("login", flat=True)
    return set(found)


def _require_free(logins: Sequence[str], *, realm: str) -> None:
    twice = [login for login, times in Counter(logins).items() if times > 1]
    taken = twice or sorted(taken_logins(realm=realm, logins=logins))
    if taken:
        raise _taken(taken[0])


def _taken(login: str) -> PartyConflict:
    return PartyConflict(
        "login_taken",
        "Somebody already signs in as {login}.",
        field="login",
        next_step="Choose another login name.",
        login=login.strip().lower() or "…",
    )


def _insert(
    rows: Sequence[NewPerson],
    account: Account,
    *,
    realm: str,
    invites: bool,
    hashes: Sequence[str],
    now: datetime,
) -> list[int]:
    users = User.objects.bulk_create(
        [
            User(
                username=f"{realm}/{one.login}",
                realm=realm,
                login=one.login,
                display_name=one.display_name,
                email=one.email,
                phone=one.phone,
                language=one.language,
                timezone=one.timezone,
                date_joined=now,
                # Without a hash this is a mark that no password matches.
                password=hashes[place] if hashes else make_password(None),
                awaits_activation=invites and not hashes and not one.signs_in_outside,
                kept_by=one.kept_by,
                signs_in_outside=one.signs_in_outside,
            )
            for place, one in enumerate(rows)
        ],
        batch_size=_ROWS_AT_ONCE,
    )
    Membership.objects.bulk_create(
        [
            Membership(
                user=user,
                account=account,
                role=one.role,
                own_role_id=one.own_role_id,
                name_key=sort_key(one.display_name),
            )
            for user, one in zip(users, rows, strict=True)
        ],
        batch_size=_ROWS_AT_ONCE,
    )
    return [user.pk for user in users]


def _record(
    rows: Sequence[NewPerson],
    ids: Sequence[int],
    account: Account,
    *,
    realm: str,
    actor: Actor,
    now: datetime,
) -> None:
    entries = [
        Entry(
            action="user_created",
            object_kind="user",
            object_id=number,
            object_label=one.display_name,
            tenant_id=account.tenant_id,
            after={
                "login": one.login,
                "realm": realm,
                "account": account.id,
                "role": one.role.value,
                **({"own_role": one.own_role_id} if one.own_role_id else {}),
                **({"kept_by": one.kept_by} if one.kept_by else {}),
            },
        )
        for number, one in zip(ids, rows, strict=True)
    ]
    for start in range(0, len(entries), _ROWS_AT_ONCE):
        record_all(entries=entries[start : start + _ROWS_AT_ONCE], actor=actor, now=now)
    first = rows[0]
    details = {"person": first.display_name, "role": first.role.value}
    if len(rows) > 1:
        details = {"people": str(len(rows))}
    note_act(account, AccountAct.USER_CREATED, actor=actor, now=now, details=details)
