"""A world is proved; after any planted fault the right check names the right object."""

import pytest

from entrepot.flows.verify import verify
from entrepot.flows.verify.report import report_text
from tests.flows.verify.conftest import LAST, sql
from tests.flows.verify.faults import FAULTS, Fault
from tests.flows.verify.kept_faults import KEPT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("billed")]


def test_the_billed_world_is_proved() -> None:
    report = verify()

    assert report.is_proved, report_text(report)
    assert report.last_day == LAST
    figures = {check.name: check.figures for check in report.checks}
    # Subscriptions 1 and 2 have March and April (61 days), 3 has 19 days in March, on two tiers;
    # subscription 1 has two quantities, whose days add up to the same.
    assert figures["coverage"]["days_checked"] == str(2 * (61 + 61 + 19))
    # Seats x days x tiers: 5 x 10 + 7 x 51, 3 x 61, 4 x 19.
    assert figures["coverage"]["seat_days_delivered"] == str(2 * (50 + 357 + 183 + 76))
    assert figures["coverage"]["seat_days_charged"] == figures["coverage"]["seat_days_delivered"]
    # 1 March to 5 April, both included.
    assert figures["unbilled"]["quarantined_days"] == "36"
    assert figures["usage"]["totals_billed"] == "2"
    assert int(figures["ledger"]["allocations"]) > 0


@pytest.mark.parametrize("fault", [*FAULTS, *KEPT], ids=lambda fault: fault.what)
def test_a_planted_fault_is_named_by_its_check(fault: Fault) -> None:
    number = sql(fault.number)
    for act in fault.acts:
        sql(act)
    number = number or sql(fault.number)

    [check] = verify(checks=[fault.check]).checks

    found = {(finding.problem, finding.reference) for finding in check.findings}
    assert (fault.problem, f"{fault.prefix}{number}") in found, report_text(verify())
