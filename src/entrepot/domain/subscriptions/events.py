"""Facts that commands publish in their transaction; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SubscriptionStarted:
    """A subscription was ordered; its first paid day or its trial begins on `on_day`."""

    subscription_id: int
    tenant_id: int
    on_day: date


@dataclass(frozen=True, slots=True)
class CancellationOrdered:
    """A subscription will end on `cancel_on`."""

    subscription_id: int
    tenant_id: int
    on_day: date
    cancel_on: date
    refunds: bool


@dataclass(frozen=True, slots=True)
class SubscriptionChanged:
    """A command has written to a subscription's history: something about it may be wanted differently now."""

    subscription_id: int
    tenant_id: int
    at: datetime
