"""Days that no calendar has, and years that nobody means, in every option that takes a day."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from entrepot.domain.billing.models import BillingRun, Rehearsal
from entrepot.flows.bill import bill
from entrepot.flows.daily_billing import RunRefused
from entrepot.flows.rehearsal import rehearse
from entrepot.ops.arguments import day_of
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW

OPTIONS = (
    ("bill", "--until"),
    ("rehearse", "--date"),
    ("verify", "--day"),
    ("seed_demo", "--until"),
)
NO_DAYS = ("2026-02-30", "10000-01-01", "0000-01-01", "1751328000", "30.06.2026", "tomorrow", "-1")


@pytest.fixture
def store(transactional_db) -> Shop:
    """Cleo has five seats from 1 March on, and that day is billed."""
    made = shop()
    made.subscribe("5")
    bill(now=NOW, today=START, actor_name="test", until=START)
    return made


@pytest.mark.parametrize("text", NO_DAYS)
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_what_is_no_day_is_refused_with_the_form_to_write_it_in(command, option, text):
    with pytest.raises(CommandError, match="is not a date; write it as 2026-06-30"):
        call_command(command, f"{option}={text}", stdout=StringIO())


def test_a_day_is_read_as_it_is_written():
    assert day_of("2028-02-29").isoformat() == "2028-02-29"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0001-01-01", "billing_date_earlier"),
        ("1999-12-31", "billing_date_earlier"),
        ("9999-12-31", "billing_date_unusable"),
        ("2100-01-01", "billing_date_unusable"),
        # 10 years and 9 days after 2 March 2026, the next day to be billed.
        ("2036-03-11", "billing_date_far"),
    ],
)
def test_a_slip_in_the_year_bills_nothing(store, text, code):
    with pytest.raises(RunRefused) as refused:
        bill(now=NOW, today=START, actor_name="test", until=day_of(text), allow_future=True)

    assert refused.value.code == code
    assert BillingRun.objects.count() == 1


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_first_day_of_an_installation_lies_in_a_usable_year(transactional_db, text):
    shop()

    with pytest.raises(RunRefused, match="outside of the years 2000 to 2099") as refused:
        bill(now=NOW, today=START, actor_name="test", until=day_of(text), allow_future=True)

    assert refused.value.code == "billing_date_unusable"
    assert not BillingRun.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0001-01-01", "billing_date_earlier"),
        ("9999-12-31", "billing_date_unusable"),
        # 2 March 2026 and 366 days: the 367th day of the span.
        ("2027-03-03", "billing_date_far"),
    ],
)
def test_a_slip_in_the_year_rehearses_nothing(store, text, code):
    with pytest.raises(RunRefused) as refused:
        rehearse(day=day_of(text), now=datetime(2026, 3, 5, tzinfo=UTC), actor_name="test")

    assert refused.value.code == code
    assert not Rehearsal.objects.exists()
