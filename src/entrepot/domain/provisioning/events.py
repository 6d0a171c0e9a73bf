"""Facts that provisioning publishes in its transactions; `flows/wiring.py` says who reacts.

`cause` is what the caller gave when it asked: provisioning does not know what an order is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.domain.provisioning.kinds import Action
from entrepot.infra.audit.acts import Act, announces


@dataclass(frozen=True, slots=True)
class ProvisioningDone:
    """The effect exists at the vendor; of an operation for people not for those in `failed`: texts by their keys."""

    operation_id: int
    tenant_id: int
    subscription_id: int
    cause: str
    action: Action
    at: datetime
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServicesConfirmed:
    """Effects of several operations exist at their vendors; published once for all that were written together.

    Each has had its `ProvisioningDone` before.
    """

    subscription_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ProvisioningParked:
    """It does not go on by itself: a person has to correct and resubmit, or to end it."""

    operation_id: int
    tenant_id: int
    subscription_id: int
    cause: str
    action: Action
    at: datetime
    error_class: str
    text: str


@dataclass(frozen=True, slots=True)
class ProvisioningEnded:
    """It ended without an effect: failed by hand, or cancelled."""

    operation_id: int
    tenant_id: int
    subscription_id: int
    cause: str
    action: Action
    at: datetime
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class FollowUpOpened:
    """Something contradicts what we did; money is untouched, a person decides."""

    follow_up_id: int
    tenant_id: int | None
    kind: str
    at: datetime


@announces(kinds=("connector",))
@dataclass(frozen=True, slots=True)
class ConnectorChanged(Act):
    """A connector was added, rests, works again, or its catalogue was taken over."""


@announces(kinds=("provisioning_operation",))
@dataclass(frozen=True, slots=True)
class OperationHandled(Act):
    """A person resubmitted, hurried, withdrew or ended an operation."""


@announces(kinds=("follow_up",))
@dataclass(frozen=True, slots=True)
class FollowUpClosed(Act):
    """A person has looked at a contradiction."""


@announces(kinds=("service_instance",))
@dataclass(frozen=True, slots=True)
class DriftRepaired(Act):
    """A person asked for the repair of a difference between a vendor and us."""
