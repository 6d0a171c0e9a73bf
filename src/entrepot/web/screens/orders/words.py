"""Words of orders as people read them: states, kinds, buyers, steps, what a vendor does."""

from datetime import datetime

from django.utils.translation import gettext, ngettext

from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown
from entrepot.domain.ordering.queries import BuyerType, OrderRow, Step
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.provisioning.kinds import Action, ErrorClass, Purpose
from entrepot.domain.provisioning.lifecycle import State
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.screens.home import words
from entrepot.web.ui.badges import badge_of

_BADGES = {
    Code.OPENED: "submitted",
    Code.WAITING_FOR_APPROVAL: "waiting",
    Code.WAITING_FOR_PAYMENT: "waiting_for_payment",
    Code.PAYMENT_DONE: "accepted",
    Code.PROVISIONING: "provisioning",
    Code.PROVISIONING_FAILED: "provisioning_failed",
    Code.COMPLETED: "completed",
    Code.CANCELLED: "cancelled",
}


def order_id(number: int) -> str:
    """Write the identifier that people read."""
    return format_id(kind=IdKind.ORDER, number=number)


def subscription_id(number: int) -> str:
    """Write the identifier of a subscription."""
    return format_id(kind=IdKind.SUBSCRIPTION, number=number)


def badge(viewer: Viewer, row: OrderRow) -> str:
    """Name the badge of an order: staff see where exactly it stands, customers what they are told."""
    return badge_of_code(viewer, row.code)


def badge_of_code(viewer: Viewer, code: Code) -> str:
    """Name the badge of a status code, as `badge`."""
    return SHOWN[code].value if viewer.panel is Panel.CUSTOMER else _BADGES[code]


def shown(value: Shown) -> str:
    """Name a state as lists and customers are told it."""
    return str(badge_of(value.value).label)


def code(value: Code) -> str:
    """Name a status with its code."""
    return f"{badge_of(_BADGES[value]).label} ({value.value})"


def kind(value: OrderKind) -> str:
    """Name what an order asks for."""
    return {
        OrderKind.SALES: gettext("Sales order"),
        OrderKind.CHANGE: gettext("Change order"),
        OrderKind.RENEWAL: gettext("Renewal"),
        OrderKind.CANCELLATION: gettext("Cancellation"),
    }[value]


def buyer(value: BuyerType) -> str:
    """Name who bought."""
    return {
        BuyerType.CUSTOMER: gettext("Customer"),
        BuyerType.RESELLER: gettext("Reseller, for itself"),
        BuyerType.OWN: gettext("Own account"),
    }[value]


def stamp(value: datetime) -> str:
    """Write an instant in the reader's zone."""
    return words.day(value, "stamp")


def per_period(billing_months: int) -> str:
    """Say how often the further amounts are billed."""
    known = {1: gettext("Then each month"), 12: gettext("Then each year")}
    text = ngettext("Then every %(n)s month", "Then every %(n)s months", billing_months)
    return known.get(billing_months) or text % {"n": billing_months}


def step(before: Code | None, after: Code, *, kind: OrderKind, is_rejected: bool = False) -> str:
    """Say what a line of the timeline tells; `is_rejected` tells of which kind the end of an approval is."""
    if before is None:
        return gettext("Ordered")
    if before is Code.WAITING_FOR_APPROVAL:
        return {
            Code.WAITING_FOR_APPROVAL: gettext("Approved; the next step is asked"),
            Code.CANCELLED: gettext("Not approved") if is_rejected else gettext("Cancelled"),
        }.get(after) or gettext("Approved")
    if before is Code.PROVISIONING_FAILED and after is Code.PROVISIONING:
        return gettext("Sent to the vendor again")
    if before is after is Code.COMPLETED:
        return gettext("Withdrawn")
    return {
        Code.OPENED: gettext("Ordered"),
        Code.WAITING_FOR_APPROVAL: gettext("Waits for approval"),
        Code.WAITING_FOR_PAYMENT: gettext("Beyond the credit limit: waits for payment"),
        Code.PAYMENT_DONE: _accepted(before, kind),
        Code.PROVISIONING: gettext("Sent to the vendor"),
        Code.PROVISIONING_FAILED: gettext("Failed at the vendor"),
        Code.COMPLETED: {
            OrderKind.SALES: gettext("Ready to use"),
            OrderKind.CHANGE: gettext("Changed"),
            OrderKind.RENEWAL: gettext("The term is ordered"),
            OrderKind.CANCELLATION: gettext("The cancellation counts"),
        }[kind],
        Code.CANCELLED: gettext("Cancelled"),
    }[after]


def _accepted(before: Code, kind: OrderKind) -> str:
    if before is Code.WAITING_FOR_PAYMENT:
        return gettext("Payment received")
    if kind is OrderKind.CANCELLATION:
        return gettext("Accepted")
    return gettext("Within the credit limit: accepted")


def placed(row: OrderRow, *, done: str) -> str:
    """Tell who has ordered something of a subscription what came of it, with the number of the order."""
    texts = {
        Code.WAITING_FOR_APPROVAL: gettext("%(number)s is placed and waits for approval."),
        Code.WAITING_FOR_PAYMENT: gettext("%(number)s is placed and waits for payment."),
    }
    text = texts.get(row.code) or f"{done} (%(number)s)"
    return text % {"number": row.number}


def actor(one: Step, *, people: frozenset[str]) -> str:
    """Say who did it: programs as such, people of sellers above without their name.

    Whether an order goes on at once is worked out when it is placed.
    """
    if one.actor == "time-out":
        return gettext("by itself: nobody decided in time")
    if one.actor == "provisioning" or one.before is Code.OPENED:
        return gettext("by itself")
    if one.actor not in people:
        return gettext("by your supplier")
    return gettext("by %(name)s") % {"name": one.actor}


def action(value: Action) -> str:
    """Say what a vendor is asked for."""
    return {
        Action.CREATE: gettext("Set the service up"),
        Action.CHANGE: gettext("Change the service"),
        Action.SUSPEND: gettext("Suspend the service"),
        Action.RESUME: gettext("Resume the service"),
        Action.CANCEL: gettext("Remove the service"),
        Action.ASSIGN: gettext("Hand the service out to people"),
        Action.RELEASE: gettext("Take the service from people"),
    }[value]


def operation(value: State) -> str:
    """Say where an operation at the vendor stands."""
    return {
        State.INTENT: gettext("Not sent yet"),
        State.SENDING: gettext("Being sent"),
        State.UNKNOWN: gettext("No answer, the vendor is asked"),
        State.RETRYING: gettext("Waits for the next try"),
        State.PENDING: gettext("The vendor works on it"),
        State.CLEANING: gettext("Remains are removed"),
        State.WITHDRAWN: gettext("Given up, the vendor is asked"),
        State.PARKED: gettext("Waits for a person"),
        State.SUCCEEDED: gettext("Done"),
        State.FAILED: gettext("Failed for good"),
        State.CANCELLED: gettext("Given up"),
    }[value]


def cause(error_class: str) -> str:
    """Say why a vendor did not do it; empty for no error."""
    if error_class not in set(ErrorClass):
        return ""
    return {
        ErrorClass.UNREACHABLE: gettext("The vendor cannot be reached"),
        ErrorClass.BUSY: gettext("The vendor is busy"),
        ErrorClass.TEMPORARY: gettext("The vendor has a disturbance"),
        ErrorClass.REJECTED: gettext("The vendor rejects the request"),
        ErrorClass.CONFLICT: gettext("The vendor knows it with other content"),
        ErrorClass.NOT_AUTHORISED: gettext("The vendor does not accept our credentials"),
        ErrorClass.UNSUPPORTED: gettext("The vendor cannot do this"),
        ErrorClass.VENDOR_FAILED: gettext("It failed at the vendor"),
        ErrorClass.NO_ANSWER: gettext("The vendor does not answer"),
        ErrorClass.TOO_LONG: gettext("The vendor took too long"),
        ErrorClass.BY_HAND: gettext("Marked as failed by hand"),
        ErrorClass.MISCONFIGURED: gettext("The connector is not set up correctly"),
    }[ErrorClass(error_class)]


def purpose(value: str) -> str:
    """Say why a vendor was called."""
    if value not in set(Purpose):
        return value
    return {
        Purpose.SEND: gettext("Sent"),
        Purpose.POLL: gettext("Asked how far it is"),
        Purpose.ASK: gettext("Asked whether it exists"),
        Purpose.CLEAN: gettext("Remains removed"),
    }[Purpose(value)]
