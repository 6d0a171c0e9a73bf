"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("message",))
@dataclass(frozen=True, slots=True)
class MessageSentAgain(Act):
    """A person had a message sent once more."""


@announces(kinds=("message_template",))
@dataclass(frozen=True, slots=True)
class MessageTemplateChanged(Act):
    """A seller chose its own words for a kind of message, or took them back."""


@announces(actions=("recipient_set", "recipient_removed"))
@dataclass(frozen=True, slots=True)
class RecipientsChanged(Act):
    """An additional recipient of a customer's messages was added, changed or removed."""
