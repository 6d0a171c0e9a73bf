"""Facts that leave the system: each is taken once, failures wait, and a rolled-back cause leaves none."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from entrepot.infra.outbox.models import OutboxEvent
from entrepot.infra.outbox.outgoing import ATTEMPTS_MAX, CannotSend, Outgoing, put, send_waiting

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def fact(number: int) -> int:
    return put(
        kind="payment_received",
        object_id=number,
        tenant_id=7,
        on_day=date(2026, 3, 2),
        payload={"amount": "10.00"},
    )


def refuse(_fact: Outgoing) -> None:
    raise CannotSend("503 from the other side")


def test_facts_are_taken_in_order_and_only_once():
    ids = [fact(number) for number in (3, 1, 2)]
    sent: list[Outgoing] = []

    assert send_waiting(send=sent.append, now=NOW, limit=2) == 2
    assert send_waiting(send=sent.append, now=NOW, limit=10) == 1
    assert send_waiting(send=sent.append, now=NOW, limit=10) == 0

    assert [one.id for one in sent] == ids
    assert sent[0].payload == {"amount": "10.00"}
    assert OutboxEvent.objects.filter(taken_at=NOW).count() == 3


def test_a_fact_that_cannot_be_sent_waits_and_does_not_keep_the_others_back():
    first, second = fact(1), fact(2)

    def send(one: Outgoing) -> None:
        if one.id == first:
            raise CannotSend("503 from the other side")

    assert send_waiting(send=send, now=NOW, limit=10) == 1

    waiting = OutboxEvent.objects.get(pk=first)
    assert (waiting.taken_at, waiting.attempts) == (None, 1)
    assert waiting.error == "503 from the other side"
    assert OutboxEvent.objects.get(pk=second).taken_at == NOW


def test_a_fact_that_failed_too_often_waits_for_a_person():
    number = fact(1)
    for _ in range(ATTEMPTS_MAX + 3):
        send_waiting(send=refuse, now=NOW, limit=10)

    assert OutboxEvent.objects.get(pk=number).attempts == ATTEMPTS_MAX


def test_a_cause_that_rolls_back_leaves_no_fact():
    with transaction.atomic():
        fact(1)
        transaction.set_rollback(True)

    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize("limit", [0, 1001])
def test_an_unbounded_round_is_a_bug(limit):
    with pytest.raises(ValueError, match="limit"):
        send_waiting(send=refuse, now=NOW, limit=limit)
