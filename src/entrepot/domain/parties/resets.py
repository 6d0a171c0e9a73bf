"""Links by which people set a password themselves: one use, 30 minutes, void after a change of mail address."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from entrepot.domain.parties.commands.users import Password, set_password
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.models import User
from entrepot.infra.audit.recorder import Actor

# The token is a keyed print of the stored password, the last sign-in and the mail address, so that each of them
# makes it void. How long it is valid is Django's setting PASSWORD_RESET_TIMEOUT.
_TOKENS = PasswordResetTokenGenerator()


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
    user = User.objects.filter(username=name, is_active=True).exclude(email="").first()
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


def is_valid(*, user_key: str, token: str) -> bool:
    """Tell whether a link still opens its account."""
    return _person(user_key=user_key, token=token) is not None


def use_ticket(*, user_key: str, token: str, password: Password, now: datetime) -> int:
    """Set the password of a link's person; return the user's id. The link is used up by it.

    Raises: PartyRefused `link_expired` for a used, old or wrong link; PartyInput for an unusable password.
    """
    with transaction.atomic():
        user = _person(user_key=user_key, token=token, lock=True)
        if user is None:
            raise PartyRefused(
                "link_expired",
                "This link has expired or was used already.",
                next_step="Ask for a new one.",
            )
        actor = Actor(user_id=user.pk, name=user.display_name, channel="reset_link")
        set_password(user_id=user.pk, password=password, actor=actor, now=now)
    return user.pk


def _person(*, user_key: str, token: str, lock: bool = False) -> User | None:
    try:
        number = int(force_str(urlsafe_base64_decode(user_key)))
    except ValueError:
        return None
    if not 0 < number < 2**63:
        return None
    rows = User.objects.select_for_update() if lock else User.objects.all()
    user = rows.filter(pk=number, is_active=True).first()
    return user if user is not None and _TOKENS.check_token(user, token) else None
