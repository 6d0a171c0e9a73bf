"""What the run of a day publishes about subscriptions: one event per kind, not one per subscription."""

from datetime import date, datetime

from django.db import connection

from entrepot.domain.subscriptions.events import OF_DAY
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus


def publish_day(*, day: date, now: datetime) -> None:
    """Publish what a completed day did, in the order of the kinds' names; kinds of which there are none say nothing.

    Lines that commands write have their own events; theirs name a person or a program.
    """
    with connection.cursor() as cursor:
        found = dict(
            statement("entrepot.domain.subscriptions", "day_moves").rows(cursor, run_day=day)
        )
    for kind, event_type in OF_DAY.items():
        if kind in found:
            bus.publish(event_type(day, found[kind], now))
