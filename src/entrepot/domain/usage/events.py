"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("usage_import",))
@dataclass(frozen=True, slots=True)
class UsageImported(Act):
    """A usage file was taken in."""


@announces(actions=("usage.sub_account_mapped",))
@dataclass(frozen=True, slots=True)
class UsageAccountMapped(Act):
    """An account at a vendor was given to a subscription."""


@announces(actions=("usage_metered",))
@dataclass(frozen=True, slots=True)
class UsageMetered(Act):
    """Usage of a measured resource was reported for a subscription."""
