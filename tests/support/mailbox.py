"""A real mail server in a thread, and the worker's part: facts become messages, messages become mails."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from entrepot.flows.facts import hand_over_all
from entrepot.flows.messages.posting import do_send
from entrepot.infra.outbox import handlers
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.clock import FixedClock
from tests.support.people import NOW


class MailServer:
    """What a mail server has taken. `answers` maps an address to what the server says instead of taking a mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - names of the library
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take an address or refuse it."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail."""
        found = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.envelopes.append(list(envelope.rcpt_tos))
        return "250 taken"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Address and subject of every mail."""
        return [(str(mail["To"]), str(mail["Subject"]).strip()) for mail in self.mails]


@contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Run a mail server at a free port and have the installation send through it."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        send_through(settings, port=controller.port)
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    """Find a port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def send_through(settings: Any, *, port: int) -> None:
    """Name the mail server; nobody need be listening."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.MAIL_IS_SENT = True
    settings.DEFAULT_FROM_EMAIL = "no-reply@harbor.example"


def tell(*, now: datetime = NOW) -> None:
    """Hand facts over and have their messages written."""
    hand_over_all(clock=FixedClock(now))
    for job in Job.objects.filter(handler="messages", state=JobState.WAITING).order_by("id"):
        handlers.do_handle(running(job.id, now), **job.arguments)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)


def send(*, now: datetime = NOW) -> dict[str, Any]:
    """Send what is due once."""
    return dict(do_send(running(0, now), clock=FixedClock(now)))


def running(number: int, now: datetime) -> RunningJob:
    """Give a job as its function gets it."""
    return RunningJob(number, 1, None, None, now, stop_asked=lambda: False)


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Return the HTML of a mail."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())
