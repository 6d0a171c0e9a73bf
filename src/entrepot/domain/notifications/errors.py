"""Refusals of the notifications package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class MessageInput(BadInput):
    """A text, an address or a choice that cannot be stored or sent."""

    codes = frozenset(
        {
            "message_header_unusable",
            "template_name_unknown",
            "template_braces",
            "template_has_controls",
            "template_text_missing",
            "template_too_long",
            "template_without_link",
            "recipient_missing",
            "recipient_topic_missing",
        }
    )


class MessageConflict(Conflict):
    """Somebody else was faster."""

    codes = frozenset({"template_changed_meanwhile"})


class MessageRefused(Refused):
    """The state of a message or a limit forbids it."""

    codes = frozenset({"message_not_sendable", "recipients_too_many", "message_without_address"})
