"""All types of events, by the package that declares them.

Importing them also tells the recorder of the audit trail which act is published as what.
"""

from dataclasses import is_dataclass
from types import ModuleType
from typing import Any

from entrepot.domain.billing import events as billing
from entrepot.domain.catalog import events as catalog
from entrepot.domain.credit import events as credit
from entrepot.domain.identity import events as identity
from entrepot.domain.notifications import events as notifications
from entrepot.domain.ordering import events as ordering
from entrepot.domain.parties import events as parties
from entrepot.domain.provisioning import events as provisioning
from entrepot.domain.resale import events as resale
from entrepot.domain.seats import events as seats
from entrepot.domain.subscriptions import events as subscriptions
from entrepot.domain.subscriptions.events import OfDay
from entrepot.domain.tax import events as tax
from entrepot.domain.usage import events as usage
from entrepot.infra.outbox import events as outbox
from entrepot.infra.tasks import events as tasks

_SOURCES: tuple[ModuleType, ...] = (
    *(subscriptions, ordering, provisioning, seats, billing, credit),
    *(parties, identity, tax, catalog, resale, usage, notifications, tasks, outbox),
)


def event_types() -> tuple[type[Any], ...]:
    """Give every type that somebody publishes, in the order of packages and declarations."""
    return tuple(
        kind
        for source in _SOURCES
        for kind in vars(source).values()
        if isinstance(kind, type)
        and is_dataclass(kind)
        and kind.__module__ == source.__name__
        and kind is not OfDay
    )
