"""Reads of the log, of words, and of additional recipients: frozen rows, bounded, viewer first."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Q, QuerySet

from entrepot.domain.notifications.builtin import builtin
from entrepot.domain.notifications.kinds import (
    Failure,
    MessageKind,
    MessageState,
    Topic,
)
from entrepot.domain.notifications.models import Message, MessageRecipient, MessageTemplate
from entrepot.domain.notifications.wording import Wording
from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.ids import IdKind

LIMIT_MAX = 200
LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are wanted. `text` is the beginning of an address or of a customer's name, or a number."""

    text: str = ""
    kind: MessageKind | None = None
    state: MessageState | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message in a list."""

    id: int
    kind: MessageKind
    state: MessageState
    address: str
    is_copy: bool
    account_id: int
    account_name: str
    subject: str
    failure: Failure | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page, newest first; `older` leads on, `newer` back, None where there is none."""

    rows: tuple[MessageLine, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One message. `text` and `html` hold `wording.LINK` where a link for one use stood; it is kept nowhere."""

    line: MessageLine
    language: str
    text: str
    html: str
    event: str
    attempts: int
    error: str
    next_try_at: datetime | None
    valid_until: datetime | None
    again_of_id: int | None
    brand_id: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """The words of a kind in a language: those that count, whose they are, and what counts without own ones.

    `of_id` is the seller whose words count, None for the usual ones; `version` 0 means no own words.
    """

    kind: MessageKind
    language: str
    wording: Wording
    inherited: Wording
    of_id: int | None
    of_name: str
    is_own: bool
    version: int


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """One additional recipient."""

    id: int
    address: str
    topics: tuple[Topic, ...]


def list_messages(
    viewer: Viewer,
    *,
    side: Side,
    wanted: MessageFilter,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> MessagePage:
    """Return messages to the viewer's customers (SOLD) or to the own account (BOUGHT), newest first, at most 200.

    `before` is the id of the last row of the page before, `after` that of the first row of the page behind.
    """
    size = min(limit, LIMIT_MAX)
    rows = _wanted(visible(viewer, Message, scope=document_scope(viewer, side=side)), wanted)
    is_back = after is not None and before is None
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    names = [field.name for field in fields(MessageLine)]
    found = list(rows.only(*names).order_by("id" if is_back else "-id")[: size + 1])
    more = len(found) > size
    page = found[:size][::-1] if is_back else found[:size]
    return MessagePage(
        tuple(_line(row) for row in page),
        older=page[-1].id if page and (more or is_back) else None,
        newer=page[0].id if page and (before is not None or (is_back and more)) else None,
    )


def message_facts(viewer: Viewer, *, message_id: int) -> MessageFacts:
    """Return one message that the viewer's account sent or got. Raises: NoSuchObject."""
    row = one(viewer, Message, pk=message_id, kind=IdKind.MESSAGE)
    return MessageFacts(
        line=_line(row),
        language=row.language,
        text=row.text,
        html=row.html,
        event=row.event,
        attempts=row.attempts,
        error=row.error,
        next_try_at=row.next_try_at,
        valid_until=row.valid_until,
        again_of_id=row.again_of_id,
        brand_id=row.brand_id,
        is_own=row.seller_id == viewer.account_id,
    )


def list_templates(viewer: Viewer) -> tuple[TemplateFacts, ...]:
    """Return the words of all kinds in all languages as they count for the viewer's account. Two statements."""
    return tuple(
        _template(viewer, kind, language, known)
        for known in (_known(viewer),)
        for kind in MessageKind
        for language in LANGUAGES
    )


def template_facts(viewer: Viewer, *, kind: MessageKind, language: str) -> TemplateFacts:
    """Return the words of one kind in one language."""
    return _template(viewer, kind, language, _known(viewer))


def recipients_of(viewer: Viewer, *, account_id: int) -> tuple[RecipientRow, ...]:
    """Return the additional recipients of a visible account by address. Raises: NoSuchObject."""
    one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    rows = visible(viewer, MessageRecipient).filter(account_id=account_id).order_by("address")
    return tuple(
        RecipientRow(row.id, row.address, tuple(t for t in Topic if t.value in row.topics))
        for row in rows[:LIMIT_MAX]
    )


def _wanted(rows: QuerySet[Message], wanted: MessageFilter) -> QuerySet[Message]:
    if wanted.kind is not None:
        rows = rows.filter(kind=wanted.kind.value)
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    text = wanted.text.strip()
    if text:
        number = text.upper().removeprefix(f"{IdKind.MESSAGE.value}-")
        named = Q(address__istartswith=text) | Q(account_name__istartswith=text)
        if number.isascii() and number.isdigit() and len(number) < 19:
            named |= Q(pk=int(number))
        rows = rows.filter(named)
    return rows


def _line(row: Message) -> MessageLine:
    return MessageLine(
        id=row.id,
        kind=MessageKind(row.kind),
        state=row.state,
        address=row.address,
        is_copy=row.is_copy,
        account_id=row.account_id,
        account_name=row.account_name,
        subject=row.subject,
        failure=Failure(row.failure) if row.failure else None,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


_Known = Mapping[tuple[int, str, str], tuple[MessageTemplate, str]]


def _known(viewer: Viewer) -> _Known:
    """Read all words of the viewer's account and of the sellers above: those pass on to it what they say."""
    rows = MessageTemplate.objects.select_related("seller").filter(seller_id__in=_path(viewer))
    return {(row.seller_id, row.kind, row.language): (row, row.seller.name) for row in rows}


def _path(viewer: Viewer) -> tuple[int, ...]:
    return tuple(int(part) for part in viewer.account_path.split(".") if part)


def _template(viewer: Viewer, kind: MessageKind, language: str, known: _Known) -> TemplateFacts:
    path = _path(viewer)
    found = [known.get((seller_id, kind.value, language)) for seller_id in path]
    own, above = found[-1], [one for one in found[:-1] if one is not None]
    usual = builtin(kind=kind, language=language)
    inherited = Wording(above[-1][0].subject, above[-1][0].body) if above else usual
    counts = own or (above[-1] if above else None)
    return TemplateFacts(
        kind=kind,
        language=language,
        wording=Wording(own[0].subject, own[0].body) if own else inherited,
        inherited=inherited,
        of_id=counts[0].seller_id if counts else None,
        of_name=counts[1] if counts else "",
        is_own=own is not None,
        version=own[0].version if own else 0,
    )
