"""Rehearsals on the screen: the largest change without a cause first, the rest so that the sum is whole."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Rehearsal
from entrepot.domain.billing.queries.rehearsals import Dimension, rehearsal
from entrepot.flows.rehearsal import rehearse
from entrepot.infra.tasks.models import Job
from tests.web.billing.conftest import DAY, NEXT, NOW, bill, sql, work
from tests.web.billing.test_billing_screens import text_of, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def made(day: date) -> str:
    """Rehearse a day and return the address of its page."""
    return f"/provider/billing/rehearsals/{rehearse(day=day, now=NOW, actor_name='Hanna Harbor')}/"


@pytest.fixture
def wrong_price(world):
    """One plan's catalogue price was changed in place between two bills, for a month's terms."""
    sql("UPDATE plan_period SET term_months = 1")
    sql("UPDATE sub_billing SET term_months = 1, term_end = period_end")
    # The generated prices do not say which rule they follow; with another cost the first bill replaces them.
    sql("UPDATE agreed_price SET unit_cost = unit_cost + 0.01")
    bill(date(2026, 6, 1))
    ((plan, count),) = sql(
        "SELECT plan_id, count(*) FROM subscription GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    )
    sql("UPDATE catalog_price SET unit_cost = unit_cost * 3 WHERE plan_period_id = %s", plan)
    return plan, count


def rows_of(page: str) -> list[str]:
    """Return the rows of the table of differences as text."""
    table = page.split('id="differences"')[1]
    rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows if "<td" in row
    ]


def test_a_wrong_price_is_the_first_row_of_every_table(hanna, wrong_price):
    plan, count = wrong_price
    address = made(DAY)

    by_plan = rows_of(hanna.get(f"{address}?by=plan").content.decode())
    by_subscription = rows_of(hanna.get(f"{address}?by=subscription").content.decode())

    assert by_plan[0].startswith(f"Plan {plan:03} ")
    assert "other price, no cause found" in by_plan[0]
    assert f"in {count} subscriptions" in by_plan[0]
    assert by_subscription[0].startswith(f"Plan {plan:03} ")
    assert "other price, no cause found" in by_subscription[0]
    assert f"{count} without a cause" in text_of(hanna.get(address))


@pytest.mark.parametrize("dimension", list(Dimension))
def test_the_rows_and_the_rest_come_to_the_whole(viewer, wrong_price, dimension):
    number = rehearse(day=DAY, now=NOW, actor_name="Hanna")

    found = rehearsal(viewer, rehearsal_id=number)

    differences = found.by(dimension, currency="EUR")
    shown = differences.first(1)
    assert len(shown) == 2
    assert sum(row.now for row in shown) == found.tiers[0].now
    assert sum(row.before for row in shown) == found.tiers[0].before
    assert differences.change == found.tiers[0].now - found.tiers[0].before


def test_bars_share_one_axis_and_the_largest_is_full(hanna, wrong_price):
    page = hanna.get(f"{made(DAY)}?by=plan").content.decode()

    widths = [
        Decimal(width) for width in re.findall(r'<rect class="fill-[^>]*width="([\d.]+)%"', page)
    ]

    # Half of the bar lies on either side of the axis, so 50 is the longest.
    assert max(widths) == Decimal(50)
    assert len(set(widths)) > 1


def test_a_lower_tier_shows_no_amount(hanna, viewer, wrong_price):
    address = made(DAY)

    page = text_of(hanna.get(address))

    stored = Rehearsal.objects.get().totals["tiers"]
    own = next(tier for tier in stored if tier["tier"] == 1)
    assert f"{Decimal(own['now']):,.2f}" in page
    for tier in stored:
        if tier["tier"] > 1:
            assert f"{Decimal(tier['now']):,.2f}" not in page
    assert "Resale prices belong to their sellers" in page


def test_the_list_names_day_person_and_what_is_unexplained(hanna, wrong_price):
    _, count = wrong_price
    made(DAY)

    page = text_of(hanna.get("/provider/billing/rehearsals/"))

    assert "1 Jul 2026" in page
    assert "Hanna Harbor" in page
    assert f"{count} without a cause" in page


def test_a_run_with_the_same_result_says_so_and_shows_its_differences(hanna, billed):
    made(date(2026, 6, 2))
    bill(date(2026, 6, 2))

    page = text_of(hanna.get("/provider/billing/runs/2026-06-02/"))

    assert "Same result as the rehearsal of 1 Jul, 11:00." in page
    assert "from the rehearsal of 1 Jul, 11:00" in page


def test_a_run_with_another_result_than_its_rehearsal_says_nothing_of_it(hanna, wrong_price):
    made(date(2026, 7, 1))
    sql("UPDATE catalog_price SET unit_cost = unit_cost / 3")
    bill(DAY)

    page = text_of(hanna.get(f"/provider/billing/runs/{DAY}/"))

    assert "Same result as the rehearsal" not in page
    assert "No rehearsal of this day had the same result." in page


def test_the_button_rehearses_in_a_job_that_leads_to_the_page(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}
    job = hanna.post("/provider/billing/rehearse/", form).url

    work()
    end = hanna.get(job, headers={"HX-Request": "true"})

    number = Rehearsal.objects.get().id
    assert end.headers["HX-Redirect"] == f"/provider/billing/rehearsals/{number}/"
    assert "Open the rehearsal" in text_of(hanna.get(job))
    assert "by Hanna Harbor. Nothing was billed." in text_of(hanna.get(end.headers["HX-Redirect"]))
    assert "Hanna Harbor" in text_of(hanna.get("/provider/billing/rehearsals/"))


def test_what_would_be_put_aside_is_named_with_its_reason(hanna, aside):
    aside.repair_prices()

    page = text_of(hanna.get(made(NEXT)))

    assert f"Would be put aside {aside.no_zone}" in page
    assert f"Tax zone of the buyer unknown: {aside.no_zone}" in page


def test_a_closed_day_is_not_rehearsed(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-01"}

    answer = hanna.post("/provider/billing/rehearse/", form)

    assert answer.status_code == 409
    assert "2026-06-01 cannot be rehearsed: every day before 2026-06-02 is closed." in text_of(
        answer
    )


@pytest.mark.parametrize(
    ("day", "status", "said"),
    [
        ("9999-12-31", 409, "9999-12-31 is outside of the years 2000 to 2099. Check the year."),
        ("2027-07-01", 409, "From 2026-06-02 to 2027-07-01 there are more than 366 days."),
        ("0001-01-01", 409, "every day before 2026-06-02 is closed"),
        ("2026-02-30", 400, "This is not a day."),
        ("10000-01-01", 400, "This is not a day."),
        ("1751328000", 400, "This is not a day."),
        ("", 400, "This is not a day."),
    ],
)
def test_a_day_that_nobody_means_is_not_rehearsed(hanna, billed, day, status, said):
    form = token_of(hanna, "/provider/billing/") | {"day": day}

    answer = hanna.post("/provider/billing/rehearse/", form)

    assert answer.status_code == status
    assert said in text_of(answer)
    assert not Job.objects.exists()


def test_a_rehearsal_that_does_not_exist_and_a_comparison_have_no_page(hanna, billed):
    from entrepot.flows.rehearsal import compare_run

    ((run,),) = sql("SELECT id FROM billing_run")
    number = compare_run(run_id=run, now=NOW, actor_name="job 1")

    assert hanna.get(f"/provider/billing/rehearsals/{number}/").status_code == 404
    assert hanna.get("/provider/billing/rehearsals/99999/").status_code == 404
    assert "Nothing was rehearsed yet" in text_of(hanna.get("/provider/billing/rehearsals/"))
