"""Rehearsing a day: same result as the run, no trace, no lock, and the largest unexplained change first."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from entrepot.domain.billing.models import BillingRun, Rehearsal
from entrepot.flows.daily_billing import RunRefused, run_day
from entrepot.flows.rehearsal import compare_run, note_fingerprint, rehearse
from entrepot.ops.bench.world import make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

DAY = date(2026, 3, 15)
NEXT = date(2026, 3, 16)
MONTH_LATER = date(2026, 4, 15)
NOW = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def world(transactional_db: None) -> None:
    """A world of 300 subscriptions, all due on one day."""
    make_world(subscriptions=300, due_percent=100, day=DAY)


@pytest.fixture
def somebody_else(world: None) -> Iterator[psycopg.Connection]:
    """A second connection to the same database, whose statements give up after a second of waiting."""
    with psycopg.connect(_dsn()) as other:
        other.execute("SET lock_timeout = '1s'")
        other.commit()
        yield other
        other.rollback()


def _dsn() -> str:
    params = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.conninfo.make_conninfo(**{n: params[n] for n in names if params.get(n)})


def _rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def _checksums() -> dict[str, tuple]:
    """Count and sum up every table of every schema, so that a single changed byte shows."""
    tables = _rows(
        "SELECT schemaname || '.' || tablename FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'pg_temp%' "
        "AND tablename <> 'rehearsal'"
    )
    return {
        table: _rows(
            f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} AS t"
        )[0]
        for (table,) in tables
    }


def _monthly_terms() -> None:
    """Let every term last one month, so that prices are agreed anew with every bill.

    The generated prices do not say which margin rule they follow; with another cost the first bill replaces them.
    """
    _rows("UPDATE agreed_price SET unit_cost = unit_cost + 0.01")
    _rows("UPDATE plan_period SET term_months = 1")
    _rows("UPDATE sub_billing SET term_months = 1, term_end = period_end")


def _only(comparison: Rehearsal, dimension: str) -> list[dict]:
    return comparison.differences[dimension]["rows"]


def _largest_plan() -> tuple[int, int]:
    """Return the plan with most subscriptions, and how many it has."""
    return _rows(
        "SELECT plan_id, count(*) FROM subscription GROUP BY plan_id ORDER BY 2 DESC, 1 LIMIT 1"
    )[0]


def test_a_rehearsal_leaves_no_trace_in_any_table(world):
    before = _checksums()

    rehearse(day=NEXT, now=NOW, actor_name="Hanna")

    assert _checksums() == before
    assert _rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rehearsal%'") == []
    assert Rehearsal.objects.count() == 1


def test_a_rehearsal_neither_waits_for_live_rows_nor_keeps_others_waiting(somebody_else):
    somebody_else.execute("UPDATE sub_billing SET version = version + 1 WHERE subscription_id = 1")
    updated = []

    def meanwhile(_text: str) -> None:
        # The row locked above stays locked all the time; another due one is changed in every phase.
        cursor = somebody_else.execute(
            "UPDATE sub_billing SET version = version + 1 WHERE subscription_id = 2"
        )
        updated.append(cursor.rowcount)

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    made = rehearse(day=DAY, now=NOW, actor_name="Hanna", say=meanwhile)
    somebody_else.commit()

    assert updated
    assert set(updated) == {1}
    # 300 due, none left out because of the locks.
    assert Rehearsal.objects.get(id=made).due == 300


def test_a_rehearsal_has_the_fingerprint_of_the_later_run(world):
    made = Rehearsal.objects.get(
        id=rehearse(day=DAY, now=NOW, actor_name="Hanna", workers=1, chunk_size=70)
    )

    run = run_day(day=DAY, now=NOW, chunk_size=300)
    kept = note_fingerprint(run_id=run.run_id)

    assert made.fingerprint == kept == BillingRun.objects.get(id=run.run_id).fingerprint
    assert kept.startswith(f"{run.charges}-{run.documents}-")
    assert (made.due, made.charges, made.documents) == (run.due, run.charges, run.documents)


def test_another_price_gives_another_fingerprint(world):
    made = Rehearsal.objects.get(id=rehearse(day=DAY, now=NOW, actor_name="Hanna"))
    _rows(
        "UPDATE agreed_price SET unit_price = unit_price + 0.01 "
        "WHERE id = (SELECT min(id) FROM agreed_price WHERE kind = 'recurring' AND tier = 1)"
    )

    run = run_day(day=DAY, now=NOW)

    assert note_fingerprint(run_id=run.run_id) != made.fingerprint


def test_a_price_changed_in_place_is_the_top_unexplained_difference(world):
    _monthly_terms()
    run_day(day=DAY, now=NOW)
    plan, subscriptions = _largest_plan()
    # A fault that nobody recorded: the price row itself was changed, without a new one from a later day.
    _rows("UPDATE catalog_price SET unit_cost = unit_cost * 3 WHERE plan_period_id = %s", plan)

    made = Rehearsal.objects.get(id=rehearse(day=MONTH_LATER, now=NOW, actor_name="Hanna"))

    first = _only(made, "plan")[0]
    assert first["id"] == plan
    assert first["cause"] == "price_unexplained"
    assert first["unexplained"] == subscriptions
    assert Decimal(first["now"]) > 2 * Decimal(first["before"])
    top = _only(made, "subscription")[0]
    assert top["cause"] == "price_unexplained"
    ((its_plan, its_name, its_customer),) = _rows(
        "SELECT plan_id, plan_name, customer_name FROM subscription WHERE id = %s", top["id"]
    )
    assert its_plan == plan
    assert (top["name"], top["note"]) == (its_name, its_customer)
    assert _only(made, "reseller")[0]["unexplained"] > 0


def test_a_new_price_row_is_an_explained_difference(world):
    _monthly_terms()
    run_day(day=DAY, now=NOW)
    plan, subscriptions = _largest_plan()
    _rows("UPDATE catalog_price SET valid_to = '2026-04-01' WHERE plan_period_id = %s", plan)
    _rows(
        "INSERT INTO catalog_price (plan_period_id, resource_id, kind, market, currency, unit_cost, retail_price, "
        "listed_cost, listed_retail, valid_from) SELECT plan_period_id, resource_id, kind, market, currency, "
        "unit_cost * 2, retail_price, listed_cost, listed_retail, valid_to FROM catalog_price "
        "WHERE plan_period_id = %s",
        plan,
    )

    made = Rehearsal.objects.get(id=rehearse(day=MONTH_LATER, now=NOW, actor_name="Hanna"))

    changed = next(row for row in _only(made, "plan") if row["id"] == plan)
    assert changed["unexplained"] == 0
    causes = {cause["cause"]: cause["subscriptions"] for cause in changed["causes"]}
    assert causes["price"] == subscriptions


@pytest.mark.parametrize("dimension", ["reseller", "customer", "plan", "subscription"])
def test_named_rows_and_the_rest_are_the_whole(world, monkeypatch, dimension):
    monkeypatch.setattr("entrepot.flows.period_differences.ROWS_PER_DIMENSION", 2)

    made = Rehearsal.objects.get(id=rehearse(day=DAY, now=NOW, actor_name="Hanna"))

    found = made.differences[dimension]
    tier = next(tier for tier in made.totals["tiers"] if tier["tier"] == 1)
    everything = [*found["rows"], *found["rest"]]
    assert len(found["rows"]) == 2
    assert found["more"] == found["rest"][0]["members"]
    assert sum(Decimal(row["now"]) for row in everything) == Decimal(tier["now"])
    assert sum(row["subscriptions"] for row in everything) == tier["subscriptions"]
    assert all(row["name"] for row in found["rows"])


def test_a_run_is_compared_like_its_rehearsal(world):
    made = Rehearsal.objects.get(id=rehearse(day=DAY, now=NOW, actor_name="Hanna"))
    run = run_day(day=DAY, now=NOW)

    compared = Rehearsal.objects.get(id=compare_run(run_id=run.run_id, now=NOW, actor_name="job 1"))

    assert compared.differences == made.differences
    assert compared.totals["tiers"] == made.totals["tiers"]
    assert compared.totals["source"] == "run"


def test_what_was_retried_ahead_belongs_to_the_rehearsal_of_its_day(world):
    from entrepot.flows.retry import retry_quarantined
    from entrepot.infra.audit.recorder import Actor

    _rows("UPDATE tax_rule SET valid_from = '2030-01-01' WHERE buyer_registered")
    first = run_day(day=DAY, now=NOW)
    _rows("UPDATE tax_rule SET valid_from = '2020-01-01' WHERE buyer_registered")
    results = retry_quarantined(actor=Actor(user_id=None, name="test"), now=NOW)
    made = Rehearsal.objects.get(id=rehearse(day=NEXT, now=NOW, actor_name="Hanna"))

    run = run_day(day=NEXT, now=NOW)

    # Tier 1 of every chain is sold to a registered reseller, so all 300 were put aside and billed a day later.
    assert first.quarantined == 300
    assert [one.reason for one in results] == [None] * 300
    assert made.fingerprint == note_fingerprint(run_id=run.run_id)
    assert made.totals["tiers"][0]["subscriptions"] == 300


def test_a_closed_day_is_not_rehearsed(world):
    run_day(day=DAY, now=NOW)

    with pytest.raises(RunRefused) as refused:
        rehearse(day=DAY, now=NOW, actor_name="Hanna")

    assert refused.value.code == "billing_date_earlier"
    assert not Rehearsal.objects.exists()


def test_the_command_names_what_differs_and_writes_amounts_as_people_do(world):
    out = StringIO()

    call_command("rehearse", "--date", DAY, "--rows", "100", stdout=out)

    text = out.getvalue()
    name, number = _rows("SELECT name, id FROM plan WHERE id = %s", _largest_plan()[0])[0]
    assert f"{name} ({number}): " in text
    assert re.search(r"\(\d+\): [\d,]+\.\d\d -> [\d,]+\.\d\d EUR, ", text)
    assert not re.search(r"\d\.\d{3,}", text.replace(" s\n", ""))


def test_the_command_refuses_a_closed_day_as_a_refusal_and_not_as_a_wrong_command(world):
    run_day(day=DAY, now=NOW)

    with pytest.raises(RunRefused, match="cannot be rehearsed"):
        call_command("rehearse", "--date", DAY, stdout=StringIO())
