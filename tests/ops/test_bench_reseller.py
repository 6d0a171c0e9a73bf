"""The benchmark of new resellers in a small world: the same work among few and many plans, and it can object."""

from dataclasses import replace

import pytest

from entrepot.domain.catalog.models import Plan
from entrepot.ops.bench import reseller
from entrepot.ops.bench.reseller import Readiness, ResellerFigures, reseller_table


@pytest.mark.django_db
def test_a_new_reseller_sells_every_plan_and_writes_nothing_for_it():
    provider = reseller._provider()
    reseller._delegate(3)
    reseller._delegate(8)
    assert Plan.objects.count() == 8

    # The provider's first sale in this market and currency is noted once (sale_place).
    reseller._initialise(provider, "before")
    before = reseller._rows_written()
    first = reseller._initialise(provider, "first")
    few = reseller._rows_written() - before
    reseller._delegate(30)
    before = reseller._rows_written()
    second = reseller._initialise(provider, "second")

    assert reseller._rows_written() - before == few > 5
    assert [reseller._sellable(one) for one in (first, second)] == [30, 30]


def test_work_that_grows_with_the_plans_breaks_promises():
    few = Readiness(10, 55, 23, 34.0, 47.0, 10)
    many = replace(few, plans=10_000, sellable=10_000, cpu_ms=35.0)
    fine = ResellerFigures(few, many, 5)
    assert fine.broken == ()
    assert fine.ratio == 1.03
    assert "CPU ratio 1.03" in reseller_table(fine)
    assert fine.as_json()["ratio"] == 1.03

    grown = replace(many, statements=65, rows_written=10_023, cpu_ms=61.2, sellable=9_999)
    assert replace(fine, many=grown).broken == (
        "55 and 65 statements",
        "23 and 10023 rows written",
        "1.8 times the CPU among many plans",
        "9999 of 10000 plans could be sold",
    )
