"""Days that no calendar has, or that nobody means, in every field and address of the screens that takes a day."""

import pytest

from entrepot.domain.credit.models import HoldEvent
from tests.web.odd.conftest import OddWorld

NO_DAYS = ("2026-02-30", "10000-01-01", "0000-01-01", "1751328000", "yesterday", "")
# The world is billed up to 15 March 2026.
OTHER_YEARS = (("0001-01-01", "is over"), ("9999-12-31", "A release lasts 366 days at most."))


def _address(world: OddWorld) -> str:
    return f"/provider/credit/{world.numbers['credit']}/protect/"


@pytest.mark.parametrize("text", NO_DAYS)
def test_a_release_until_no_day_is_refused_at_its_field(world: OddWorld, text: str) -> None:
    answer = world.browser("provider").post(_address(world), {"until": text, "reason": "agreed"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Enter a valid date." in page or "This field is required." in page
    assert not HoldEvent.objects.exists()


@pytest.mark.parametrize(("text", "said"), OTHER_YEARS)
def test_a_release_until_a_year_that_nobody_means_is_refused(
    world: OddWorld, text: str, said: str
) -> None:
    answer = world.browser("provider").post(_address(world), {"until": text, "reason": "agreed"})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not HoldEvent.objects.exists()


@pytest.mark.parametrize("text", NO_DAYS)
def test_a_filter_by_no_day_counts_as_not_asked(world: OddWorld, text: str) -> None:
    client = world.browser("provider")
    usual = client.get("/provider/invoices/").content.decode().count("<tr")
    assert usual > 1

    asked = client.get("/provider/invoices/", {"from": text, "to": text})

    assert asked.status_code == 200
    assert asked.content.decode().count("<tr") == usual


@pytest.mark.parametrize(
    ("first", "last", "is_all"),
    [("0001-01-01", "9999-12-31", True), ("9999-12-31", "0001-01-01", False)],
)
def test_a_filter_takes_every_day_of_the_calendar(
    world: OddWorld, first: str, last: str, is_all: bool
) -> None:
    client = world.browser("provider")
    usual = client.get("/provider/invoices/").content.decode().count("<tr")

    asked = client.get("/provider/invoices/", {"from": first, "to": last})

    assert asked.status_code == 200
    assert (asked.content.decode().count("<tr") == usual) is is_all


@pytest.mark.parametrize("text", [*NO_DAYS[:-1], "0001-01-01", "9999-12-31"])
def test_the_run_of_a_day_that_was_never_billed_has_no_page(world: OddWorld, text: str) -> None:
    client = world.browser("provider")

    assert client.get(f"/provider/billing/runs/{world.day}/").status_code == 200
    assert client.get(f"/provider/billing/runs/{text}/").status_code == 404
    assert client.get(f"/provider/billing/runs/{text}/proof/").status_code == 404


@pytest.mark.parametrize("text", [*NO_DAYS, "0001-01-01", "9999-12-31"])
def test_a_place_in_the_list_of_runs_that_is_no_day_shows_a_list(
    world: OddWorld, text: str
) -> None:
    client = world.browser("provider")

    for name in ("before", "after"):
        assert client.get("/provider/billing/", {name: text}).status_code == 200


@pytest.mark.parametrize("text", ["2026-13", "0000-01", "10000-01", "1751328000", "2026-02-30", ""])
def test_lines_of_a_month_that_does_not_exist_have_no_page(world: OddWorld, text: str) -> None:
    address = f"/provider/usage-imports/{world.numbers['usage-imports']}/lines/"

    answer = world.browser("provider").get(
        address, {"subscription": "1", "sku": "VM-1", "month": text}
    )

    assert answer.status_code == 404
