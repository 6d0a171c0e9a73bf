"""One operation as the page of what caused it shows it: where it stands and what a person may say about it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.provisioning.lifecycle import FINAL, WAITS, State
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.provisioning.results import read_units


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """One operation with its service at the vendor.

    `due_at` is the next try or look, `give_up_at` when we stop asking. `vendor_id` is the vendor's name of the
    service, empty before there is one; `key` ours. `is_by_hand`: its vendor is served by people only.
    """

    id: int
    subscription_id: int
    cause: str
    action: Action
    state: State
    connector: str
    connector_id: int
    is_by_hand: bool
    is_effect_known: bool
    attempts: int
    error_class: str
    error: str
    product: Mapping[str, Any]
    quantity: Decimal
    units: Mapping[str, Decimal]
    parameters: Mapping[str, Any]
    round: int
    requested_by: str
    key: str
    vendor_id: str
    requested_at: datetime
    due_at: datetime | None
    give_up_at: datetime | None
    settled_at: datetime | None

    @property
    def is_parked(self) -> bool:
        """Tell whether it waits for a person."""
        return self.state is State.PARKED

    @property
    def may_look_now(self) -> bool:
        """Tell whether it waits for a try or look that can be had at once (as `look_now` checks)."""
        return self.state in WAITS and self.due_at is not None and not self.is_by_hand

    @property
    def may_be_settled_by_hand(self) -> bool:
        """Tell whether a person may say how it went (as `mark_done` and `mark_failed` check)."""
        return self.is_parked or (self.is_by_hand and self.state not in FINAL)


def operation_facts(viewer: Viewer, *, operation_id: int) -> OperationFacts:
    """Give one operation; one statement. Raises: NoSuchOperation, for foreign ones too."""
    rows = access.visible(viewer, Operation).select_related("instance", "connector")
    row = rows.filter(pk=operation_id).first()
    if row is None:
        raise NoSuchOperation(object=f"Operation {operation_id}")
    return OperationFacts(
        id=row.id,
        subscription_id=row.instance.subscription_id,
        cause=row.cause,
        connector_id=row.connector_id,
        product=row.product,
        quantity=row.quantity,
        units=read_units(row.units),
        round=row.round,
        requested_by=row.requested_by,
        action=row.action,
        state=row.state,
        connector=row.connector.name,
        is_by_hand=abilities(row.connector.kind).is_by_hand,
        is_effect_known=row.is_effect_known,
        attempts=row.attempts,
        error_class=row.error_class,
        error=row.error,
        parameters=row.parameters,
        key=row.instance.key,
        vendor_id=row.instance.vendor_id,
        requested_at=row.requested_at,
        due_at=row.due_at,
        give_up_at=row.give_up_at,
        settled_at=row.settled_at,
    )


def parked_among(viewer: Viewer, *, operation_ids: Collection[int]) -> frozenset[int]:
    """Tell which of some operations wait for a person; one statement for all of them."""
    rows = access.visible(viewer, Operation).filter(pk__in=operation_ids, state=State.PARKED)
    return frozenset(rows.values_list("id", flat=True)) if operation_ids else frozenset()


_SECRET = re.compile(r"pass|secret|token|credential|private|api.?key", re.IGNORECASE)
HIDDEN = "•••"


def without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters for reading: values whose name speaks of a secret are hidden, at any depth."""
    return {
        name: HIDDEN if _SECRET.search(name) and value else _shown(value)
        for name, value in values.items()
    }


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_secrets(value)
    return [_shown(one) for one in value] if isinstance(value, list) else value
