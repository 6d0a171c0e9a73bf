"""The published FOCUS 1.0 sample, end to end."""

import csv
import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.domain.usage.intake import Intake, take_in
from entrepot.domain.usage.rating import MappedSubAccount, RatingInput, TierRule, rate

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "focus-1.0-sample-1000.csv"
# Added up once with decimal.Decimal over csv.DictReader, independently of the code under test.
BILLED = Decimal("20.52022672899")

pytestmark = pytest.mark.skipif(
    not SAMPLE.is_file(), reason="the FOCUS sample is not in ../shared/data"
)


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return take_in(path=SAMPLE, data_dir=tmp_path, import_id=1)


def test_every_line_of_the_sample_is_accepted_to_the_last_digit(intake: Intake) -> None:
    assert (intake.records, intake.lines, intake.faults.rows) == (1000, 1000, 0)
    assert len({(s.provider_name, s.sub_account_id) for s in intake.sources}) == 73
    assert intake.billed_cost == BILLED
    assert round(intake.billed_cost, 2) == Decimal("20.52")
    assert intake.currencies == ("USD",)
    assert (intake.first_charge_month, intake.last_charge_month) == (
        date(2024, 9, 1),
        date(2024, 9, 1),
    )


def test_a_column_that_focus_does_not_know_is_left_out(intake: Intake) -> None:
    assert intake.extra_columns == ("Id",)


def test_a_late_line_supersedes_only_in_its_own_billing_month(intake: Intake) -> None:
    # One Oracle line of September was billed in October.
    months = {s.billing_month for s in intake.sources}

    assert months == {date(2024, 9, 1), date(2024, 10, 1)}
    assert sum(s.lines for s in intake.sources if s.billing_month == date(2024, 10, 1)) == 1


def test_the_order_of_columns_and_rows_changes_no_line_identity_and_no_sum(
    intake: Intake, tmp_path: Path
) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    order = list(range(len(rows[0])))
    random.Random(7).shuffle(order)
    body = rows[1:]
    random.Random(8).shuffle(body)
    shuffled = tmp_path / "shuffled.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([row[n] for n in order] for row in [rows[0], *body])

    again = take_in(path=shuffled, data_dir=tmp_path, import_id=2)

    assert again.billed_cost == BILLED
    assert [(s.sub_account_id, s.lines) for s in again.sources] == [
        (s.sub_account_id, s.lines) for s in intake.sources
    ]


def test_what_is_charged_and_what_is_parked_make_up_the_whole_cost(
    intake: Intake, tmp_path: Path
) -> None:
    known = intake.sources[:60]
    rating = RatingInput(
        subscriptions=[
            MappedSubAccount(s.provider_name, s.sub_account_id, n % 20) for n, s in enumerate(known)
        ],
        tier_rules=[TierRule(n, 1, 1, "USD", Decimal("1.25"), "USD") for n in range(20)],
    )

    with rate(files=[tmp_path / intake.stored.path], rating=rating, work_dir=tmp_path) as rated:
        totals = list(rated.totals())
        parked = list(rated.parked())

    assert sum(t.cost for t in totals) + sum(p.cost for p in parked) == BILLED
    assert sum(t.lines for t in totals) + sum(p.lines for p in parked) == 1000
    # 1.25 x 11 decimals fits into the twelve decimals of an amount after at most one rounding.
    assert abs(sum(t.amount for t in totals) - sum(t.cost for t in totals) * Decimal("1.25")) < (
        len(totals) * Decimal("0.000000000001")
    )
    assert {p.reason for p in parked} == {"unknown_sub_account"}
    assert {(p.provider_name, p.sub_account_id) for p in parked} == {
        (s.provider_name, s.sub_account_id) for s in intake.sources[60:]
    }
