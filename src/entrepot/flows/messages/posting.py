"""Messages on their way: the task that sends what waits, and the look of the worker that begins it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from entrepot.domain.notifications.kinds import MessageKind
from entrepot.domain.notifications.models import Message
from entrepot.domain.notifications.sending import Post, is_something_due, send_due
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.models import User
from entrepot.domain.parties.resets import issue_activation, issue_ticket
from entrepot.flows.addresses import panel_address, password_address
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.clock import Clock, SystemClock

TASK = "send_messages"
_LONGEST = timedelta(minutes=1)
_ACTOR = Actor(user_id=None, name="messages", channel="task")


def begin_sending(*, now: datetime) -> bool:
    """Add the task if a message is due; while it waits to begin nothing is added."""
    if not is_something_due(now=now):
        return False
    queue.enqueue(task=TASK, arguments={}, label="Send messages", now=now, queueing_lock=TASK)
    return True


def do_send(job: RunningJob, *, clock: Clock | None = None) -> Mapping[str, Any]:
    """Send what is due, for about a minute; the worker begins it again while something is."""
    watch = clock or SystemClock()
    began = now = watch.now()
    sent = failed = put_off = 0
    while now - began < _LONGEST:
        done = send_due(post=post(now=now), now=now)
        sent, failed = sent + done.sent, failed + done.failed
        put_off += done.put_off
        job.progress(sent, note="")
        if done.is_away or not (done.sent or done.failed):
            break
        now = watch.now()
    return {"sent": sent, "failed": failed, "put_off": put_off}


def post(*, now: datetime) -> Post:
    """Give what sending needs to know of this installation."""
    return Post(
        from_address=settings.DEFAULT_FROM_EMAIL,
        address_of=panel_address,
        link=lambda message: _link(message, now=now),
        is_sent=settings.MAIL_IS_SENT,
    )


def _link(message: Message, *, now: datetime) -> str:
    """Make the link of a message in the moment of sending. Raises: PartyRefused `link_expired`; NoSuchObject."""
    user = User.objects.filter(pk=message.user_id or 0, is_active=True).first()
    if user is None:
        raise _gone()
    if message.kind == MessageKind.PASSWORD_RESET:
        ticket = issue_ticket(realm=user.realm, login=user.login)
        if ticket is None:
            raise _gone()
        return password_address(user.realm, user_key=ticket.user_key, token=ticket.token)
    made = issue_activation(account_id=message.account_id, user_id=user.id, actor=_ACTOR, now=now)
    return password_address(made.realm, user_key=made.user_key, token=made.token)


def _gone() -> PartyRefused:
    return PartyRefused(
        "link_expired",
        "This link has expired or was used already.",
        next_step="Ask for a new one.",
    )
