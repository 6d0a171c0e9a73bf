"""Notices of ends: once per subscription, end and number of days, by the seller's rule; what is far is not read."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.resale.commands import Terms
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.commands.notices import set_notice_days
from entrepot.domain.subscriptions.errors import SubscriptionConflict, SubscriptionInput
from entrepot.domain.subscriptions.models import NoticeGiven, SubscriptionEvent
from entrepot.domain.subscriptions.queries.notices import notice_days
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.db.sql import statement
from entrepot.infra.outbox.models import OutboxEvent
from tests.domain.resale.shop import Shop, shop
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START = date(2026, 3, 1)


@pytest.fixture
def store(db) -> Shop:
    store = shop(terms=Terms(statement_day=0, due_days=365))
    PlanPeriod.objects.filter(pk=store.period).update(term_months=3, billing_months=3)
    return store


def _bill(*days: date) -> None:
    for day in days:
        run_within(day=day, now=NOW)


def _given(number: int) -> list[tuple[str, str, dict[str, Any]]]:
    rows = SubscriptionEvent.objects.filter(
        subscription_id=number, kind__endswith="_notice"
    ).order_by("id")
    return [(f"{row.on_day:%m-%d}", row.kind, row.facts) for row in rows]


def _choose(store: Shop, expiry: list[int], renewal: list[int], version: int = 0) -> None:
    set_notice_days(
        seller_id=store.people.sven.account_id,
        expiry_days=expiry,
        renewal_days=renewal,
        version=version,
        actor=SETUP,
        now=NOW,
    )


def test_each_end_is_told_once_on_the_timeline_and_as_a_fact(store):
    """A quarter from 1 March ends on 1 June: 30, 7 and 1 days before are 2, 25 and 31 May."""
    ends, renews, cancelled, once = (
        store.subscribe("1", auto_renew=auto) for auto in (False, True, False, False)
    )
    _bill(START)
    commands.renew_once(subscription_id=once, today=date(2026, 3, 2), actor=SETUP, now=NOW)
    commands.cancel_subscription(
        subscription_id=cancelled,
        cancel_on=date(2026, 6, 1),
        reason="over",
        today=date(2026, 3, 2),
        actor=SETUP,
        now=NOW,
    )
    _bill(date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 2))
    by_rule = {"ends_on": "2026-06-01", "days": 30}
    assert _given(ends) == [("05-02", "expiry_notice", by_rule)]
    assert _given(renews) == _given(once) == [("05-02", "renewal_notice", by_rule)]
    # The day is run again after somebody has given the run up: nothing is told twice.
    with connection.cursor() as cursor:
        given = statement("entrepot.domain.subscriptions", "give_notices").run(
            cursor,
            run_day=date(2026, 5, 2),
            first_day=date(2026, 5, 2),
            expiry_days=[30, 7, 1],
            renewal_days=[30],
        )
    assert given == 0
    _bill(date(2026, 5, 25), date(2026, 5, 31), date(2026, 6, 1))

    assert [day for day, _, _ in _given(ends)] == ["05-02", "05-25", "05-31"]
    assert len(_given(renews)) == len(_given(once)) == 1
    assert _given(cancelled) == []
    facts = OutboxEvent.objects.filter(kind__endswith="_soon").order_by("id")
    assert [(one.kind, one.object_id, one.payload["days"]) for one in facts] == [
        ("subscription_expires_soon", ends, 30),
        ("subscription_renews_soon", renews, 30),
        ("subscription_renews_soon", once, 30),
        ("subscription_expires_soon", ends, 7),
        ("subscription_expires_soon", ends, 1),
    ]
    assert NoticeGiven.objects.count() == 5


def test_a_sellers_own_days_count_and_missed_days_are_made_up_for_within_a_week(store):
    number = store.subscribe("1", auto_renew=False)
    renews = store.subscribe("1")
    _bill(START)
    for wrong in ([0], [366], [1, 2, 3, 4, 5, 6]):
        with pytest.raises(SubscriptionInput, match="at most 5 times, each 1 to 365 days"):
            _choose(store, wrong, [])
    _choose(store, [10, 20, 20, 3], [])
    with pytest.raises(SubscriptionConflict, match="meanwhile"):
        _choose(store, [5], [])
    viewer = store.people.sven.viewer(now=NOW)
    assert (notice_days(viewer).expiry, notice_days(viewer).version) == ((20, 10, 3), 1)
    assert notice_days(store.people.ria.viewer(now=NOW)).expiry == (30, 7, 1)
    _choose(store, [20, 10, 3], [], version=1)
    entry = AuditEntry.objects.get(action="notice_days_set")
    assert entry.after == {"expiry_days": [20, 10, 3], "renewal_days": []}

    # 12 May is 20 days before 1 June; the run of the 14th stands for the days since the 11th. 22 May, 10 days
    # before, lies more than a week before the next run, on the 30th, which makes up for the 29th only.
    _bill(date(2026, 5, 10), date(2026, 5, 14), date(2026, 5, 30))
    assert [(day, facts["days"]) for day, _, facts in _given(number)] == [
        ("05-14", 20),
        ("05-30", 3),
    ]
    assert _given(renews) == []


def test_what_is_not_near_is_not_read(store):
    """The ends are found by their index, so a million that are far away cost nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO term_calendar (subscription_id, tenant_id, seller_id, customer_id, auto_renew, ends_on) "
            "SELECT number, 1, 1, 1, number % 2 = 0, '2030-01-01'::date + number % 900 "
            "FROM generate_series(1000000, 1020000) AS number"
        )
        cursor.execute("ANALYZE term_calendar, sub_billing, subscription")
        found = statement("entrepot.domain.subscriptions", "give_notices")
        values = {
            "run_day": START,
            "first_day": START,
            "expiry_days": [30, 7, 1],
            "renewal_days": [30],
        }
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + found.text, values)
        plan = cursor.fetchone()[0][0]["Plan"]
    read = [
        node
        for node in _nodes(plan)
        if node.get("Relation Name") in ("term_calendar", "subscription", "sub_billing")
    ]
    assert {node["Node Type"] for node in read if node["Relation Name"] == "term_calendar"} <= {
        *("Index Scan", "Index Only Scan", "Bitmap Heap Scan")
    }
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) == 0


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", ()) for node in _nodes(child))]
