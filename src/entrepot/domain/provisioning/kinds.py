"""The closed lists of provisioning: kinds of connectors, actions, classes of refusals; pure."""

from enum import StrEnum


class ConnectorKind(StrEnum):
    """How a vendor is spoken to."""

    SERVICE_BROKER = "service_broker"
    SIGNED_HTTP = "signed_http"
    MANUAL = "manual"


class Action(StrEnum):
    """What an operation asks of a vendor."""

    CREATE = "create"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    ASSIGN = "assign"
    RELEASE = "release"


FOR_PEOPLE = frozenset({Action.ASSIGN, Action.RELEASE})
"""Actions that hand a service out to people or take it back; several of them may be open for one service."""


class Feature(StrEnum):
    """What a connector may be able to do beside the actions."""

    USAGE = "usage"
    LIST = "list"
    FETCH = "fetch"
    CLEAN = "clean"


class InstanceState(StrEnum):
    """What we know of a service at the vendor."""

    ABSENT = "absent"
    RUNNING = "running"
    SUSPENDED = "suspended"
    REMOVED = "removed"


class Purpose(StrEnum):
    """Why a vendor was called."""

    SEND = "send"
    POLL = "poll"
    ASK = "ask"
    CLEAN = "clean"


class ErrorClass(StrEnum):
    """Why a vendor did not do it; `rules.RETRIED` says which of them are tried again by themselves."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    TEMPORARY = "temporary"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    NOT_AUTHORISED = "not_authorised"
    UNSUPPORTED = "unsupported"
    VENDOR_FAILED = "vendor_failed"
    NO_ANSWER = "no_answer"
    TOO_LONG = "too_long"
    BY_HAND = "by_hand"
    MISCONFIGURED = "misconfigured"


class CallbackState(StrEnum):
    """What became of a stored call-back."""

    STORED = "stored"
    APPLIED = "applied"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"


class FollowUpKind(StrEnum):
    """Why a person has to look at something."""

    DELIVERED_AFTER_CANCEL = "delivered_after_cancel"
    DELIVERED_AFTER_FAILURE = "delivered_after_failure"
    UNCLEAR_AFTER_CANCEL = "unclear_after_cancel"
    UNKNOWN_OPERATION = "unknown_operation"
    UNREADABLE_CALLBACK = "unreadable_callback"


AFTER = {
    Action.CREATE: InstanceState.RUNNING,
    Action.CHANGE: None,
    Action.SUSPEND: InstanceState.SUSPENDED,
    Action.RESUME: InstanceState.RUNNING,
    Action.CANCEL: InstanceState.REMOVED,
    Action.ASSIGN: None,
    Action.RELEASE: None,
}
"""The state of the instance once an action is done; None leaves it."""
