"""Kinds of messages with the names that their texts may use, and states of a message; pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class MessageKind(StrEnum):
    """What a message tells; each kind has its own texts."""

    WELCOME = "welcome"
    ACTIVATION = "activation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name
    SIGNS_IN_OUTSIDE = "signs_in_outside"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    FACTORS_CHANGED = "factors_changed"
    FACTORS_RESET = "factors_reset"
    ROLE_CHANGED = "role_changed"
    SERVICE_ASSIGNED = "service_assigned"
    SERVICE_REMOVED = "service_removed"
    ACTED_ON_BEHALF = "acted_on_behalf"
    ACCOUNT_EDITED = "account_edited"
    ORDER_ASKED = "order_asked"
    ORDER_SUBMITTED = "order_submitted"
    ORDER_PROCESSING = "order_processing"
    ORDER_ERROR = "order_error"
    ORDER_COMPLETED = "order_completed"
    ORDER_CANCELLED = "order_cancelled"
    ACCOUNT_HELD = "account_held"
    ACCOUNT_RELEASED = "account_released"
    CREDIT_HELD = "credit_held"
    CREDIT_RELEASED = "credit_released"
    INVOICE_ISSUED = "invoice_issued"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    PAYMENT_NOTED = "payment_noted"
    UNITS_USED = "units_used"
    RENEWAL_SOON = "renewal_soon"
    EXPIRY_SOON = "expiry_soon"


class MessageState(StrEnum):
    """Where a message stands. `KEPT`: this installation sends no mail, the message is only shown."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


class Failure(StrEnum):
    """Why a message was not taken: what passes by itself, and what does not."""

    UNREACHABLE = "unreachable"
    REFUSED_FOR_NOW = "refused_for_now"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    OUTDATED = "outdated"
    NO_ADDRESS = "no_address"


class Topic(StrEnum):
    """What additional recipients of a customer can be told of."""

    ACCOUNT_STATUS = "account_status"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    RESOURCE_USAGE = "resource_usage"
    RENEWALS = "renewals"


TOPICS: Mapping[MessageKind, Topic] = MappingProxyType(
    {
        MessageKind.ACCOUNT_HELD: Topic.ACCOUNT_STATUS,
        MessageKind.ACCOUNT_RELEASED: Topic.ACCOUNT_STATUS,
        MessageKind.CREDIT_HELD: Topic.ACCOUNT_STATUS,
        MessageKind.CREDIT_RELEASED: Topic.ACCOUNT_STATUS,
        MessageKind.INVOICE_ISSUED: Topic.INVOICES,
        MessageKind.CREDIT_NOTE_ISSUED: Topic.INVOICES,
        MessageKind.PAYMENT_NOTED: Topic.PAYMENTS,
        MessageKind.UNITS_USED: Topic.RESOURCE_USAGE,
        MessageKind.RENEWAL_SOON: Topic.RENEWALS,
        MessageKind.EXPIRY_SOON: Topic.RENEWALS,
    }
)
"""The kinds of which additional recipients get a message too."""

WITH_LINK = frozenset({MessageKind.WELCOME, MessageKind.ACTIVATION, MessageKind.PASSWORD_RESET})
"""The kinds that carry a link for one use. It is made in the moment of sending and stored nowhere."""

_ALWAYS = ("person", "company", "brand", "panel")
_ORDER = (*_ALWAYS, "orders", "plans", "order_link")
_DOCUMENT = (*_ALWAYS, "number", "amount", "day", "due", "document_link")
_USAGE = ("plan", "resource", "share", "used", "included", "subscription", "subscription_link")
_TERM = (*_ALWAYS, "plan", "subscription", "ends_on", "days", "subscription_link")

VARIABLES: Mapping[MessageKind, tuple[str, ...]] = MappingProxyType(
    {
        MessageKind.WELCOME: (*_ALWAYS, "login", "link", "hours"),
        MessageKind.ACTIVATION: (*_ALWAYS, "login", "link", "hours"),
        MessageKind.PASSWORD_RESET: (*_ALWAYS, "login", "link", "minutes"),
        MessageKind.SIGNS_IN_OUTSIDE: (*_ALWAYS, "login", "keeper"),
        MessageKind.PASSWORD_CHANGED: (*_ALWAYS, "login", "day"),
        MessageKind.FACTORS_CHANGED: (*_ALWAYS, "login", "day", "change"),
        MessageKind.FACTORS_RESET: (*_ALWAYS, "login", "day", "by"),
        MessageKind.ROLE_CHANGED: (*_ALWAYS, "login", "role", "by"),
        MessageKind.SERVICE_ASSIGNED: (*_ALWAYS, "login", "services"),
        MessageKind.SERVICE_REMOVED: (*_ALWAYS, "login", "services"),
        MessageKind.ACTED_ON_BEHALF: (*_ALWAYS, "by", "seller", "reason", "day"),
        MessageKind.ACCOUNT_EDITED: (*_ALWAYS, "account", "by", "day", "account_link"),
        MessageKind.ORDER_ASKED: (*_ORDER, "by", "amount"),
        MessageKind.ORDER_SUBMITTED: _ORDER,
        MessageKind.ORDER_PROCESSING: _ORDER,
        MessageKind.ORDER_ERROR: _ORDER,
        MessageKind.ORDER_COMPLETED: _ORDER,
        MessageKind.ORDER_CANCELLED: _ORDER,
        MessageKind.ACCOUNT_HELD: _ALWAYS,
        MessageKind.ACCOUNT_RELEASED: _ALWAYS,
        MessageKind.CREDIT_HELD: _ALWAYS,
        MessageKind.CREDIT_RELEASED: (*_ALWAYS, "until"),
        MessageKind.INVOICE_ISSUED: _DOCUMENT,
        MessageKind.CREDIT_NOTE_ISSUED: _DOCUMENT,
        MessageKind.PAYMENT_NOTED: (*_ALWAYS, "amount", "day"),
        MessageKind.UNITS_USED: (*_ALWAYS, *_USAGE),
        MessageKind.RENEWAL_SOON: _TERM,
        MessageKind.EXPIRY_SOON: _TERM,
    }
)
"""The names that the texts of a kind may use; nothing else is put in."""
