"""A clock that moves through a story, and every event that is published on its way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.subscriptions.events import OfDay, SubscriptionChanged
from entrepot.domain.subscriptions.models import SubBilling, Subscription, TermCalendar
from entrepot.domain.subscriptions.rules import USUAL_EXPIRY_DAYS, USUAL_RENEWAL_DAYS
from entrepot.infra.audit.acts import Act
from entrepot.kernel.events import bus
from tests.support.runs import run_within

_NOTICES = sorted({*USUAL_EXPIRY_DAYS, *USUAL_RENEWAL_DAYS})


class Diary:
    """Days that are lived one after the other, and all events, as "26-03-01 TermsRenewed 1"."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, today: date) -> None:
        """Write from now on, into a table: what a preview tried and took back is no event."""
        self.today = today
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE diary (id bigserial, line text) ON COMMIT DROP")
        publish = bus.publish

        def write(event: object) -> None:
            if not isinstance(event, DayCompleted):
                with connection.cursor() as cursor:
                    line = f"{self.today:%y-%m-%d} {_told(event)}"
                    cursor.execute("INSERT INTO diary (line) VALUES (%s)", [line])
            publish(event)

        monkeypatch.setattr(bus, "publish", write)

    @property
    def now(self) -> datetime:
        """Nine in the morning of the day."""
        return datetime(self.today.year, self.today.month, self.today.day, 9, tzinfo=UTC)

    def live(self, until: date) -> None:
        """Bill every day on which something is due or near, up to a day, which is billed in any case."""
        for day in self._days(until):
            self.today = day
            run_within(day=day, now=self.now)
            # The run inside a test's transaction does not say so itself.
            bus.publish(DayCompleted(day, at=self.now))
        self.today = until + timedelta(days=1)

    def _days(self, until: date) -> Iterator[date]:
        day = self.today
        while day < until:
            waits = [one for one in self._due() if day <= one < until]
            if not waits:
                break
            day = min(waits)
            yield day
            day += timedelta(days=1)
        yield until

    def _due(self) -> Iterator[date]:
        """Give every day that is somebody's: of the engine, of removals, and of notices."""
        for model, name in ((SubBilling, "due_on"), (Subscription, "destroy_on")):
            for found in model.objects.exclude(**{name: None}).values_list(name, flat=True):
                yield max(found, self.today)
        ends = [*TermCalendar.objects.exclude(ends_on=None).values_list("ends_on", flat=True)]
        ends += SubBilling.objects.filter(status="trial").values_list("trial_end", flat=True)
        for end in ends:
            yield from (end - timedelta(days=days) for days in _NOTICES)

    def page(self) -> list[str]:
        """Give what was written since the last page."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT line FROM diary ORDER BY id")
            lines = [str(line) for (line,) in cursor.fetchall()]
            cursor.execute("DELETE FROM diary")
        return lines


def _told(event: Any) -> str:
    name = type(event).__name__
    match event:
        case OfDay():
            return f"{name} {event.count}"
        case SubscriptionChanged():
            return f"{name} {event.kind}"
        case OrdersMoved():
            return f"{name} {event.before or 'new'} {event.after}"
        case Act():
            return f"{name} {event.action}"
        case _:
            return f"{name} {event.count}" if hasattr(event, "count") else name
