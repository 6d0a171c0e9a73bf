"""Facts that commands publish in their transaction; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from entrepot.domain.credit.models import CreditAct
from entrepot.infra.audit.acts import announced_elsewhere


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """Money came in for a billing account."""

    billing_account_id: int
    tenant_id: int
    on_day: date
    amount: Decimal
    transfer_id: int


@dataclass(frozen=True, slots=True)
class CreditHoldMoved:
    """Somebody put or released the credit hold of a billing account; `until` is the last day of a release.

    Accounts and subscriptions carry it already.
    """

    billing_account_id: int
    tenant_id: int
    on_day: date
    act: CreditAct
    until: date | None
    at: datetime


announced_elsewhere("payment_received", *(f"credit_{act.value}" for act in CreditAct))
