"""Large price lists on the provider's screens: a job applies them, and its page says how far it is."""

import pytest

from entrepot.domain.catalog.models import CatalogPrice, PriceListImport
from entrepot.domain.parties.kinds import RoleCode
from entrepot.flows import price_jobs, wiring
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job, JobState
from tests.web.catalogue.conftest import JANUARY
from tests.web.catalogue.test_price_lists import LIST, apply, text_of, upload
from tests.web.usage.conftest import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def connected() -> None:
    """Have the tasks known."""
    wiring.connect()


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the 292 rows of January count as many."""
    monkeypatch.setattr(price_jobs, "ROWS_AT_ONCE_MAX", 291)


def many_rows(count: int) -> bytes:
    """Make a list of that many rows: the first row of January with other product ids."""
    header, row, *_ = JANUARY.read_text("utf-8-sig").splitlines()
    assert '"CFQ7TTC0' in row
    rows = [row.replace('"CFQ7TTC0', f'"P{number:05d}', 1) for number in range(count)]
    return "\r\n".join([header, *rows]).encode()


def test_applying_many_rows_waits_for_a_worker_and_leads_to_the_import(hanna, small_limit):
    asked = apply(hanna, JANUARY.read_bytes())

    assert asked.status_code == 302
    assert not PriceListImport.objects.exists()
    waiting = text_of(hanna.get(asked.url))
    assert "Asked for by Hanna Harbor" in waiting
    assert "waiting for a worker" in waiting

    work()

    done = hanna.get(asked.url)
    made = PriceListImport.objects.get()
    assert "The price list was applied." in text_of(done)
    assert f'href="{LIST}{made.id}/"' in done.content.decode()
    assert (
        hanna.get(asked.url, HTTP_HX_REQUEST="true").headers["HX-Redirect"] == f"{LIST}{made.id}/"
    )
    assert (made.rows, made.imported_by, CatalogPrice.objects.count()) == (292, "Hanna Harbor", 292)
    assert AuditEntry.objects.get(action="price_list_applied").actor_name == "Hanna Harbor"
    assert AuditEntry.objects.filter(action="price_import_started").count() == 1


def test_a_second_click_and_a_late_preview_find_the_job_of_the_first(hanna, small_limit):
    seen = upload(hanna, JANUARY.read_bytes())

    first = hanna.post(f"{seen.url}apply/")
    second = hanna.post(f"{seen.url}apply/")
    preview = hanna.get(seen.url)
    discarded = hanna.post(f"{seen.url}discard/")

    assert first.url == second.url == preview.url == discarded.url
    assert Job.objects.count() == 1
    work()
    assert PriceListImport.objects.count() == 1


def test_wrong_rows_that_are_left_out_can_be_taken_from_the_page_of_the_import(hanna, small_limit):
    text = JANUARY.read_text("utf-8-sig").replace('"5.76"', '"-5.76"', 1)

    apply(hanna, text.encode(), skip_bad="1")
    work()

    made = PriceListImport.objects.get()
    assert made.rejected == 1
    wrong = hanna.get(f"{LIST}{made.id}/rejected/").content.decode("utf-8-sig")
    assert "-5.76 is negative" in wrong


def test_a_list_with_wrong_rows_fails_with_its_reason_and_changes_nothing(hanna, small_limit):
    text = JANUARY.read_text("utf-8-sig").replace('"5.76"', '"-5.76"', 1)

    asked = apply(hanna, text.encode())
    work()

    page = text_of(hanna.get(asked.url))
    assert "1 of 292 rows is wrong, and nothing was applied." in page
    assert Job.objects.get().state == JobState.FAILED
    assert not CatalogPrice.objects.exists()


def test_a_list_that_says_nothing_new_leads_to_the_import_that_said_it(hanna, small_limit):
    apply(hanna, JANUARY.read_bytes())
    first = upload(hanna, JANUARY.read_bytes(), name="again.csv")
    work()

    asked = hanna.post(f"{first.url}apply/")
    work()

    assert "nothing was changed" in text_of(hanna.get(asked.url))
    assert Job.objects.order_by("-id")[0].result["import"] == PriceListImport.objects.get().id


def test_the_page_of_the_work_speaks_german_and_is_for_this_work_only(sign_in, people, small_limit):
    german = sign_in(language="de")
    asked = apply(german, JANUARY.read_bytes())

    assert "wartet auf einen Arbeitsprozess" in text_of(german.get(asked.url))
    Job.objects.update(state=JobState.RUNNING, note="applying 292")
    assert "292 Zeilen werden übernommen" in text_of(german.get(asked.url))
    assert sign_in(people.ria.account_id).get(asked.url).status_code == 404
    assert sign_in(role=RoleCode.SUPPORT).get(asked.url).status_code == 403
    Job.objects.update(task="bill")
    assert german.get(asked.url).status_code == 404


@pytest.mark.slow
def test_five_thousand_rows_are_applied_at_once_and_one_more_by_a_worker(hanna):
    at_once = apply(hanna, many_rows(5_000))
    assert at_once.url == f"{LIST}{PriceListImport.objects.get().id}/"

    asked = apply(hanna, many_rows(5_001))
    assert f"{LIST}work/" in asked.url
    work()

    assert CatalogPrice.objects.count() == 5_001
