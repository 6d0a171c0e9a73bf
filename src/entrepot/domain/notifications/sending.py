"""Waiting messages on their way to the mail server: claimed, sent, and noted one by one.

A message is claimed in a transaction of its own before it is sent, so that two workers never send the same one. A
worker that ends between the server's answer and our note leaves it claimed; after an hour it is sent again under the
same Message-ID. That is what mail servers do among each other: nothing is lost, and a receiver can tell the repetition.
"""

import logging
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q

from entrepot.domain.notifications.kinds import WITH_LINK, Failure, MessageKind, MessageState
from entrepot.domain.notifications.mails import failure_of, mail_of, reason_of
from entrepot.domain.notifications.models import OPEN_STATES, Message
from entrepot.domain.notifications.rules import (
    DIGEST_AFTER,
    DIGEST_FROM,
    STALE_AFTER,
    next_try,
)
from entrepot.domain.notifications.wording import LINK, Look
from entrepot.domain.parties.models import Brand
from entrepot.domain.parties.realms import logo_content
from entrepot.kernel.errors import DomainError

CLAIMED_MAX = 50
_DIGEST_MAX = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """How this installation sends: the sender's address, where a host's panel is, and who makes links for one use.

    `link` raises a DomainError for a person who cannot get one any more. `is_sent` is false where the mail back end
    only shows mails.
    """

    from_address: str
    address_of: Callable[[str], str]
    link: Callable[[Message], str]
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did. `is_away`: the mail server could not be reached, everything waits."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    is_away: bool = False


def is_something_due(*, now: datetime) -> bool:
    """Tell whether a message waits to be sent now. One statement over an index of what is open."""
    return Message.objects.filter(_due(now)).exists()


def send_due(*, post: Post, now: datetime) -> Round:
    """Send what is due, at most 50 messages and what a digest takes along; none is sent by two rounds at once."""
    claimed = _claim(now=now)
    if not claimed:
        return Round()
    mailbox = get_connection()
    try:
        mailbox.open()
    except (OSError, smtplib.SMTPException) as error:
        _put_all_off(claimed, error, now=now)
        return Round(put_off=len(claimed), is_away=True)
    try:
        return _send_all(_groups(claimed, now=now), mailbox, post=post, now=now)
    finally:
        mailbox.close()


def _send_all(groups: Sequence[list[Message]], mailbox: Any, *, post: Post, now: datetime) -> Round:
    """Send one mail after the other; after a lost connection on a new one, if there is one."""
    found = Round()
    for place, group in enumerate(groups):
        state = _send(group, mailbox, post=post, now=now)
        found = replace(
            found,
            sent=found.sent + (state in (MessageState.SENT, MessageState.KEPT)) * len(group),
            failed=found.failed + (state is MessageState.FAILED) * len(group),
            put_off=found.put_off + (state is None) * len(group),
        )
        if state is None:
            rest = [row for later in groups[place + 1 :] for row in later]
            if not _is_back(mailbox, rest, now=now):
                return replace(found, put_off=found.put_off + len(rest), is_away=True)
    return found


def _is_back(mailbox: Any, rest: Sequence[Message], *, now: datetime) -> bool:
    """Connect anew after a mail that was not taken; without a connection put off what was not tried."""
    try:
        mailbox.close()
        mailbox.open()
    except (OSError, smtplib.SMTPException) as error:
        _put_all_off(rest, error, now=now)
        return False
    return True


def _due(now: datetime) -> Q:
    waits = Q(state=MessageState.WAITING, next_try_at__lte=now)
    # The worker that claimed it ended: `next_try_at` is when it was claimed.
    left = Q(state=MessageState.SENDING, next_try_at__lte=now - STALE_AFTER)
    return Q(state__in=OPEN_STATES) & (waits | left)


def _claim(*, now: datetime) -> list[Message]:
    with transaction.atomic():
        due = Message.objects.select_for_update(skip_locked=True).filter(_due(now))
        rows = list(due.order_by("next_try_at", "id")[:CLAIMED_MAX])
        rows += _companions(rows, now=now)
        Message.objects.filter(pk__in=[row.id for row in rows]).update(
            state=MessageState.SENDING, next_try_at=now
        )
    return rows


def _companions(rows: Sequence[Message], *, now: datetime) -> list[Message]:
    """Lock what else waits long for the same addresses, so that a digest tells all of it."""
    late = {row.address for row in rows if _is_late(row, now=now)}
    if not late:
        return []
    more = Message.objects.select_for_update(skip_locked=True).filter(
        _due(now), address__in=late, created_at__lte=now - DIGEST_AFTER
    )
    known = [row.id for row in rows]
    return list(more.exclude(pk__in=known).order_by("id")[:_DIGEST_MAX])


def _is_late(row: Message, *, now: datetime) -> bool:
    return row.created_at <= now - DIGEST_AFTER and MessageKind(row.kind) not in WITH_LINK


def _groups(rows: Sequence[Message], *, now: datetime) -> list[list[Message]]:
    """Give the mails to send: single messages, and digests of three or more that waited over an hour for an address."""
    late: dict[tuple[int, str, str], list[Message]] = {}
    single = []
    for row in sorted(rows, key=lambda one: one.id):
        if _is_late(row, now=now):
            late.setdefault((row.brand_id, row.address, row.language), []).append(row)
        else:
            single.append([row])
    digests = [group for group in late.values() if len(group) >= DIGEST_FROM]
    few = [[row] for group in late.values() if len(group) < DIGEST_FROM for row in group]
    return [*single, *few, *digests]


def _send(group: list[Message], mailbox: Any, *, post: Post, now: datetime) -> MessageState | None:
    """Send one mail and note what came of it on each of its messages; None if they are tried again later."""
    if any(row.valid_until is not None and row.valid_until <= now for row in group):
        return _close(group, Failure.OUTDATED, "")
    first = group[0]
    mail_id = first.mail_id or _mail_id(first, post)
    # Noted before it is sent, so that a repetition after a crash bears the same one.
    _rows(group).update(mail_id=mail_id, attempts=F("attempts") + 1)
    try:
        mailbox.send_messages([_mail(group, post, mail_id=mail_id)])
    except DomainError as refusal:
        return _close(group, Failure.REFUSED, refusal.text())
    except UnicodeError as error:
        return _close(group, Failure.REFUSED, reason_of(error))
    except (OSError, smtplib.SMTPException) as error:
        return _failed(group, error, now=now)
    state = MessageState.SENT if post.is_sent else MessageState.KEPT
    _rows(group).update(state=state, sent_at=now, next_try_at=None, failure="", error="")
    return state


def _mail(group: Sequence[Message], post: Post, *, mail_id: str) -> EmailMultiAlternatives:
    look, logo = _look(group[0], post)
    return mail_of(
        group,
        look=look,
        logo=logo,
        links={row.id: post.link(row) for row in group if LINK in row.text},
        from_address=post.from_address,
        mail_id=mail_id,
    )


def _failed(group: Sequence[Message], error: Exception, *, now: datetime) -> MessageState | None:
    failure = failure_of(error)
    again = next_try(failure=failure, attempts=group[0].attempts + 1, now=now)
    if again is None:
        return _close(group, failure, reason_of(error))
    _log.warning("message %s was put off: %s", group[0].id, reason_of(error))
    _rows(group).update(
        state=MessageState.WAITING,
        failure=failure.value,
        error=reason_of(error),
        next_try_at=again,
    )
    return None


def _close(group: Sequence[Message], failure: Failure, error: str) -> MessageState:
    _log.warning("message %s failed: %s %s", group[0].id, failure.value, error)
    _rows(group).update(
        state=MessageState.FAILED, failure=failure.value, error=error[:500], next_try_at=None
    )
    return MessageState.FAILED


def _put_all_off(claimed: Sequence[Message], error: Exception, *, now: datetime) -> None:
    """Let everything that waits wait longer: the mail server is away. It costs no message an attempt."""
    _log.warning("the mail server cannot be reached: %s", reason_of(error))
    rounds = _rests(claimed, now=now)
    again = next_try(failure=Failure.UNREACHABLE, attempts=rounds, now=now)
    waits = Message.objects.filter(_due(now) | Q(pk__in=[row.id for row in claimed]))
    waits.update(
        state=MessageState.WAITING,
        failure=Failure.UNREACHABLE.value,
        error=reason_of(error),
        next_try_at=again,
    )


def _rests(claimed: Sequence[Message], *, now: datetime) -> int:
    """Say how often the server was away before, by how long the oldest message has waited: 1, 2, 4 ... minutes."""
    waited = max((now - row.created_at for row in claimed), default=None)
    minutes = 0 if waited is None else int(waited.total_seconds() // 60)
    return minutes.bit_length()


def _look(row: Message, post: Post) -> tuple[Look, bytes | None]:
    brand = Brand.objects.get(account_id=row.brand_id)
    logo = logo_content(digest=brand.logo_digest)
    address = post.address_of(brand.host)
    return Look(brand.display_name, brand.accent, address, has_logo=logo is not None), logo


def _mail_id(row: Message, post: Post) -> str:
    domain = post.from_address.rpartition("@")[2].strip("> ") or "localhost"
    return f"<message-{row.id}-{int(row.created_at.timestamp())}@{domain}>"


def _rows(group: Sequence[Message]) -> Any:
    return Message.objects.filter(pk__in=[row.id for row in group])
