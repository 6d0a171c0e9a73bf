"""Several daily runs inside the one transaction of a test."""

from datetime import date, datetime

from django.db import connection

from entrepot.flows.daily_billing import RunResult, run_day
from entrepot.flows.daily_billing.session import temporary_tables


def run_within(*, day: date, now: datetime) -> RunResult:
    """Bill a day, whatever was not billed before it.

    A run expects its temporary tables empty; elsewhere the end of each transaction empties them.
    """
    with connection.cursor() as cursor:
        for name, columns in temporary_tables().items():
            cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns})")
            cursor.execute(f"TRUNCATE {name}")
    return run_day(day=day, now=now, allow_missed=True)
