"""Who asks, for which account, with which capabilities: built once per request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import connection

from entrepot.domain.parties.errors import NoMembership
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.roles import Capability, capabilities_of
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.sql import statement

ACCOUNTS_MAX = 9
"""So many of the accounts that a person works for are known to every page."""


class Panel(StrEnum):
    """The three mounts of the screens; one per kind of account."""

    PROVIDER = "provider"
    RESELLER = "reseller"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One account that a person may switch to."""

    account_id: int
    account_name: str
    panel: Panel
    role: RoleCode


@dataclass(frozen=True, slots=True)
class Acting:
    """A seller's person at work in the panel of an account below: from where, why, and until when (`acting.py`)."""

    id: int
    home_id: int
    home_name: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person at work for one account, or on behalf of it if `acting` is set.

    `account_path` ends with a dot. `today` is the day in the hub's zone (decision 12), `timezone`
    the person's own, in which instants are shown. `accounts` are the accounts that the person works for, by name: this
    one and at most `ACCOUNTS_MAX` - 1 others.
    """

    user_id: int
    user_name: str
    account_id: int
    account_name: str
    account_kind: AccountKind
    account_path: str
    tenant_id: int
    provider_id: int
    role: RoleCode
    capabilities: frozenset[Capability]
    language: str
    timezone: str
    today: date
    panel: Panel
    accounts: tuple[MembershipRow, ...] = ()
    acting: Acting | None = None

    def can(self, capability: Capability) -> bool:
        """Tell whether the person may do something in principle; rows are another question (`access`)."""
        return capability in self.capabilities

    def actor(self, *, request_id: str = "") -> Actor:
        """Return the person as the audit trail names people; who acts for others is named with the own account."""
        if self.acting is None:
            return Actor(user_id=self.user_id, name=self.user_name, request_id=request_id)
        return Actor(
            user_id=self.user_id,
            name=f"{self.user_name} ({self.acting.home_name})",
            on_behalf_of_id=self.account_id,
            request_id=request_id,
        )


def build_viewer(*, user_id: int, account_id: int | None, now: datetime) -> Viewer:
    """Read a person's place: for the given account, or for the first of their accounts by name.

    Disabled users and cancelled accounts have no place, from the next request on.
    Raises: NoMembership.
    """
    at_work = statement("entrepot.domain.parties", "person_at_work")
    with connection.cursor() as cursor:
        rows = at_work.rows(cursor, user_id=user_id, account_id=account_id, most=ACCOUNTS_MAX)
    if not rows or account_id not in {None, rows[0][0]}:
        raise NoMembership(
            "no_membership",
            "This person does not work for this account.",
            next_step="Sign in with another login or ask an administrator of the account.",
        )
    number, name, kind, role, _, path, tenant_id, on_hold, *rest = rows[0]
    user_name, language, zone, provider_id, hub_zone, standing_day, levels = rest
    return Viewer(
        user_id=user_id,
        user_name=user_name,
        account_id=number,
        account_name=name,
        account_kind=AccountKind(kind),
        account_path=path,
        tenant_id=tenant_id,
        provider_id=provider_id,
        role=RoleCode(role),
        capabilities=capabilities_of(
            kind=AccountKind(kind),
            role=RoleCode(role),
            levels=stored_levels(levels),
            on_admin_hold=on_hold,
        ),
        language=language,
        timezone=zone,
        today=standing_day or now.astimezone(ZoneInfo(hub_zone)).date(),
        panel=Panel(kind),
        accounts=tuple(
            MembershipRow(one[0], one[1], Panel(one[2]), RoleCode(one[3]))
            for one in sorted(rows, key=lambda one: (one[4], one[0]))
        ),
    )


def stored_levels(found: str | Mapping[str, int] | None) -> Mapping[str, int]:
    """Return the levels of an own role as a written statement gives them: JSON text, or null for other roles."""
    if found is None:
        return {}
    levels: Mapping[str, int] = json.loads(found) if isinstance(found, str) else found
    return levels
