"""Facts that provisioning publishes in its transactions; `flows/wiring.py` says who reacts.

`cause` is what the caller gave when it asked: provisioning does not know what an order is.
"""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.provisioning.kinds import Action


@dataclass(frozen=True, slots=True)
class ProvisioningDone:
    """The effect exists at the vendor."""

    operation_id: int
    tenant_id: int
    subscription_id: int
    cause: str
    action: Action
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
