"""Which exchange rates subscriptions wait for."""

from dataclasses import dataclass

from django.db import connection

from entrepot.domain.billing.models import Quarantine
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.db.sql import statement


@dataclass(frozen=True, slots=True)
class MissingRate:
    """A pair without a rate, and how many subscriptions could not be billed for it."""

    from_currency: str
    to_currency: str
    subscriptions: int


def missing_rates(viewer: Viewer) -> tuple[MissingRate, ...]:
    """Return the pairs that are missing, the most wanted first; only the provider's staff see any."""
    if not visible(viewer, Quarantine).filter(resolved_on=None).exists():
        return ()
    with connection.cursor() as cursor:
        rows = statement("entrepot.domain.billing", "missing_rates").rows(cursor)
    return tuple(MissingRate(*row) for row in rows)
