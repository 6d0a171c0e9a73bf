"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(actions=("account_opened", "account_converted"))
@dataclass(frozen=True, slots=True)
class AccountOpened(Act):
    """A customer or reseller was opened, or a customer became a reseller."""


@announces(actions=("account_admin_held", "account_admin_released"))
@dataclass(frozen=True, slots=True)
class AccountHoldMoved(Act):
    """Somebody put or released the administrative hold of an account."""


@announces(kinds=("account",))
@dataclass(frozen=True, slots=True)
class AccountChanged(Act):
    """Something else about an account was written: contacts, brand, notes, set-up."""


@announces(kinds=("user",))
@dataclass(frozen=True, slots=True)
class UserChanged(Act):
    """A person was added, changed or disabled, or got another role."""
