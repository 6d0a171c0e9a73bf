"""Mail servers that are away, refuse or put off: nothing is lost, doubled or flooded; heads have one line."""

import re
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from entrepot.domain.notifications import sending
from entrepot.domain.notifications.commands import Draft, Told, write
from entrepot.domain.notifications.errors import MessageInput
from entrepot.domain.notifications.kinds import Failure, MessageKind, MessageState
from entrepot.domain.notifications.models import Message
from entrepot.domain.notifications.rules import ATTEMPTS_MAX, next_try
from entrepot.domain.notifications.senders import sender_to
from entrepot.domain.notifications.sending import is_something_due
from entrepot.domain.parties.commands.brands import Look, change_look, look_version
from entrepot.domain.parties.errors import PartyInput
from entrepot.flows.messages.posting import begin_sending, post
from entrepot.infra.tasks.models import Job
from tests.support.mailbox import free_port, html_of, mail_server, send, send_through, text_of
from tests.support.people import NOW, SETUP, Cast, cast

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def people(db: None) -> Cast:
    return cast()


def _write(people: Cast, number: int, *, to: str = "office@cleo.example", **facts: Any) -> int:
    """Write that order `number` is completed."""
    said = {"orders": f"SO{number}", "plans": "Mail", "order_link": "http://sven.localhost/o/"}
    draft = Draft(
        kind=MessageKind.ORDER_COMPLETED,
        sender=sender_to(account_id=people.cleo.account_id),
        panel="http://sven.localhost/",
        event=f"orders_moved {number}",
        source=f"{number} order_completed",
        values={"en": said | facts, "de": said | facts},
    )
    return write(draft, to=[Told(to, "en", "Cleo")], is_sent=True, now=NOW)


def test_a_day_without_a_mail_server_loses_nothing_doubles_nothing_and_ends_in_a_digest(
    people, settings
):
    _write(people, 1)
    _write(people, 1)
    assert Message.objects.count() == 1
    send_through(settings, port=free_port())
    now, tries = NOW, 0
    for number in range(2, 6):
        _write(people, number)
    _write(people, 6, to="alone@cleo.example")
    while now < NOW + 24 * HOUR:
        if is_something_due(now=now):
            assert send(now=now)["put_off"] == 6
            tries += 1
        now += MINUTE
    # After 1, 2, 4, 8 and then every 15 minutes: about four tries an hour, whatever waits.
    assert 94 <= tries <= 100
    rows = Message.objects.all()
    assert {(row.state, row.failure, row.attempts) for row in rows} == {
        (MessageState.WAITING, "unreachable", 0)
    }
    assert "Connection refused" in rows[0].error

    with mail_server(settings) as server:
        later = now + 15 * MINUTE
        assert send(now=later) == {"sent": 6, "failed": 0, "put_off": 0}
        assert send(now=later + HOUR) == {"sent": 0, "failed": 0, "put_off": 0}
    assert sorted(server.told) == [
        ("alone@cleo.example", "Order SO6 is completed"),
        ("office@cleo.example", "5 messages from Sven Cloud"),
    ]
    digest = next(mail for mail in server.mails if "5 messages" in str(mail["Subject"]))
    assert re.findall("## Order (SO.) is", text_of(digest)) == ["SO1", "SO2", "SO3", "SO4", "SO5"]
    assert "<h2>Order SO5 is completed</h2>" in html_of(digest)
    assert Message.objects.exclude(state=MessageState.SENT).count() == 0
    assert Message.objects.values("mail_id").distinct().count() == 2


def test_what_the_server_puts_off_is_tried_again_and_what_it_refuses_is_not(people, settings):
    _write(people, 1, to="full@cleo.example")
    _write(people, 2, to="gone@cleo.example")
    _write(people, 3, to="good@cleo.example")
    with mail_server(settings) as server:
        server.answers = {
            "full@cleo.example": "452 mailbox full",
            "gone@cleo.example": "550 no such person",
        }
        assert send(now=NOW) == {"sent": 1, "failed": 1, "put_off": 1}
        waits = Message.objects.get(address="full@cleo.example")
        assert (waits.state, waits.failure) == (MessageState.WAITING, "refused_for_now")
        assert (waits.error, waits.attempts) == ("452 mailbox full", 1)
        assert waits.next_try_at == NOW + MINUTE
        gone = Message.objects.get(address="gone@cleo.example")
        assert (gone.state, gone.failure, gone.error) == (
            *(MessageState.FAILED, "refused"),
            "550 no such person",
        )
        server.answers = {}
        assert send(now=NOW + MINUTE)["sent"] == 1
    first = waits.mail_id
    assert [mail["Message-ID"] for mail in server.mails if mail["To"] == waits.address] == [first]
    assert next_try(failure=Failure.REFUSED_FOR_NOW, attempts=ATTEMPTS_MAX, now=NOW) is None
    assert next_try(failure=Failure.REFUSED, attempts=1, now=NOW) is None


def test_a_worker_that_ended_while_sending_is_followed_after_an_hour_under_the_same_name(
    people, settings, monkeypatch
):
    _write(people, 1)
    with mail_server(settings) as server:
        with monkeypatch.context() as patch:
            patch.setattr(sending, "_mail", _killed)
            with pytest.raises(KeyboardInterrupt):
                send(now=NOW)
        taken = Message.objects.get()
        assert (taken.state, bool(taken.mail_id)) == (MessageState.SENDING, True)
        assert send(now=NOW + 59 * MINUTE)["sent"] == 0
        assert send(now=NOW + HOUR)["sent"] == 1
    assert [mail["Message-ID"] for mail in server.mails] == [taken.mail_id]


def _killed(*_args: Any, **_facts: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("ugly", ["SO1\r\nBcc: all@evil.example", "SO1\nX: y", "SO1\x00"])
def test_a_second_line_in_a_subject_is_refused_and_writes_nothing(people, ugly):
    with pytest.raises(MessageInput) as refused:
        _write(people, 1, orders=ugly)
    assert (refused.value.code, refused.value.field) == ("message_header_unusable", "subject")
    with pytest.raises((MessageInput, PartyInput)):
        _write(people, 2, to="office@cleo.example\r\nBcc: all@evil.example")
    assert Message.objects.count() == 0


def test_the_same_happening_is_one_row_however_many_write_it(people):
    _write(people, 1)
    row = Message.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_worker_begins_to_send_only_while_something_is_due(people, settings):
    assert begin_sending(now=NOW) is False
    _write(people, 1)
    assert begin_sending(now=NOW) is True
    assert begin_sending(now=NOW) is True
    assert Job.objects.filter(task="send_messages").count() == 1
    # Without a mail server what was printed is shown, and nobody is told that it was sent.
    settings.MAIL_IS_SENT = False
    send(now=NOW)
    assert Message.objects.get().state is MessageState.KEPT
    assert post(now=NOW).is_sent is False


def test_the_logo_comes_with_the_mail_and_everything_else_is_escaped(people, settings):
    look = Look(display_name="Sven Cloud", accent="#3b4fd8", logo_icon="package", logo=_picture())
    version = look_version(account_id=people.sven.account_id)
    change_look(account_id=people.sven.account_id, look=look, version=version, actor=SETUP, now=NOW)
    _write(people, 1, plans="<script>alert(1)</script> http://evil.example")
    with mail_server(settings) as server:
        send(now=NOW)
    mail = server.mails[0]
    page = html_of(mail)
    assert '<img src="cid:logo" alt="Sven Cloud">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; http://evil.example" in page
    assert re.findall('<a href="([^"]+)"', page) == [
        *("http://sven.localhost/o/", "http://sven.localhost/"),
    ]
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == [
        *("multipart/related", "multipart/alternative"),
        *("text/plain", "text/html", "image/png"),
    ]


def _picture() -> bytes:
    """Draw one grey point as PNG."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0\x7f")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
