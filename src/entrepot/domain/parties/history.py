"""The timeline of an account: written by the commands, in their transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrepot.domain.parties.kinds import AccountAct
from entrepot.domain.parties.models import Account, AccountEvent
from entrepot.infra.audit.recorder import Actor


def note_act(
    account: Account,
    act: AccountAct,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to an account's timeline; the audit entry beside it holds the values."""
    AccountEvent.objects.create(
        tenant_id=account.tenant_id,
        account=account,
        at=now,
        act=act,
        actor_name=actor.name[:150],
        reason=reason,
        details=dict(details or {}),
    )
