"""An import that writes totals while a run charges them: one of the two goes first, and nothing falls between."""

import threading
import time
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from django.db import connection

from entrepot.domain.billing.models import Charge
from entrepot.flows.daily_billing import run_day
from entrepot.flows.verify import verify
from entrepot.flows.verify.report import report_text
from entrepot.infra.db.locks import Space
from tests.reference.acts import apply_action
from tests.reference.load import empty_tables, instant, load
from tests.reference.simple import SUB, simple_world
from tests.reference.world import ImportUsage

START, IMPORTED = date(2026, 2, 1), date(2026, 3, 2)
WAIT_SECONDS = 30


def _bill(day: date) -> None:
    try:
        run_day(day=day, now=instant(day), allow_missed=True)
    finally:
        connection.close()


def _somebody_waits(other: psycopg.Connection) -> bool:
    query = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s)"
    row = other.execute(query, [int(Space.USAGE_IMPORT)]).fetchone()
    return bool(row and row[0])


@pytest.mark.django_db(transaction=True)
def test_a_run_waits_for_an_import_and_charges_what_it_wrote() -> None:
    empty_tables()
    load(simple_world(start=START, days=40, prices={"usage": "1"}, is_usage=True))
    run_day(day=START, now=instant(START))
    amounts = ((Decimal(0), Decimal(7)),)
    usage = ImportUsage(IMPORTED, 1, SUB, 1, "sku", START, date(2026, 3, 1), Decimal(3), amounts)
    apply_action(usage, IMPORTED)
    run = threading.Thread(target=_bill, args=(IMPORTED,))
    facts = connection.settings_dict
    with psycopg.connect(
        host=facts["HOST"], port=facts["PORT"] or None, dbname=facts["NAME"], user=facts["USER"]
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, 0)", [int(Space.USAGE_IMPORT)])
        run.start()
        gives_up = time.monotonic() + WAIT_SECONDS
        while not _somebody_waits(other) and run.is_alive() and time.monotonic() < gives_up:
            time.sleep(0.02)
        assert run.is_alive(), "the run did not wait"
        other.execute("UPDATE usage_total SET amount_after = 9 WHERE billed_on IS NULL")
    run.join(WAIT_SECONDS)

    assert not run.is_alive()
    assert Charge.objects.get(kind="usage").net == Decimal(9)
    report = verify()
    assert report.is_proved, report_text(report)
