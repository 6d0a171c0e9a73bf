"""The proof of a run on a generated world, whose subscriptions are in the middle of their terms."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.db import connection

from entrepot.flows.daily_billing import run_day
from entrepot.flows.verify import prove_run
from entrepot.flows.verify.books import write_books
from entrepot.flows.verify.report import report_text
from entrepot.ops.bench.world import make_world

DAY = date(2026, 3, 15)


@pytest.mark.django_db(transaction=True)
def test_the_run_of_a_generated_world_is_proved_and_a_deleted_charge_is_named() -> None:
    make_world(subscriptions=400, due_percent=100, day=DAY)
    run = run_day(day=DAY, now=datetime(2026, 3, 15, 3, 0, tzinfo=UTC), chunk_size=70)

    books = write_books(stream=StringIO())
    clean = prove_run(run_id=run.run_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM charge WHERE id = (SELECT min(id) FROM charge WHERE kind = 'recurring') "
            "RETURNING subscription_id"
        )
        subscription_id = cursor.fetchone()[0]
    faulty = prove_run(run_id=run.run_id)

    assert clean.is_proved, report_text(clean)
    assert books.transactions == run.documents
    named = {finding.reference for check in faulty.checks for finding in check.findings}
    assert f"SUB-{subscription_id}" in named
