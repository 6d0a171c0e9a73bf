"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.infra.audit.acts import Act, announces


@announces(actions=("account_opened", "account_converted"))
@dataclass(frozen=True, slots=True)
class AccountOpened(Act):
    """A customer or reseller was opened, or a customer became a reseller."""


@announces(actions=("account_admin_held", "account_admin_released"))
@dataclass(frozen=True, slots=True)
class AccountHoldMoved(Act):
    """Somebody put or released the administrative hold of an account."""


@announces(actions=("acting_began",))
@dataclass(frozen=True, slots=True)
class ActingBegan(Act):
    """A seller's person began to work on behalf of an account below; the entry has the reason and until when."""


@announces(actions=("acting_ended",))
@dataclass(frozen=True, slots=True)
class ActingEnded(Act):
    """Working on behalf of an account ended, by the person, by time, or because the right to it was gone."""


@announces(actions=("factor_rule_set",))
@dataclass(frozen=True, slots=True)
class FactorRuleSet(Act):
    """An account has said anew for whom a second factor is needed."""


@announces(kinds=("role",))
@dataclass(frozen=True, slots=True)
class OwnRoleChanged(Act):
    """An account made, changed or removed a role of its own."""


@announces(kinds=("account",))
@dataclass(frozen=True, slots=True)
class AccountChanged(Act):
    """Something else about an account was written: contacts, brand, notes, set-up."""


@announces(kinds=("user",))
@dataclass(frozen=True, slots=True)
class UserChanged(Act):
    """A person was added, changed or disabled, or got another role."""


@dataclass(frozen=True, slots=True)
class PeopleInvited:
    """Activation links are to be mailed to people of an account; each is made in the moment of sending."""

    account_id: int
    tenant_id: int
    user_ids: tuple[int, ...]
    at: datetime
