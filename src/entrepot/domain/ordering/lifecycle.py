"""Status codes of orders, what people are told about them, and which follows which; pure.

The codes are those of the trade (domain reference 3.2), without the ones for cards and fraud, which do not exist yet;
the trade has none for approvals, WA is ours.
"""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Where an order stands; staff see the code."""

    OPENED = "OP"
    WAITING_FOR_APPROVAL = "WA"
    WAITING_FOR_PAYMENT = "WP"
    PAYMENT_DONE = "PD"
    PROVISIONING = "PR"
    PROVISIONING_FAILED = "PF"
    COMPLETED = "CP"
    CANCELLED = "CL"


class Trigger(StrEnum):
    """What moves an order."""

    ASK_APPROVAL = "ask_approval"
    ENDORSE = "endorse"
    APPROVE = "approve"
    REJECT = "reject"
    ASK_PAYMENT = "ask_payment"
    ACCEPT = "accept"
    PROVISION = "provision"
    FAIL = "fail"
    RESUBMIT = "resubmit"
    COMPLETE = "complete"
    CANCEL = "cancel"
    OVERTAKE = "overtake"


class Shown(StrEnum):
    """What customers and lists are told."""

    SUBMITTED = "submitted"
    PROCESSING = "processing"
    ERROR = "error"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


NEXT: Mapping[tuple[Code, Trigger], Code] = {
    (Code.OPENED, Trigger.ASK_APPROVAL): Code.WAITING_FOR_APPROVAL,
    # One step of several has said yes; the next one is asked.
    (Code.WAITING_FOR_APPROVAL, Trigger.ENDORSE): Code.WAITING_FOR_APPROVAL,
    # After the last step it goes on as an order that nobody has to approve.
    (Code.WAITING_FOR_APPROVAL, Trigger.APPROVE): Code.OPENED,
    (Code.WAITING_FOR_APPROVAL, Trigger.REJECT): Code.CANCELLED,
    (Code.WAITING_FOR_APPROVAL, Trigger.CANCEL): Code.CANCELLED,
    (Code.OPENED, Trigger.ASK_PAYMENT): Code.WAITING_FOR_PAYMENT,
    (Code.OPENED, Trigger.ACCEPT): Code.PAYMENT_DONE,
    (Code.WAITING_FOR_PAYMENT, Trigger.ACCEPT): Code.PAYMENT_DONE,
    (Code.WAITING_FOR_PAYMENT, Trigger.CANCEL): Code.CANCELLED,
    (Code.PAYMENT_DONE, Trigger.PROVISION): Code.PROVISIONING,
    (Code.PAYMENT_DONE, Trigger.COMPLETE): Code.COMPLETED,
    (Code.PROVISIONING, Trigger.FAIL): Code.PROVISIONING_FAILED,
    (Code.PROVISIONING, Trigger.COMPLETE): Code.COMPLETED,
    # The vendor's late success counts, whatever we had thought.
    (Code.PROVISIONING_FAILED, Trigger.COMPLETE): Code.COMPLETED,
    (Code.PROVISIONING_FAILED, Trigger.RESUBMIT): Code.PROVISIONING,
    (Code.PROVISIONING_FAILED, Trigger.CANCEL): Code.CANCELLED,
    # The cancellation of its subscription ends an order even while its vendor is at it; people cannot.
    (Code.WAITING_FOR_APPROVAL, Trigger.OVERTAKE): Code.CANCELLED,
    (Code.WAITING_FOR_PAYMENT, Trigger.OVERTAKE): Code.CANCELLED,
    (Code.PROVISIONING, Trigger.OVERTAKE): Code.CANCELLED,
    (Code.PROVISIONING_FAILED, Trigger.OVERTAKE): Code.CANCELLED,
}

SHOWN: Mapping[Code, Shown] = {
    Code.OPENED: Shown.SUBMITTED,
    Code.WAITING_FOR_APPROVAL: Shown.SUBMITTED,
    Code.WAITING_FOR_PAYMENT: Shown.SUBMITTED,
    Code.PAYMENT_DONE: Shown.PROCESSING,
    Code.PROVISIONING: Shown.PROCESSING,
    Code.PROVISIONING_FAILED: Shown.ERROR,
    Code.COMPLETED: Shown.COMPLETED,
    Code.CANCELLED: Shown.CANCELLED,
}

FINAL = frozenset({Code.COMPLETED, Code.CANCELLED})
"""Codes that are never left."""


def allowed(code: Code) -> frozenset[Trigger]:
    """Return the triggers that are legal at a code."""
    return frozenset(trigger for (before, trigger) in NEXT if before is code)
