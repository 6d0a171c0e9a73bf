"""What the builders of the demo world share: who acts, when, and which accounts exist by name."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership
from entrepot.infra.audit.recorder import Actor

FIRST_DAY = date(2026, 1, 1)
LAST_DAY = date(2026, 6, 30)
SMALL_LAST_DAY = date(2026, 2, 20)
ACTOR = Actor(user_id=None, name="demo", channel="command")
PROVIDER_KEY = "nordhafen"
_MORNING = time(6, 0)


def instant(day: date) -> datetime:
    """Give the morning of a day, before its billing run."""
    return datetime.combine(day, _MORNING, tzinfo=UTC)


@dataclass(slots=True)
class Stage:
    """One day on which something is built or acted.

    `accounts` holds account ids by a seller's key or a customer's name, `people` the id and name of one
    administrator of each account that has one.
    """

    today: date
    small: bool = False
    accounts: dict[str, int] = field(default_factory=dict)
    people: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """Give the instant that commands take."""
        return instant(self.today)

    @property
    def made(self) -> dict[str, Any]:
        """Give what every command wants to know: who acts, and when."""
        return {"actor": ACTOR, "now": self.now}


def buyer_acts(stage: Stage, buyer: str) -> dict[str, Any]:
    """Name the buyer's own administrator as the one who orders, where the world has one."""
    known = stage.people.get(buyer)
    if known is None:
        return stage.made
    return {**stage.made, "actor": Actor(user_id=known[0], name=known[1])}


def accounts_by_name() -> dict[str, int]:
    """Read the ids of all accounts: sellers by their key, customers by their name."""
    rows = Account.objects.values_list("id", "name", "external_id", "kind")
    return {
        PROVIDER_KEY if kind is AccountKind.PROVIDER else external or name: number
        for number, name, external, kind in rows
    }


def administrators() -> dict[str, tuple[int, str]]:
    """Read one administrator of each account, by the account's name."""
    rows = Membership.objects.filter(role=RoleCode.ADMINISTRATOR).order_by("-id")
    return {
        account: (user_id, name)
        for account, user_id, name in rows.values_list(
            "account__name", "user_id", "user__display_name"
        )
    }
