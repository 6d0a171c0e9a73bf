"""Create people, give them roles and passwords."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import transaction

from entrepot.domain.parties.errors import (
    NoSuchObject,
    PartyConflict,
    PartyInput,
    PartyRefused,
)
from entrepot.domain.parties.hashing import normalised
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import (
    clean_email,
    clean_language,
    clean_login,
    clean_name,
    clean_timezone,
)
from entrepot.domain.parties.realms import realm_of_account
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
    language: str = "en",
    timezone: str = "Europe/Berlin",
    password: Password | None = None,
) -> int:
    """Create a person who works for an account; return the user's id.

    Without a password nobody can sign in until the person sets one by a link from "forgotten
    password" (credentials are never mailed). The realm is the address at which people of this
    account sign in (decision 10). Raises: NoSuchObject; PartyInput; PartyConflict `login_taken`;
    PartyRefused `no_brand`.
    """
    cleaned = clean_login(login)
    facts = {
        "display_name": clean_name(display_name, field="display_name", length_max=150),
        "email": clean_email(email),
        "language": clean_language(language),
        "timezone": clean_timezone(timezone),
        "date_joined": now,
    }
    with transaction.atomic():
        account = _account(account_id)
        realm = realm_of_account(account_id=account_id)
        if User.objects.filter(realm=realm, login=cleaned).exists():
            raise PartyConflict(
                "login_taken",
                "Somebody already signs in as {login}.",
                next_step="Choose another login name.",
                login=cleaned,
            )
        if password is not None:
            _check_strength(password, login=cleaned, display_name=display_name, email=email)
        user = User.objects.create_user(
            realm=realm, login=cleaned, password=password.text if password else None, **facts
        )
        Membership.objects.create(user=user, account=account, role=role)
        record(
            actor=actor,
            now=now,
            action="user_created",
            object_kind="user",
            object_id=user.id,
            object_label=user.display_name,
            tenant_id=account.tenant_id,
            after={"login": cleaned, "realm": realm, "account": account_id, "role": role},
        )
        details = {"person": user.display_name, "role": role.value}
        note_act(account, AccountAct.USER_CREATED, actor=actor, now=now, details=details)
    return user.id


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
        Membership.objects.create(user=user, account=account, role=role)
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
            _keep_one_administrator(account=account, user_id=user_id)
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

    Raises: NoSuchObject; PartyInput `password_too_long`, `password_weak`.
    """
    with transaction.atomic():
        user = _user(user_id, lock=True)
        _check_strength(
            password, login=user.login, display_name=user.display_name, email=user.email
        )
        user.set_password(password.text)
        User.objects.filter(pk=user.id).update(password=user.password)
        _record_user(user, action="password_set", actor=actor, now=now)


def disable_user(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Lock a person out, from their next request on.

    Raises: NoSuchObject; PartyRefused `last_administrator` if an account would be left without one.
    """
    with transaction.atomic():
        user = _user(user_id, lock=True)
        for membership in Membership.objects.filter(user=user).order_by("account_id"):
            account = _account(membership.account_id, lock=True)
            if membership.role is RoleCode.ADMINISTRATOR:
                _keep_one_administrator(account=account, user_id=user_id)
        User.objects.filter(pk=user.id).update(is_active=False)
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
) -> None:
    """Store what people say about themselves. Raises: NoSuchObject; PartyInput."""
    wanted = {
        "display_name": clean_name(display_name, field="display_name", length_max=150),
        "email": clean_email(email),
        "language": clean_language(language),
        "timezone": clean_timezone(timezone),
    }
    with transaction.atomic():
        user = _user(user_id, lock=True)
        changed = {key: text for key, text in wanted.items() if getattr(user, key) != text}
        if not changed:
            return
        User.objects.filter(pk=user.id).update(**changed)
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


def _keep_one_administrator(*, account: Account, user_id: int) -> None:
    others = Membership.objects.filter(
        account=account, role=RoleCode.ADMINISTRATOR, user__is_active=True
    ).exclude(user_id=user_id)
    if not others.exists():
        raise PartyRefused(
            "last_administrator",
            "{account} would be left without an administrator.",
            next_step="Make somebody else administrator first.",
            account=account.name,
        )


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
