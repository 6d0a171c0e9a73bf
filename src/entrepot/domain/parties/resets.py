"""Links by which people set a password themselves: one use, void after a change of mail address.

A link that somebody asked for by "forgotten password" is valid for 30 minutes and goes by mail. An activation link is
valid for 48 hours: it is mailed, or shown once to whoever hands it over. Passwords are never mailed (decision 00.10 of
the domain reference).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from entrepot.domain.parties.commands.users import Password, set_password
from entrepot.domain.parties.errors import NoSuchObject, PartyRefused
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct
from entrepot.domain.parties.models import Membership, User
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind

# The token is a keyed print of the stored password, the last sign-in and the mail address, so that each of them
# makes it void. How long it is valid is Django's setting PASSWORD_RESET_TIMEOUT.
_TOKENS = PasswordResetTokenGenerator()
ACTIVATION_HOURS = 48
_ACTIVATION, _SALT = "a", "entrepot.parties.activation"
_STAMP_LENGTH_MAX = 12


@dataclass(frozen=True, slots=True)
class ResetTicket:
    """What the mail with the link needs; `token` opens the account and belongs into no log."""

    user_key: str
    token: str = field(repr=False)
    email: str
    display_name: str
    language: str


def issue_ticket(*, realm: str, login: str) -> ResetTicket | None:
    """Return a ticket for an active person with a mail address, None for everybody else.

    Nothing is written. The caller tells people the same in both cases, and a stranger's login costs the same query
    and the same computation.
    """
    name = f"{realm}/{login.strip().lower()}"
    rows = User.objects.filter(username=name, is_active=True, signs_in_outside=False)
    user = rows.exclude(email="").first()
    person = user or User(pk=0, username=name, password="")
    token = _TOKENS.make_token(person)
    if user is None:
        return None
    return ResetTicket(
        user_key=urlsafe_base64_encode(str(user.pk).encode()),
        token=token,
        email=user.email,
        display_name=user.display_name,
        language=user.language,
    )


@dataclass(frozen=True, slots=True)
class Activation:
    """What a hand-over shows once; `token` opens the account and belongs into no log. `until` is an instant."""

    user_key: str
    token: str = field(repr=False)
    realm: str
    login: str
    display_name: str
    until: datetime


def issue_activation(*, account_id: int, user_id: int, actor: Actor, now: datetime) -> Activation:
    """Make a link with which a person of an account sets the first password; valid for 48 hours and for one use.

    The timeline and the audit trail keep that it was made, never the link. Raises: NoSuchObject for a person who does
    not work for the account, is disabled, or signs in elsewhere.
    """
    with transaction.atomic():
        member = (
            Membership.objects.select_related("user", "account")
            .filter(
                account_id=account_id,
                user_id=user_id,
                user__is_active=True,
                user__signs_in_outside=False,
            )
            .first()
        )
        if member is None:
            raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
        user, account = member.user, member.account
        until = (now + timedelta(hours=ACTIVATION_HOURS)).replace(microsecond=0)
        record(
            actor=actor,
            now=now,
            action="activation_link_issued",
            object_kind="user",
            object_id=user.id,
            object_label=user.display_name,
            tenant_id=account.tenant_id,
            after={"account": account.id, "until": until.isoformat()},
        )
        details = {"person": user.display_name}
        note_act(account, AccountAct.LINK_ISSUED, actor=actor, now=now, details=details)
    stamp = int(until.timestamp())
    return Activation(
        user_key=urlsafe_base64_encode(str(user.pk).encode()),
        token=f"{_ACTIVATION}{stamp}-{_print(user, stamp)}",
        realm=user.realm,
        login=user.login,
        display_name=user.display_name,
        until=until,
    )


def is_valid(*, user_key: str, token: str, now: datetime) -> bool:
    """Tell whether a link still opens its account."""
    return _person(user_key=user_key, token=token, now=now) is not None


def use_ticket(*, user_key: str, token: str, password: Password, now: datetime) -> int:
    """Set the password of a link's person; return the user's id. The link is used up by it.

    Raises: PartyRefused `link_expired` for a used, old or wrong link; PartyInput for an unusable password.
    """
    with transaction.atomic():
        user = _person(user_key=user_key, token=token, now=now, lock=True)
        if user is None:
            raise PartyRefused(
                "link_expired",
                "This link has expired or was used already.",
                next_step="Ask for a new one.",
            )
        actor = Actor(user_id=user.pk, name=user.display_name, channel="reset_link")
        set_password(user_id=user.pk, password=password, actor=actor, now=now)
    return user.pk


def _person(*, user_key: str, token: str, now: datetime, lock: bool = False) -> User | None:
    try:
        number = int(force_str(urlsafe_base64_decode(user_key)))
    except ValueError:
        return None
    if not 0 < number < 2**63:
        return None
    rows = User.objects.select_for_update() if lock else User.objects.all()
    user = rows.filter(pk=number, is_active=True, signs_in_outside=False).first()
    return user if user is not None and _opens(user, token, now=now) else None


def _opens(user: User, token: str, *, now: datetime) -> bool:
    stamp, dash, digest = token.removeprefix(_ACTIVATION).partition("-")
    if not token.startswith(_ACTIVATION) or not dash or not stamp.isdecimal():
        return _TOKENS.check_token(user, token)
    if len(stamp) > _STAMP_LENGTH_MAX or int(stamp) < now.timestamp():
        return False
    return constant_time_compare(digest, _print(user, int(stamp)))


def _print(user: User, stamp: int) -> str:
    """Print what makes a link void when it changes: password, last sign-in and mail address, as the library does."""
    facts = f"{user.pk}/{user.password}/{user.last_login}/{user.email}/{stamp}"
    return salted_hmac(_SALT, facts, algorithm="sha256").hexdigest()
