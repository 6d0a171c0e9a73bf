"""Write messages into the log, keep sellers' words and additional recipients."""

from entrepot.domain.notifications.commands.log import Draft, Told, send_again, write
from entrepot.domain.notifications.commands.recipients import (
    RECIPIENTS_MAX,
    remove_recipient,
    set_recipient,
)
from entrepot.domain.notifications.commands.templates import reset_template, set_template

__all__ = [
    "RECIPIENTS_MAX",
    "Draft",
    "Told",
    "remove_recipient",
    "reset_template",
    "send_again",
    "set_recipient",
    "set_template",
    "write",
]
