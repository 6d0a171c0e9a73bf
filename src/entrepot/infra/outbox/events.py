"""Facts that acts on the outbox publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("fact",))
@dataclass(frozen=True, slots=True)
class FactHandled(Act):
    """A person let the handlers of a fact that failed try again."""
