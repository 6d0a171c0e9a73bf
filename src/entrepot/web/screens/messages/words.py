"""Kinds, states, causes and topics of messages in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.notifications.kinds import (
    Failure,
    MessageKind,
    MessageState,
    Topic,
)
from entrepot.domain.notifications.wording import LINK
from entrepot.web.screens.tasks.event_words import fact

_KINDS: Mapping[MessageKind, object] = {
    MessageKind.WELCOME: _("Welcome"),
    MessageKind.ACTIVATION: _("Activation"),
    MessageKind.PASSWORD_RESET: _("New password"),
    MessageKind.SIGNS_IN_OUTSIDE: _("Signs in through a portal"),
    MessageKind.PASSWORD_CHANGED: _("Password changed"),
    MessageKind.FACTORS_CHANGED: _("Second factors changed"),
    MessageKind.FACTORS_RESET: _("Second factors reset"),
    MessageKind.ROLE_CHANGED: _("Role changed"),
    MessageKind.SERVICE_ASSIGNED: _("Services assigned"),
    MessageKind.SERVICE_REMOVED: _("Services taken back"),
    MessageKind.ACTED_ON_BEHALF: _("Acting on behalf"),
    MessageKind.ACCOUNT_EDITED: _("Account data changed"),
    MessageKind.ORDER_ASKED: _("Approval of an order asked for"),
    MessageKind.ORDER_SUBMITTED: _("Order submitted"),
    MessageKind.ORDER_PROCESSING: _("Order in progress"),
    MessageKind.ORDER_ERROR: _("Order takes longer"),
    MessageKind.ORDER_COMPLETED: _("Order completed"),
    MessageKind.ORDER_CANCELLED: _("Order cancelled"),
    MessageKind.ACCOUNT_HELD: _("Account put on hold"),
    MessageKind.ACCOUNT_RELEASED: _("Account released"),
    MessageKind.CREDIT_HELD: _("Credit hold put"),
    MessageKind.CREDIT_RELEASED: _("Credit hold released"),
    MessageKind.INVOICE_ISSUED: _("Invoice issued"),
    MessageKind.CREDIT_NOTE_ISSUED: _("Credit note issued"),
    MessageKind.PAYMENT_NOTED: _("Payment received"),
    MessageKind.UNITS_USED: _("Included units used"),
    MessageKind.RENEWAL_SOON: _("Subscription is renewed soon"),
    MessageKind.EXPIRY_SOON: _("Subscription expires soon"),
}
_BADGES: Mapping[MessageState, str] = {
    MessageState.WAITING: "queued",
    MessageState.SENDING: "running",
    MessageState.SENT: "done",
    MessageState.FAILED: "failed",
    MessageState.KEPT: "draft",
}
_FAILURES: Mapping[Failure, object] = {
    Failure.UNREACHABLE: _("The mail server cannot be reached; it is tried again by itself."),
    Failure.REFUSED_FOR_NOW: _("The mail server has put it off; it is tried again by itself."),
    Failure.REFUSED: _("The mail server has refused it."),
    Failure.NO_ANSWER: _("The mail server broke off; it is tried again by itself."),
    Failure.OUTDATED: _("It could not be sent while its link was valid."),
    Failure.NO_ADDRESS: _("There is no mail address; nobody was told."),
}
_TOPICS: Mapping[Topic, object] = {
    Topic.ACCOUNT_STATUS: _("Account status"),
    Topic.INVOICES: _("Invoices"),
    Topic.PAYMENTS: _("Payments"),
    Topic.RESOURCE_USAGE: _("Resource usage"),
    Topic.RENEWALS: _("Renewals"),
}


def kind(value: MessageKind) -> str:
    """Name a kind."""
    return str(_KINDS[value])


def topic(value: Topic) -> str:
    """Name a topic."""
    return str(_TOPICS[value])


def badge(value: MessageState) -> str:
    """Return the name of a state's badge."""
    return _BADGES[value]


def state(value: MessageState) -> str:
    """Name a state."""
    return {
        MessageState.WAITING: pgettext("message", "Waiting"),
        MessageState.SENDING: pgettext("message", "Being sent"),
        MessageState.SENT: pgettext("message", "Sent"),
        MessageState.FAILED: pgettext("message", "Failed"),
        MessageState.KEPT: pgettext("message", "Not mailed"),
    }[value]


def failure(value: Failure | None) -> str:
    """Say why a message was not taken; empty without a cause."""
    return "" if value is None else str(_FAILURES[value])


def language(code: str) -> str:
    """Name a language of messages."""
    return gettext("German") if code == "de" else gettext("English")


def cause(event: str) -> str:
    """Say what happened, with the number of the fact that told it."""
    name, _space, number = event.partition(" ")
    return gettext("%(what)s, fact %(number)s") % {"what": fact(name), "number": number}


def shown(text: str) -> str:
    """Write a stored text as people may see it: a link for one use is not kept, its place is named."""
    return text.replace(LINK, f"[{gettext('link for one use, not kept')}]")
