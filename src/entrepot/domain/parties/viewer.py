"""Who asks, for which account, with which capabilities: built once per request."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from entrepot.domain.parties.errors import NoMembership
from entrepot.domain.parties.kinds import AccountKind, AccountStatus, RoleCode
from entrepot.domain.parties.models import Hub, Membership
from entrepot.domain.parties.roles import Capability, capabilities_of
from entrepot.infra.audit.recorder import Actor


class Panel(StrEnum):
    """The three mounts of the screens; one per kind of account."""

    PROVIDER = "provider"
    RESELLER = "reseller"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person at work for one account.

    `account_path` ends with a dot. `today` is the day in the hub's zone (decision 12), `timezone`
    the person's own, in which instants are shown.
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

    def can(self, capability: Capability) -> bool:
        """Tell whether the person may do something in principle; rows are another question (`access`)."""
        return capability in self.capabilities

    def actor(self, *, request_id: str = "") -> Actor:
        """Return the person as the audit trail names people."""
        return Actor(user_id=self.user_id, name=self.user_name, request_id=request_id)


def build_viewer(*, user_id: int, account_id: int | None, now: datetime) -> Viewer:
    """Read a person's place: for the given account, or for the first of their accounts by name.

    Disabled users and cancelled accounts have no place, from the next request on.
    Raises: NoMembership.
    """
    memberships = Membership.objects.filter(user_id=user_id, user__is_active=True).exclude(
        account__status=AccountStatus.CANCELLED
    )
    if account_id is not None:
        memberships = memberships.filter(account_id=account_id)
    membership = (
        memberships.select_related("user", "account")
        .order_by("account__name_key", "account_id")
        .first()
    )
    if membership is None:
        raise NoMembership(
            "no_membership",
            "This person does not work for this account.",
            next_step="Sign in with another login or ask an administrator of the account.",
        )
    hub = Hub.objects.get()
    user, account = membership.user, membership.account
    return Viewer(
        user_id=user.id,
        user_name=user.display_name,
        account_id=account.id,
        account_name=account.name,
        account_kind=account.kind,
        account_path=account.path,
        tenant_id=account.tenant_id,
        provider_id=hub.provider_id,
        role=membership.role,
        capabilities=capabilities_of(
            kind=account.kind, role=membership.role, on_admin_hold=account.admin_hold
        ),
        language=user.language,
        timezone=user.timezone,
        today=hub.standing_day or now.astimezone(ZoneInfo(hub.timezone)).date(),
        panel=Panel(account.kind.value),
    )
