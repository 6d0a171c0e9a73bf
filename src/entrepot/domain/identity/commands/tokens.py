"""Tokens of directories: made and shown once, found by their print, revoked."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from entrepot.domain.identity.errors import DirectoryRefused
from entrepot.domain.identity.models_directory import DirectoryToken
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.commands import require_in_person
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountStatus, RoleCode
from entrepot.domain.parties.models import Account, Hub
from entrepot.domain.parties.names import clean_name
from entrepot.domain.parties.roles import capabilities_of
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

TOKENS_MAX = 10
DAYS_MAX = 730
_MARK, _SHOWN = "scim_", 12
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once; it belongs into no log."""

    id: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory at work: its token's name, and the viewer that it acts as, with an administrator's rights."""

    token_id: int
    name: str
    viewer: Viewer

    def actor(self, *, request_id: str) -> Actor:
        """Return the directory as the audit trail names it."""
        return Actor(None, self.name, channel="scim", request_id=request_id)


def add_token(viewer: Viewer, *, name: str, days: int, actor: Actor, now: datetime) -> NewToken:
    """Make a token of the viewer's account, valid for 1 to 730 days.

    Raises: PartyInput; DirectoryRefused `tokens_too_many`; PartyRefused `not_while_acting`.
    """
    require_in_person(viewer)
    called = clean_name(name, field="name", length_max=80)
    text = f"{_MARK}{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
        live = DirectoryToken.objects.filter(account=account, revoked_at=None, expires_at__gt=now)
        if live.count() >= TOKENS_MAX:
            raise DirectoryRefused(
                "tokens_too_many",
                "An account has {most} valid tokens at most.",
                next_step="Revoke one that is not needed.",
                most=TOKENS_MAX,
            )
        token = DirectoryToken.objects.create(
            account=account,
            name=called,
            prefix=text[:_SHOWN],
            digest=_print(text),
            made_by=actor.name,
            made_at=now,
            expires_at=now + timedelta(days=min(max(days, 1), DAYS_MAX)),
        )
        _record(token, account, "token_made", actor, now)
    return NewToken(token.pk, text)


def revoke_token(viewer: Viewer, *, token_id: int, actor: Actor, now: datetime) -> None:
    """Make a token void from the next request on. Again changes nothing. Raises: NoSuchObject; PartyRefused."""
    require_in_person(viewer)
    with transaction.atomic():
        rows = visible(viewer, DirectoryToken).select_related("account")
        token = (
            rows.select_for_update(of=("self",)).filter(pk=token_id).first()
            if 0 < token_id <= NUMBER_MAX
            else None
        )
        if token is None:
            raise NoSuchObject(object="token")
        if token.revoked_at is not None:
            return
        DirectoryToken.objects.filter(pk=token.pk).update(revoked_at=now)
        _record(token, token.account, "token_revoked", actor, now)


def directory_of(text: str, *, now: datetime) -> Directory | None:
    """Return the directory behind a token, None for one that is unknown, revoked, expired or of a closed account."""
    rows = DirectoryToken.objects.select_related("account")
    token = rows.filter(digest=_print(text), revoked_at=None, expires_at__gt=now).first()
    if token is None or token.account.status is AccountStatus.CANCELLED:
        return None
    if token.used_at is None or now - token.used_at > _NOTED:
        DirectoryToken.objects.filter(pk=token.pk).update(used_at=now)
    return Directory(token.pk, token.name, _viewer(token.account, token.name, now))


def _viewer(account: Account, name: str, now: datetime) -> Viewer:
    hub = Hub.objects.get()
    return Viewer(
        user_id=0,
        user_name=name,
        account_id=account.pk,
        account_name=account.name,
        account_kind=account.kind,
        account_path=account.path,
        tenant_id=account.tenant_id,
        provider_id=hub.provider_id,
        role=RoleCode.ADMINISTRATOR,
        capabilities=capabilities_of(
            kind=account.kind, role=RoleCode.ADMINISTRATOR, on_admin_hold=account.admin_hold
        ),
        language=account.language,
        timezone=hub.timezone,
        today=now.astimezone(ZoneInfo(hub.timezone)).date(),
        panel=Panel(account.kind.value),
    )


def _print(text: str) -> str:
    """A token has 256 random bits, so that a plain print is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def _record(
    token: DirectoryToken, account: Account, action: str, actor: Actor, now: datetime
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="directory_token",
        object_id=token.pk,
        object_label=token.name,
        tenant_id=account.tenant_id,
        after={"prefix": token.prefix, "expires_at": token.expires_at.isoformat()},
    )
