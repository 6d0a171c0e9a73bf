"""Provisioning in words: states, connectors and what they declare, differences, follow-ups."""

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.connectors.protocol import Abilities
from entrepot.domain.provisioning.drift import DriftKind
from entrepot.domain.provisioning.kinds import (
    Action,
    ConnectorKind,
    ErrorClass,
    Feature,
    FollowUpKind,
)
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.listing import Group
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.orders import words as order_words
from entrepot.web.ui.parts import Tab

GROUPS: Mapping[Group, object] = {
    Group.PEOPLE: _("Waits for a person"),
    Group.MANUAL: _("By hand"),
    Group.MOVING: pgettext_lazy("operations", "Under way"),
    Group.DONE: pgettext_lazy("operations", "Done"),
    Group.ENDED: pgettext_lazy("operations", "Ended"),
}
KINDS: Mapping[ConnectorKind, object] = {
    ConnectorKind.SERVICE_BROKER: _("Open Service Broker API"),
    ConnectorKind.SIGNED_HTTP: _("Signed calls with call-backs"),
    ConnectorKind.MANUAL: _("Manual queue"),
}
_FEATURES: Mapping[Feature, object] = {
    Feature.USAGE: _("reports usage"),
    Feature.LIST: _("lists services"),
    Feature.FETCH: _("describes a service"),
    Feature.CLEAN: _("cleans up after a failure"),
}
_ACTIONS: Mapping[Action, object] = {
    Action.CREATE: _("sets up"),
    Action.CHANGE: _("changes"),
    Action.SUSPEND: _("suspends"),
    Action.RESUME: _("resumes"),
    Action.CANCEL: _("removes"),
    Action.ASSIGN: _("assigns"),
    Action.RELEASE: _("takes back"),
}
_DRIFT: Mapping[DriftKind, object] = {
    DriftKind.MISSING_AT_VENDOR: _("Missing at the vendor"),
    DriftKind.UNKNOWN_TO_US: _("Unknown to us"),
    DriftKind.STATE: _("Another state"),
    DriftKind.PRODUCT: _("Another product"),
    DriftKind.QUANTITY: _("Another quantity"),
    DriftKind.PARAMETERS: _("Other parameters"),
    DriftKind.NOT_ANSWERED: _("Not answered"),
}
_FOLLOW_UPS: Mapping[str, object] = {
    FollowUpKind.DELIVERED_AFTER_CANCEL: _("Delivered after it was given up"),
    FollowUpKind.DELIVERED_AFTER_FAILURE: _("Delivered after it had failed"),
    FollowUpKind.UNCLEAR_AFTER_CANCEL: _("Unclear after it was given up"),
    FollowUpKind.UNKNOWN_OPERATION: _("Message about an unknown operation"),
    FollowUpKind.UNREADABLE_CALLBACK: _("Message that cannot be read"),
}
_OUTCOMES: Mapping[str, object] = {
    "accepted": _("The vendor works on it"),
    "done": _("The effect exists"),
    "refused": _("There is no effect"),
    "unknown": _("Nobody knows"),
    "absent": _("The vendor knows nothing of it"),
}
_REPAIRS: Mapping[DriftKind, object] = {
    DriftKind.MISSING_AT_VENDOR: _("Set up anew"),
    DriftKind.STATE: _("Bring to our state"),
    DriftKind.PRODUCT: _("Change back"),
    DriftKind.QUANTITY: _("Change back"),
    DriftKind.PARAMETERS: _("Change back"),
}


def badge(state: State) -> str:
    """Name the badge of a state of an operation."""
    return {
        State.INTENT: "queued",
        State.PARKED: "provisioning_failed",
        State.SUCCEEDED: "done",
        State.FAILED: "failed",
        State.CANCELLED: "stopped",
    }.get(state, "processing")


def state(value: State, *, is_by_hand: bool) -> str:
    """Say where an operation stands; what people do themselves is in nobody else's hands."""
    if is_by_hand and value is State.PENDING:
        return gettext("To be done by hand")
    return order_words.operation(value)


def subject(cause: str) -> str:
    """Say in short who asked for an operation."""
    if cause.startswith("order "):
        return gettext("Order")
    if cause.startswith("repair-"):
        return gettext("Repair")
    return gettext("Change of the subscription")


def outcome(value: str) -> str:
    """Say what a vendor's answer means."""
    return str(_OUTCOMES.get(value, value))


def drift(kind: str) -> str:
    """Name a kind of difference."""
    return str(_DRIFT[DriftKind(kind)])


def repair(kind: str) -> str:
    """Name the button that repairs a difference; empty where nothing is repaired from here."""
    return str(_REPAIRS.get(DriftKind(kind), ""))


def follow_up(kind: str) -> str:
    """Name a kind of follow-up."""
    return str(_FOLLOW_UPS.get(kind, kind))


def declared(value: Abilities) -> str:
    """Say what a connector declares, in one line."""
    actions = [str(text) for action, text in _ACTIONS.items() if value.can(action)]
    features = [str(text) for feature, text in _FEATURES.items() if value.can(feature)]
    return ", ".join([*actions, *features])


def error_classes() -> list[tuple[str, str]]:
    """Offer the classes of errors."""
    return [(one.value, order_words.cause(one.value)) for one in ErrorClass]


def number(value: int, *, most: int) -> str:
    """Write a count that ends at `most`."""
    shown = home_words.number(min(value, most))
    return f"{shown}+" if value >= most else shown


def tabs(viewer: Viewer, current: str, *, follow_ups: int | None = None) -> list[Tab]:
    """Return the pages of provisioning as tabs."""
    found = [
        ("operations", gettext("Operations"), "provisioning", None),
        ("follow-ups", gettext("Follow-ups"), "follow-ups", follow_ups or None),
        ("connectors", gettext("Connectors and drift"), "connectors", None),
    ]
    return [
        Tab(label, links.address(viewer, name), count, current=key == current)
        for key, label, name, count in found
    ]
