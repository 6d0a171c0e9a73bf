"""When a subscription is due next: the table of docs/billing.md section 2, exhaustively and against its SQL twin."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.rules import (
    BillingDates,
    Refund,
    RunningTerm,
    Windows,
    due_on,
    due_on_after_change,
    due_on_after_release,
    locked_until,
    refund_of,
    search_text,
)
from entrepot.infra.db.sql import statement

PS = date(2026, 3, 1)
PE = date(2026, 4, 1)


def march(day: int) -> date:
    return date(2026, 3, day)


ACTIVE = BillingDates(
    status=Status.ACTIVE, period_start=PS, period_end=PE, term_end=date(2027, 3, 1)
)
TRIAL = BillingDates(status=Status.TRIAL, trial_end=march(15))
GRACED = replace(ACTIVE, status=Status.GRACED, grace_end=date(2027, 3, 31))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (ACTIVE, PE),
        (replace(ACTIVE, term_end=march(20)), march(20)),
        (replace(ACTIVE, cancel_on=march(10)), march(10)),
        (replace(ACTIVE, cancel_on=date(2026, 2, 10)), PS),
        (replace(ACTIVE, cancel_on=date(2026, 5, 10)), PE),
        (replace(ACTIVE, next_change_on=march(11)), march(11)),
        (replace(ACTIVE, next_change_on=date(2026, 1, 1)), PS),
        (replace(ACTIVE, next_change_on=march(11), cancel_on=march(10)), march(10)),
        (replace(ACTIVE, trial_end=march(2), grace_end=march(3)), PE),
        (BillingDates(status=Status.ACTIVE, period_start=PS, period_end=PS, term_end=PS), PS),
        (TRIAL, march(15)),
        (replace(TRIAL, cancel_on=march(3)), march(3)),
        (replace(TRIAL, next_change_on=march(4)), march(4)),
        (GRACED, date(2027, 3, 31)),
        (replace(GRACED, cancel_on=date(2027, 3, 10)), date(2027, 3, 10)),
        (replace(GRACED, next_change_on=march(4)), date(2027, 3, 31)),
    ],
)
def test_the_smallest_date_that_applies_is_due(dates, expected):
    assert due_on(dates) == expected


@pytest.mark.parametrize(
    "status", [Status.ORDERED, Status.EXPIRED, Status.CANCELLED, Status.TERMINATED]
)
def test_nothing_is_due_in_a_state_that_does_not_run(status):
    assert due_on(replace(ACTIVE, status=status, cancel_on=march(9))) is None


def test_every_combination_of_dates_gives_the_earliest_one_that_its_status_counts():
    days = (None, march(5), march(25))
    counted = {
        Status.TRIAL: {"trial_end", "cancel_on", "next_change_on"},
        Status.ACTIVE: {"period_end", "term_end", "cancel_on", "next_change_on"},
        Status.GRACED: {"grace_end", "cancel_on"},
    }
    names = ("period_end", "term_end", "trial_end", "grace_end", "cancel_on", "next_change_on")
    for status, values in product(counted, product(days, repeat=len(names))):
        given_days = dict(zip(names, values, strict=True))
        found = due_on(BillingDates(status=status, **given_days))
        applying = [day for name, day in given_days.items() if name in counted[status] and day]
        assert found == (min(applying) if applying else None)


def test_a_release_waits_for_its_own_run_when_something_became_due_meanwhile():
    late = replace(ACTIVE, period_end=march(8))

    assert due_on_after_release(late, released_on=march(20)) == march(20)
    assert due_on_after_release(ACTIVE, released_on=march(20)) == PE


def test_a_day_that_an_import_pulled_forward_survives_a_change():
    changed = replace(ACTIVE, next_change_on=march(11))

    assert due_on_after_change(changed, before=ACTIVE, stored=march(5)) == march(5)
    assert due_on_after_change(changed, before=ACTIVE, stored=PE) == march(11)


def test_a_day_on_which_billing_resumes_survives_a_change():
    late = replace(ACTIVE, period_end=march(8))
    changed = replace(late, next_change_on=march(10))

    assert due_on_after_change(changed, before=late, stored=march(20)) == march(20)


TERM = RunningTerm(start=PS, end=date(2027, 3, 1), months=12, anchor=1)


@pytest.mark.parametrize(
    ("windows", "cancel_on", "expected"),
    [
        (Windows(True), date(2027, 2, 1), Refund.PRORATED),
        (Windows(False), march(2), Refund.NONE),
        (Windows(True, days=0), PS, Refund.NONE),
        # Seven days from 1 March are 1 to 7 March.
        (Windows(True, days=7), march(7), Refund.PRORATED),
        (Windows(True, days=7), march(8), Refund.NONE),
        (Windows(True, days=7), date(2026, 1, 1), Refund.PRORATED),
        # The next term starts on 1 March 2027.
        (Windows(True, days=7), date(2027, 3, 7), Refund.PRORATED),
        (Windows(True, days=7), date(2027, 3, 8), Refund.NONE),
        # Three days for all of it, then what is left, also where nothing is given back later.
        (Windows(True, full_days=3, days=7), march(3), Refund.FULL),
        (Windows(True, full_days=3, days=7), march(4), Refund.PRORATED),
        (Windows(False, full_days=3), march(3), Refund.FULL),
        (Windows(False, full_days=3), march(4), Refund.NONE),
        # Later terms have their own.
        (Windows(True, 3, 7, later_full_days=0, later_days=2), date(2027, 3, 2), Refund.PRORATED),
        (Windows(True, 3, 7, later_full_days=0, later_days=2), date(2027, 3, 3), Refund.NONE),
        (Windows(True, 3, 7, later_days=2), date(2027, 3, 3), Refund.FULL),
    ],
)
def test_a_refund_depends_on_the_windows_of_the_term_in_which_the_day_lies(
    windows, cancel_on, expected
):
    assert refund_of(windows, term=TERM, cancel_on=cancel_on) is expected


def test_in_a_later_term_its_own_windows_count():
    windows = Windows(True, full_days=5, days=10, later_full_days=0, later_days=1)

    assert refund_of(windows, term=replace(TERM, is_first=False), cancel_on=PS) is Refund.PRORATED
    assert locked_until(windows, term=replace(TERM, is_first=False), day=march(2)) == TERM.end
    assert locked_until(windows, term=TERM, day=march(10)) is None


def test_a_term_that_was_shortened_is_followed_by_a_whole_one():
    # The term was cut to 16 May; its successor starts there, so 20 May is its fifth day.
    term = replace(TERM, end=date(2026, 5, 16))

    given = refund_of(Windows(True, days=7), term=term, cancel_on=date(2026, 5, 20))

    assert given is Refund.PRORATED


def test_the_search_text_is_folded_and_has_single_blanks():
    text = search_text(
        customer="Straße  KG",
        plan=" Mail ",
        number="SUB-7",
        vendor_reference="",
        purchase_order="PO 9",
    )

    assert text == "strasse kg mail sub-7 po 9"


days = st.integers(0, 400).map(lambda offset: date(2026, 1, 1) + timedelta(days=offset))


@st.composite
def reachable(draw) -> BillingDates:
    """Draw dates as commands and runs leave them: in grace nobody can have cancelled before the period."""
    status = draw(st.sampled_from([Status.TRIAL, Status.ACTIVE, Status.GRACED]))
    start = None if status is Status.TRIAL else draw(days)
    cancel_on = draw(st.none() | days)
    if status is Status.GRACED and cancel_on is not None:
        assume(cancel_on >= start)
    later = draw(st.integers(1, 300))
    return BillingDates(
        status=status,
        period_start=start,
        period_end=start and start + timedelta(days=later),
        term_end=start and start + timedelta(days=draw(st.integers(1, 300))),
        trial_end=draw(days) if status is Status.TRIAL else None,
        grace_end=draw(days) if status is Status.GRACED else None,
        cancel_on=cancel_on,
        next_change_on=draw(st.none() | days),
    )


_DUE = """
INSERT INTO due (
    subscription_id, tenant_id, version, status, event_on, grace_days, period_start, period_end, term_end, cancel_on,
    has_changes, next_change_known, cancels, lapses, starts_term, starts_period, ends_grace
) VALUES (1, 1, 1, %s, '2020-01-01', 0, %s, %s, %s, %s, FALSE, %s, FALSE, FALSE, FALSE, FALSE, FALSE)
"""


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(dates=reachable())
def test_the_statement_of_the_run_finds_the_same_day(dates):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM quantity_change")
        cursor.execute("DELETE FROM sub_billing")
        columns = statement("entrepot.domain.subscriptions", "pick_due").temp_tables["due"]
        cursor.execute("DROP TABLE IF EXISTS pg_temp.due")
        cursor.execute(f"CREATE TEMPORARY TABLE due ({columns})")
        cursor.execute(
            "INSERT INTO sub_billing (subscription_id, tenant_id, status, anchor_day, billing_months, "
            "term_months, grace_days, trial_end, grace_end, cancel_on, cancel_refund, auto_renew, setup_done, "
            "is_usage, chain_id, plan_period_id, customer_id, tax_category_id, version) "
            "VALUES (1, 1, %s, 1, 1, 12, 0, %s, %s, %s, FALSE, TRUE, FALSE, FALSE, 1, 1, 1, 1, 1)",
            [dates.status, dates.trial_end, dates.grace_end, dates.cancel_on],
        )
        if dates.next_change_on:
            cursor.execute(
                "INSERT INTO quantity_change (tenant_id, subscription_id, item_id, effective_on, new_quantity, "
                "ordered_at, ordered_by) VALUES (1, 1, 1, %s, 1, now(), '')",
                [dates.next_change_on],
            )
        cursor.execute(
            _DUE,
            [
                dates.status,
                dates.period_start,
                dates.period_end,
                dates.term_end,
                dates.cancel_on,
                dates.next_change_on is not None,
            ],
        )
        statement("entrepot.domain.subscriptions", "advance").run(cursor, id_from=0, id_to=10**9)
        cursor.execute("SELECT due_on FROM sub_billing")
        assert cursor.fetchone()[0] == due_on(dates)
