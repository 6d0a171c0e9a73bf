"""What the pages of messages show: an account's hold, told to a reseller and to its customer."""

from datetime import datetime
from typing import Any

from entrepot.domain.notifications.commands import set_recipient
from entrepot.domain.notifications.kinds import Topic
from entrepot.domain.notifications.models import Message
from entrepot.flows.messages.telling_sales import tell
from entrepot.infra.outbox.outgoing import Outgoing
from tests.support.people import SETUP

Page = tuple[str, tuple[Any, ...], str]
_WORDS = ("message-words-of", "order_completed", "de")


def message_pages(*, reseller_id: int, customer_id: int, now: datetime) -> list[Page]:
    """Tell both accounts of a hold, name an additional recipient, and give the pages about it."""
    numbers = {}
    for account_id in (reseller_id, customer_id):
        set_recipient(
            account_id=account_id,
            address="books@mail.example",
            topics=[Topic.ACCOUNT_STATUS],
            actor=SETUP,
            now=now,
        )
        fact = Outgoing(
            *(-account_id, "account_held", account_id, None, now.date(), {}),
            told_at=now,
        )
        tell(fact)
        numbers[account_id] = Message.objects.filter(account_id=account_id).order_by("id")[0].id
    return [
        ("provider", ("messages",), ""),
        ("provider", ("messages",), "?q=nobody&kind=welcome"),
        ("provider", ("message", numbers[reseller_id]), ""),
        ("provider", ("message-words",), ""),
        ("provider", _WORDS, ""),
        ("provider", ("account-notifications", reseller_id), ""),
        ("reseller", ("messages",), ""),
        ("reseller", ("message", numbers[customer_id]), ""),
        ("reseller", ("message-words",), ""),
        ("reseller", _WORDS, ""),
        ("reseller", ("account-notifications", customer_id), ""),
        ("reseller", ("own-messages",), ""),
        ("reseller", ("own-message", numbers[reseller_id]), ""),
        ("reseller", ("notifications",), ""),
        ("customer", ("messages",), ""),
        ("customer", ("message", numbers[customer_id]), ""),
        ("customer", ("notifications",), ""),
    ]
