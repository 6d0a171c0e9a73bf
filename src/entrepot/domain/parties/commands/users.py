"""Create people, give them roles and passwords."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import transaction

from entrepot.domain.parties.commands.people import NewPerson, add_people
from entrepot.domain.parties.errors import NoSuchObject, PartyInput, PartyRefused
from entrepot.domain.parties.hashing import normalised
from entrepot.domain.parties.kinds import RoleCode
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
from entrepot.domain.parties.sessions import end_sessions
from entrepot.domain.parties.walls import everywhere
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind


@dataclass(frozen=True, slots=True)
class Password:
    """A password on its way to the hasher; it never shows up in a trace or a log."""

    text: str = field(repr=False)


def create_user(
    *,
    account_id: int,
    login: str,
    display_name: str,
    role: RoleCode,
    actor: Actor,
    now: datetime,
    email: str = "",
    phone: str = "",
    language: str = "en",
    timezone: str = "Europe/Berlin",
    password: Password | None = None,
) -> int:
    """Create one person who works for an account, with a password or none; return the user's id.

    Without a password nobody can sign in until the person sets one by a link (credentials are never mailed). Raises:
    what `add_people` raises.
    """
    hashes = []
    if password is not None:
        _check_strength(password, login=clean_login(login), display_name=display_name, email=email)
        hashes = [make_password(password.text)]
    person = NewPerson(
        login=login,
        display_name=display_name,
        email=email,
        phone=phone,
        role=role,
        language=language,
        timezone=timezone,
    )
    return add_people(
        account_id=account_id,
        people=[person],
        # Nobody is told here: the link is handed over.
        invites=False,
        hashes=hashes,
        actor=actor,
        now=now,
    )[0]


def add_membership(
    *, user_id: int, account_id: int, role: RoleCode, actor: Actor, now: datetime
) -> None:
    """Let a person work for one more account of the same sign-in address.

    Raises: NoSuchObject; PartyRefused `other_realm`, `already_member`.
    """
    with transaction.atomic():
        user, account = _user(user_id), _account(account_id)
        if realm_of_account(account_id=account_id) != user.realm:
            raise PartyRefused(
                "other_realm",
                "{person} signs in at another address than the people of {account}.",
                next_step="Create a login of its own for this account.",
                person=user.display_name,
                account=account.name,
            )
        if Membership.objects.filter(user=user, account=account).exists():
            raise PartyRefused(
                "already_member",
                "{person} works for {account} already.",
                next_step="Change the role instead.",
                person=user.display_name,
                account=account.name,
            )
        Membership.objects.create(
            user=user, account=account, role=role, name_key=sort_key(user.display_name)
        )
        record(
            actor=actor,
            now=now,
            action="membership_added",
            object_kind="user",
            object_id=user.id,
            object_label=user.display_name,
            tenant_id=account.tenant_id,
            after={"account": account_id, "role": role},
        )


def set_role(*, user_id: int, account_id: int, role: RoleCode, actor: Actor, now: datetime) -> None:
    """Give a person another role for an account; it holds from their next request on.

    Raises: NoSuchObject; PartyRefused `last_administrator`.
    """
    with transaction.atomic():
        account = _account(account_id, lock=True)
        membership = (
            Membership.objects.select_related("user")
            .filter(user_id=user_id, account_id=account_id)
            .first()
        )
        if membership is None:
            raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
        if role is not RoleCode.ADMINISTRATOR:
            keep_one_administrator(account=account, user_id=user_id)
        before = membership.role
        Membership.objects.filter(pk=membership.pk).update(role=role)
        record(
            actor=actor,
            now=now,
            action="role_set",
            object_kind="user",
            object_id=user_id,
            object_label=membership.user.display_name,
            tenant_id=account.tenant_id,
            before={"account": account_id, "role": before},
            after={"account": account_id, "role": role},
        )


def set_password(*, user_id: int, password: Password, actor: Actor, now: datetime) -> None:
    """Store a new password; every session of the person ends with it, because sessions carry a print of the old one.

    Raises: NoSuchObject; PartyInput `password_too_long`, `password_weak`; PartyRefused `signs_in_outside`.
    """
    with transaction.atomic():
        user = _user(user_id, lock=True)
        require_password_here(user)
        _check_strength(
            password, login=user.login, display_name=user.display_name, email=user.email
        )
        user.set_password(password.text)
        User.objects.filter(pk=user.id).update(password=user.password, awaits_activation=False)
        _record_user(user, action="password_set", actor=actor, now=now)


def disable_user(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Lock a person out, from their next request on.

    Raises: NoSuchObject; PartyRefused `last_administrator` if an account would be left without one.
    """
    with transaction.atomic():
        user = _user(user_id, lock=True)
        for membership in Membership.objects.filter(user=user).order_by("account_id"):
            account = _account(membership.account_id, lock=True)
            keep_one_administrator(account=account, user_id=user_id)
        User.objects.filter(pk=user.id).update(is_active=False, version=user.version + 1)
        end_sessions(user_ids=[user.id])
        _record_user(user, action="user_disabled", actor=actor, now=now)


def edit_profile(
    *,
    user_id: int,
    display_name: str,
    email: str,
    language: str,
    timezone: str,
    actor: Actor,
    now: datetime,
    phone: str | None = None,
) -> None:
    """Store what people say about themselves; `phone` None keeps the number.

    Raises: NoSuchObject; PartyInput; PartyRefused `kept_outside`.
    """
    wanted = {
        "display_name": clean_name(display_name, field="display_name", length_max=150),
        "email": clean_email(email),
        "language": clean_language(language),
        "timezone": clean_timezone(timezone),
    }
    with transaction.atomic():
        user = _user(user_id, lock=True)
        if phone is not None:
            wanted["phone"] = clean_phone(phone, country=_country(user))
        changed = {key: text for key, text in wanted.items() if getattr(user, key) != text}
        if not changed:
            return
        if changed.keys() - {"language", "timezone"}:
            require_kept_here(user)
        User.objects.filter(pk=user.id).update(**changed, version=user.version + 1)
        if "display_name" in changed:
            key = sort_key(changed["display_name"])
            with everywhere():
                Membership.objects.filter(user=user).update(name_key=key)
        before = {key: getattr(user, key) for key in changed}
        _record_user(
            user, action="profile_edited", actor=actor, now=now, before=before, after=changed
        )


def _check_strength(password: Password, *, login: str, display_name: str, email: str) -> None:
    spelled = normalised(password.text)
    person = User(username=login, login=login, display_name=display_name, email=email)
    try:
        validate_password(spelled, user=person)
        ProhibitNullCharactersValidator()(spelled)
    except ValidationError as refusal:
        raise PartyInput(
            "password_weak",
            "This password is too easy to guess or cannot be typed.",
            field="password",
            next_step="Use at least 15 characters, not a common phrase and nothing like your name.",
        ) from refusal


def keep_one_administrator(*, account: Account, user_id: int) -> None:
    """Refuse that the one administrator of an account goes; the caller has locked the account.

    Raises: PartyRefused `last_administrator`.
    """
    all_of_them = Membership.objects.filter(
        account=account, role=RoleCode.ADMINISTRATOR, user__is_active=True
    )
    if list(all_of_them.values_list("user_id", flat=True)[:2]) == [user_id]:
        raise PartyRefused(
            "last_administrator",
            "{account} would be left without an administrator.",
            next_step="Make somebody else administrator first.",
            account=account.name,
        )


def require_kept_here(user: User) -> None:
    """Refuse to change what a portal or directory keeps of a person. Raises: PartyRefused `kept_outside`."""
    if user.kept_by:
        raise PartyRefused(
            "kept_outside",
            "Name, mail address and telephone number of {person} are kept by {keeper}.",
            next_step="Change them there; they are taken over at the next sign-in or synchronisation.",
            person=user.display_name,
            keeper=user.kept_by,
        )


def require_password_here(user: User) -> None:
    """Refuse a password for who signs in elsewhere. Raises: PartyRefused `signs_in_outside`."""
    if user.signs_in_outside:
        raise PartyRefused(
            "signs_in_outside",
            "{person} signs in through {keeper} and has no password here.",
            next_step="Sign in there; a forgotten password is set there too.",
            person=user.display_name,
            keeper=user.kept_by,
        )


def _country(user: User) -> str:
    """Numbers without a country code are those of the person's first account."""
    rows = Membership.objects.filter(user=user).order_by("id")
    return rows.values_list("account__country", flat=True).first() or ""


def _account(account_id: int, *, lock: bool = False) -> Account:
    rows = Account.objects.select_for_update() if lock else Account.objects.all()
    found = rows.filter(pk=account_id).first()
    if found is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return found


def _user(user_id: int, *, lock: bool = False) -> User:
    rows = User.objects.select_for_update() if lock else User.objects.all()
    found = rows.filter(pk=user_id).first()
    if found is None:
        raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
    return found


def _record_user(
    user: User,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    tenant = (
        Membership.objects.filter(user=user)
        .order_by("id")
        .values_list("account__tenant_id", flat=True)
        .first()
    )
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="user",
        object_id=user.id,
        object_label=user.display_name,
        tenant_id=tenant,
        before=before,
        after=after,
    )
