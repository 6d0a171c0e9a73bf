"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("tax_zone", "tax_category", "tax_rule"))
@dataclass(frozen=True, slots=True)
class TaxChanged(Act):
    """A zone, category or rule of tax was added or changed."""
