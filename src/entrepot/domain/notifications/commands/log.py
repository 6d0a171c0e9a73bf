"""Write messages into the log, in the transaction of their cause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from entrepot.domain.notifications.errors import MessageRefused
from entrepot.domain.notifications.kinds import (
    TOPICS,
    WITH_LINK,
    Failure,
    MessageKind,
    MessageState,
)
from entrepot.domain.notifications.models import Message, MessageRecipient
from entrepot.domain.notifications.senders import Sender, words_of
from entrepot.domain.notifications.wording import Wording, fill, html_of, one_line
from entrepot.domain.parties.access import one
from entrepot.domain.parties.names import clean_email
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind

_SOURCE_MAX = 400


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told: an address with the name and language of its owner; `user_id` None for a company's.

    `own` are values of the texts that belong to the person, in any language.
    """

    address: str
    language: str
    name: str = ""
    user_id: int | None = None
    is_copy: bool = False
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is told. `values` are the names that the kind's texts may use, without those of the person.

    `panel` is where the brand's panel is. `event` names what happened, `source` that one happening for ever: the same
    source is told once to each address. Later than `valid_until` it is not sent.
    """

    kind: MessageKind
    sender: Sender
    panel: str
    event: str
    source: str
    values: Mapping[str, Mapping[str, str]]
    valid_until: datetime | None = None


def write(draft: Draft, *, to: Sequence[Told], is_sent: bool, now: datetime) -> int:
    """Write one message for each address and return how many there are now; those that were told already stay.

    `draft.values` holds the values by language. Additional recipients of the kind's topic get a message too, unless it
    carries a link for one use. Without any address the log says that nobody was told. With `is_sent` false nothing is
    mailed, the messages are only shown: in a demo, whose past was made up.
    Raises: MessageInput `message_header_unusable`; PartyInput `email_malformed`.
    """
    everybody = {one.address.casefold(): one for one in _with_copies(draft, to) if one.address}
    if not everybody:
        everybody = {"": Told("", draft.sender.language)}
    words = _words(draft, everybody.values())
    rows = [
        _row(draft, one, words[one.language], is_sent=is_sent, now=now)
        for one in everybody.values()
    ]
    return len(Message.objects.bulk_create(rows, ignore_conflicts=True))


def send_again(viewer: Viewer, *, message_id: int, key: str, actor: Actor, now: datetime) -> int:
    """Have a message sent once more as a new one; return its id. The same `key` again changes nothing.

    A link for one use is made anew. Raises: NoSuchObject; MessageRefused `message_not_sendable` while it is on its
    way, `message_without_address`.
    """
    source = f"again {viewer.user_id} {key}"[:_SOURCE_MAX]
    with transaction.atomic():
        first = one(viewer, Message, pk=message_id, kind=IdKind.MESSAGE)
        known = Message.objects.filter(source=source).values_list("id", flat=True).first()
        if known is not None:
            return known
        _check_sendable(first)
        copied = (
            *("tenant_id", "seller_id", "brand_id", "account_id", "account_name", "user_id"),
            *("kind", "language", "address", "is_copy", "subject", "text", "html", "event"),
        )
        again = Message.objects.create(
            **{name: getattr(first, name) for name in copied},
            source=source,
            again_of_id=first.id,
            state=MessageState.WAITING,
            created_at=now,
            next_try_at=now,
        )
        record(
            actor=actor,
            now=now,
            action="message_sent_again",
            object_kind="message",
            object_id=first.id,
            object_label=first.subject,
            tenant_id=first.tenant_id,
            after={"message": again.id, "address": first.address},
        )
    return again.id


def _check_sendable(message: Message) -> None:
    if message.state in (MessageState.WAITING, MessageState.SENDING):
        raise MessageRefused(
            "message_not_sendable",
            "{object} is on its way already.",
            object=f"{IdKind.MESSAGE.value}-{message.id}",
            next_step="Wait until it is sent or has failed.",
        )
    if not message.address:
        raise MessageRefused(
            "message_without_address",
            "{object} has no address.",
            object=f"{IdKind.MESSAGE.value}-{message.id}",
            next_step="Enter a mail address for the account or the person; the next message goes there.",
        )


def _with_copies(draft: Draft, to: Sequence[Told]) -> list[Told]:
    topic = TOPICS.get(draft.kind)
    if topic is None or draft.kind in WITH_LINK:
        return list(to)
    rows = MessageRecipient.objects.filter(account_id=draft.sender.account_id).order_by("id")
    language = draft.sender.language
    copies = [
        Told(row.address, language, draft.sender.account_name, is_copy=True)
        for row in rows
        if topic.value in row.topics
    ]
    # Who is told anyway is not told twice: the last one of an address counts.
    return [*copies, *to]


def _words(draft: Draft, to: Iterable[Told]) -> dict[str, Wording]:
    """Look the words up once for each language, however many are told."""
    return {
        language: words_of(seller_ids=draft.sender.seller_ids, kind=draft.kind, language=language)
        for language in dict.fromkeys(one.language for one in to)
    }


def _row(draft: Draft, told: Told, wording: Wording, *, is_sent: bool, now: datetime) -> Message:
    sender = draft.sender
    address = clean_email(one_line(told.address, field="address"), field="address")
    said = _said(draft, told, wording)
    state, failure = MessageState.WAITING, ""
    if not address:
        state, failure = MessageState.FAILED, Failure.NO_ADDRESS.value
    elif not is_sent:
        state = MessageState.KEPT
    return Message(
        tenant_id=sender.tenant_id,
        seller_id=sender.seller_id,
        brand_id=sender.brand_id,
        account_id=sender.account_id,
        account_name=sender.account_name,
        user_id=told.user_id,
        kind=draft.kind.value,
        language=told.language,
        address=address,
        is_copy=told.is_copy,
        subject=said.subject,
        text=said.body,
        html=html_of(
            said.body,
            title=said.subject,
            look=sender.look(address=draft.panel),
            language=told.language,
        ),
        event=draft.event[:80],
        source=f"{draft.source} {address.casefold()}"[:_SOURCE_MAX],
        state=state,
        failure=failure,
        created_at=now,
        next_try_at=now if state is MessageState.WAITING else None,
        valid_until=draft.valid_until,
    )


def _said(draft: Draft, told: Told, wording: Wording) -> Wording:
    sender = draft.sender
    values = {
        "person": told.name,
        "company": sender.account_name,
        "brand": sender.brand_name,
        "panel": draft.panel,
        **draft.values.get(told.language, draft.values.get("en", {})),
        **told.own,
    }
    return fill(wording, values=values)
