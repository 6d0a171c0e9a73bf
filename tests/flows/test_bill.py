"""Billing day after day: which days, by whom, with what proof; and payments beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection

import entrepot
from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun, Charge, Invoice
from entrepot.domain.ledger.models import Balance
from entrepot.flows.bill import BillState, bill, hub_today, is_billing, take_payment
from entrepot.flows.daily_billing import RunRefused, run_day
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP

TODAY = date(2026, 3, 5)


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.fixture
def store(transactional_db) -> Shop:
    """Cleo has five seats from 1 March on."""
    store = shop()
    store.subscribe("5")
    return store


def bill_until(until: date | None, **facts: object):
    return bill(now=NOW, today=TODAY, actor_name="test", until=until, **facts)


def dsn() -> str:
    params = connection.get_connection_params()
    names = ("dbname", "user", "host", "port")
    return psycopg.conninfo.make_conninfo(**{n: params[n] for n in names if params.get(n)})


def test_a_new_installation_starts_with_today(store):
    result = bill_until(None)

    assert [day.result.day for day in result.days] == [TODAY]
    assert result.next_day == march(6)


def test_every_day_up_to_the_last_is_billed_and_proved(store):
    bill_until(START)

    result = bill_until(march(3))

    assert result.state is BillState.DONE
    assert [day.result.day for day in result.days] == [march(2), march(3)]
    assert [day.findings for day in result.days] == [0, 0]
    assert result.next_day == march(4)
    assert BillingRun.objects.filter(step=RunStep.DONE).exclude(proof={}).count() == 3
    # One period on three tiers, and nothing twice.
    assert Charge.objects.count() == 3


def test_a_completed_date_again_is_already_complete(store):
    bill_until(march(3))
    before = Charge.objects.count()

    result = bill_until(march(3))

    assert (result.state, result.days, result.next_day) == (
        BillState.ALREADY_COMPLETE,
        (),
        march(4),
    )
    assert Charge.objects.count() == before


def test_a_date_before_the_first_run_is_refused(store):
    bill_until(march(3))

    with pytest.raises(RunRefused) as caught:
        bill_until(march(2))

    assert caught.value.code == "billing_date_earlier"


def test_a_date_is_never_skipped(store):
    bill_until(START)

    with pytest.raises(RunRefused) as caught:
        run_day(day=march(3), now=NOW)

    assert caught.value.code == "billing_date_skipped"
    assert not BillingRun.objects.filter(day=march(3)).exists()


def test_a_day_that_has_not_come_is_billed_only_where_that_is_allowed(store):
    bill_until(TODAY)

    with pytest.raises(RunRefused) as caught:
        bill_until(march(6))
    assert caught.value.code == "billing_date_future"

    assert bill_until(None).state is BillState.ALREADY_COMPLETE
    assert bill_until(None, allow_future=True).next_day == march(7)


def test_a_second_run_at_the_same_time_does_nothing_and_says_so(store):
    with psycopg.connect(dsn(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(1, 1)")
        assert is_billing()

        result = bill_until(START)

        assert (result.state, result.days) == (BillState.ALREADY_RUNNING, ())
        assert not BillingRun.objects.exists()

    # The other session is gone, and its mark with it.
    assert bill_until(START).state is BillState.DONE


def test_a_refused_request_gives_the_mark_back(store):
    bill_until(march(3))
    with pytest.raises(RunRefused):
        bill_until(march(2))

    assert not is_billing()


def test_progress_tells_of_the_finished_run(store):
    seen = []

    bill_until(START, progress=seen.append)

    assert (seen[-1].day, seen[-1].step) == (START, RunStep.DONE)


def test_asking_to_stop_ends_between_two_days(store):
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    result = bill_until(march(4), stop_asked=stop)

    # The first run of an installation is the day that was asked for, so start with one.
    assert [day.result.day for day in result.days] == [march(4)]
    result = bill(now=NOW, today=march(20), actor_name="test", until=march(8), stop_asked=stop)
    assert result.days == ()


@pytest.mark.parametrize("facts", [{"workers": 0}, {"workers": 65}, {"chunk_size": 0}])
def test_impossible_numbers_of_workers_or_rows_are_bugs(store, facts):
    with pytest.raises(ValueError, match="cannot bill"):
        bill_until(START, **facts)


def test_several_workers_bill_the_same(store, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(entrepot.__file__).parents[1]))

    result = bill_until(START, workers=2)

    assert result.days[0].result.documents == 3
    assert result.days[0].findings == 0


def test_the_hubs_day_changes_at_its_own_midnight(store):
    # Berlin is an hour ahead of UTC in winter.
    assert hub_today(now=datetime(2026, 1, 31, 22, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert hub_today(now=datetime(2026, 1, 31, 23, 0, tzinfo=UTC)) == date(2026, 2, 1)


def test_two_payments_at_once_are_both_used_once(store):
    bill_until(START)
    account = store.account_of(store.people.cleo.account_id).id

    def pay(number: int) -> None:
        try:
            take_payment(
                billing_account_id=account,
                amount=Decimal("20.00"),
                received_on=march(2),
                reference=f"bank {number}",
                actor=SETUP,
                now=NOW,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        list(threads.map(pay, range(6)))

    # 6 x 20.00 against 89.25: 30.75 stay as account credit.
    row = Balance.objects.get(pk=account)
    assert (row.receivable, row.account_credit) == (0, Decimal("30.750"))
    assert Invoice.objects.get(billing_account_id=account).open_amount == 0


def test_payments_between_runs_leave_books_that_prove_right(store):
    bill_until(START)
    account = store.account_of(store.people.cleo.account_id).id
    take_payment(
        billing_account_id=account,
        amount=Decimal("50.00"),
        received_on=march(2),
        reference="",
        actor=SETUP,
        now=NOW,
    )

    result = bill_until(march(2))

    assert result.days[0].findings == 0
