"""The daily run on a generated world: everything due is billed on every tier, and nothing twice."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from entrepot.domain.billing.models import BillingRun
from entrepot.flows.daily_billing import run_day
from entrepot.ops.bench.world import make_world

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)


def _value(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_day_bills_every_due_subscription_once_on_every_tier():
    make_world(subscriptions=400, due_percent=100, day=DAY)

    first = run_day(day=DAY, now=NOW, chunk_size=70)
    again = run_day(day=DAY, now=NOW, chunk_size=70)

    assert first.quarantined == 0
    assert _value("SELECT count(*) FROM sub_billing WHERE due_on <= '2026-03-15'") == 0
    expected = _value(
        "SELECT sum(tiers) FROM subscription_item JOIN subscription s ON s.id = subscription_id "
        "JOIN chain c ON c.id = s.chain_id"
    )
    assert _value("SELECT count(*) FROM charge WHERE kind = 'recurring'") == expected
    assert first.lines == first.charges == _value("SELECT count(*) FROM charge")
    assert again.was_complete
    assert again.charges == first.charges
    assert _value("SELECT sum(gross) FROM invoice") == _value("SELECT sum(amount) FROM transfer")


@pytest.mark.django_db(transaction=True)
def test_a_run_finished_after_the_time_that_its_chunks_took():
    make_world(subscriptions=40, due_percent=100, day=DAY)

    run_day(day=DAY, now=NOW, chunk_size=10)
    run_day(day=DAY, now=NOW, chunk_size=10)

    took = _value("SELECT sum(seconds) FROM run_chunk")
    run = BillingRun.objects.get(day=DAY)
    assert took > 0
    assert run.started_at == NOW
    assert (run.finished_at - NOW).total_seconds() == pytest.approx(took, abs=0.001)
