"""Acting on behalf: a seller's person works in the panel of an account below, for 60 minutes at most.

Rights are looked up with every request, so that it ends at once when the person loses the privilege, one of the
accounts is closed or held, or the account is moved elsewhere (section 3.22 of the quality page). Both identities stand
in every audit entry, because `Viewer.actor` names them.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from entrepot.domain.parties.access import one
from entrepot.domain.parties.errors import PartyInput, PartyRefused
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import (
    AccountAct,
    AccountKind,
    AccountStatus,
    EndCause,
    RoleCode,
)
from entrepot.domain.parties.models import Account, ActingSession
from entrepot.domain.parties.names import has_controls
from entrepot.domain.parties.roles import Capability, capabilities_of
from entrepot.domain.parties.viewer import Acting, Panel, Viewer, stored_levels
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.ids import IdKind

ACTING_MINUTES = 60
REASON_LENGTH_MAX = 300
_NAMES_MAX = 200

FORBIDDEN = frozenset(
    {
        Capability.ACCEPT_PAYMENTS,
        Capability.ACT_ON_BEHALF,
        Capability.MANAGE_IDENTITY,
        Capability.VIEW_AUDIT,
    }
)
"""What nobody does on behalf, whatever their role: screens for it answer as to people without the privilege.

Screens of the person's own things (profile, password, second factors, sessions) are closed while acting by
`guards.screen(..., while_acting=False)`, and so are the sign-in facts of the account's people.
"""


def may_act_for(viewer: Viewer, account: Account) -> bool:
    """Tell whether a viewer may act for an account: the provider for all below, sellers for their own customers."""
    if viewer.acting is not None or not viewer.can(Capability.ACT_ON_BEHALF):
        return False
    return account.status is not AccountStatus.CANCELLED and _is_below(
        home_kind=viewer.account_kind,
        home_id=viewer.account_id,
        home_path=viewer.account_path,
        kind=account.kind,
        parent_id=account.parent_id,
        path=account.path,
    )


def begin_acting(
    viewer: Viewer, *, account_id: int, reason: str, actor: Actor, now: datetime
) -> int:
    """Begin to act for an account and return the number of the session; an earlier one of the person ends.

    Raises: NoSuchObject; PartyInput `acting_reason_missing`; PartyRefused `acting_not_allowed`.
    """
    said = " ".join(reason.split())
    if not said or len(said) > REASON_LENGTH_MAX or has_controls(said):
        raise PartyInput(
            "acting_reason_missing",
            "Say in up to {length_max} visible characters why you act for this account.",
            field="reason",
            next_step="The account's people can read it.",
            length_max=REASON_LENGTH_MAX,
        )
    with transaction.atomic():
        account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
        if not may_act_for(viewer, account):
            raise PartyRefused(
                "acting_not_allowed",
                "You cannot act for {object}.",
                object=account.name,
                next_step="Act for accounts below your own that are not closed, one at a time.",
            )
        open_ones = ActingSession.objects.select_for_update().filter(
            user_id=viewer.user_id, ended_at__isnull=True
        )
        for earlier in open_ones.select_related("account"):
            _end(earlier, cause=EndCause.PERSON, actor=actor, now=now)
        session = ActingSession.objects.create(
            user_id=viewer.user_id,
            home_id=viewer.account_id,
            account=account,
            reason=said,
            began_at=now,
            ends_at=now + timedelta(minutes=ACTING_MINUTES),
        )
        _record(session, action="acting_began", actor=actor, now=now, reason=said)
        note_act(account, AccountAct.ACTED_FOR, actor=_named(session, actor), now=now, reason=said)
    return session.pk


def end_acting(
    *, acting_id: int, user_id: int, cause: EndCause, actor: Actor, now: datetime
) -> None:
    """End a session of a person; one that has ended already stays as it is."""
    with transaction.atomic():
        session = (
            ActingSession.objects.select_for_update(of=("self",))
            .select_related("account", "home")
            .filter(pk=acting_id, user_id=user_id, ended_at__isnull=True)
            .first()
        )
        if session is not None:
            _end(session, cause=cause, actor=actor, now=now)


def acted_as(*, account_id: int) -> frozenset[str]:
    """Return the names under which people have acted for an account, as `Viewer.actor` writes them; the newest 200."""
    rows = ActingSession.objects.filter(account_id=account_id).order_by("-began_at")
    found = rows.values_list("user__display_name", "home__name")[:_NAMES_MAX]
    with beyond("who acted for an account is told to its people by name, with the seller's"):
        return frozenset(f"{name} ({home})" for name, home in found)


def acting_viewer(*, acting_id: int, user_id: int, now: datetime) -> Viewer | EndCause | None:
    """Return the viewer of a session, why it has to end, or None for one that has ended. One statement."""
    facts = _facts(acting_id=acting_id, user_id=user_id)
    if facts is None or facts["ended_at"] is not None:
        return None
    cause = _why_not(facts, now=now)
    return _viewer(facts, acting_id=acting_id, user_id=user_id, now=now) if cause is None else cause


def _facts(*, acting_id: int, user_id: int) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        statement("entrepot.domain.parties", "person_acting").run(
            cursor, acting_id=acting_id, user_id=user_id
        )
        row = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return None if row is None else dict(zip(names, row, strict=True))


def _why_not(facts: dict[str, Any], *, now: datetime) -> EndCause | None:
    if now >= facts["ends_at"]:
        return EndCause.TIME
    if not facts["is_active"] or Capability.ACT_ON_BEHALF not in _at_home(facts):
        return EndCause.RIGHTS
    closed = AccountStatus.CANCELLED.value in (facts["home_status"], facts["account_status"])
    below = _is_below(
        home_kind=AccountKind(facts["home_kind"]),
        home_id=facts["home_id"],
        home_path=facts["home_path"],
        kind=AccountKind(facts["account_kind"]),
        parent_id=facts["account_parent_id"],
        path=facts["account_path"],
    )
    return EndCause.ACCOUNT if closed or not below else None


def _at_home(facts: dict[str, Any]) -> frozenset[Capability]:
    if facts["home_role"] is None:
        return frozenset()
    return capabilities_of(
        kind=AccountKind(facts["home_kind"]),
        role=RoleCode(facts["home_role"]),
        levels=stored_levels(facts["home_levels"]),
        on_admin_hold=facts["home_held"],
    )


def _viewer(facts: dict[str, Any], *, acting_id: int, user_id: int, now: datetime) -> Viewer:
    """Give the rights of the account's administrators, but nothing that the person may not do at home."""
    kind = AccountKind(facts["account_kind"])
    there = capabilities_of(
        kind=kind, role=RoleCode.ADMINISTRATOR, on_admin_hold=facts["account_held"]
    )
    today = facts["standing_day"] or now.astimezone(ZoneInfo(facts["hub_timezone"])).date()
    return Viewer(
        user_id=user_id,
        user_name=facts["display_name"],
        account_id=facts["account_id"],
        account_name=facts["account_name"],
        account_kind=kind,
        account_path=facts["account_path"],
        tenant_id=facts["tenant_id"],
        provider_id=facts["provider_id"],
        role=RoleCode.ADMINISTRATOR,
        capabilities=(there & _at_home(facts)) - FORBIDDEN,
        language=facts["language"],
        timezone=facts["timezone"],
        today=today,
        panel=Panel(kind.value),
        acting=Acting(
            id=acting_id,
            home_id=facts["home_id"],
            home_name=facts["home_name"],
            reason=facts["reason"],
            ends_at=facts["ends_at"],
        ),
    )


def _is_below(
    *,
    home_kind: AccountKind,
    home_id: int,
    home_path: str,
    kind: AccountKind,
    parent_id: int | None,
    path: str,
) -> bool:
    if home_kind is AccountKind.PROVIDER:
        return path.startswith(home_path) and path != home_path
    return (
        home_kind is AccountKind.RESELLER and kind is AccountKind.CUSTOMER and parent_id == home_id
    )


def _end(session: ActingSession, *, cause: EndCause, actor: Actor, now: datetime) -> None:
    ActingSession.objects.filter(pk=session.pk).update(ended_at=now, end_cause=cause.value)
    _record(session, action="acting_ended", actor=actor, now=now, after={"cause": cause.value})


def _record(
    session: ActingSession,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    after: dict[str, str] | None = None,
) -> None:
    record(
        actor=_named(session, actor),
        now=now,
        action=action,
        object_kind="account",
        object_id=session.account_id,
        object_label=session.account.name,
        tenant_id=session.account.tenant_id,
        reason=reason,
        after={"until": session.ends_at.isoformat(), "person": session.user_id, **(after or {})},
    )


def _named(session: ActingSession, actor: Actor) -> Actor:
    """Name the person with the own account, once."""
    home = f"({session.home.name})"
    name = actor.name if actor.name.endswith(home) else f"{actor.name} {home}"
    return Actor(
        user_id=actor.user_id,
        name=name,
        channel=actor.channel,
        on_behalf_of_id=session.account_id,
        request_id=actor.request_id,
        job=actor.job,
    )
