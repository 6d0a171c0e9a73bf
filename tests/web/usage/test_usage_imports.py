"""Usage imports on the provider's screens: upload, parked sub-accounts, totals and their lines."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.usage.models import (
    SubAccountLink,
    UsageImport,
    UsageImportState,
    UsageTotal,
)
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job
from tests.domain.usage.support import line, write_file
from tests.web.usage.conftest import work

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/provider/usage-imports/"


def text_of(answer) -> str:
    body = re.sub(
        r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    body = body.replace("&nbsp;", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    return re.sub(r"\s+", " ", body)


def upload(client, folder, *lines, key="a" * 32, **more):
    path = write_file(folder / "may.csv", lines)
    file = SimpleUploadedFile("may.csv", path.read_bytes(), "text/csv")
    return client.post(f"{LIST}upload/", {"key": key, "file": file, **more})


def test_an_unknown_sub_account_waits_is_linked_and_its_lines_can_be_read(
    hanna, sign_in, subscription, tmp_path
):
    asked = upload(hanna, tmp_path, line(BilledCost="100"), line(BilledCost="50"))
    assert "waiting for a worker" in text_of(hanna.get(asked.url))
    work()

    done = text_of(hanna.get(asked.url))
    assert "The file was taken in." in done
    number = UsageImport.objects.get().id
    page = text_of(hanna.get(f"{LIST}{number}/"))
    assert "nobody is charged for this usage yet" in page
    assert "No totals came with this file" in page
    form = {"provider": "Stratus", "account": "cleo", "subscription": f"SUB-{subscription}"}
    hanna.post(f"{LIST}{number}/map/", form)
    hanna.post(f"{LIST}{number}/map/", form)

    assert SubAccountLink.objects.get().subscription_id == subscription
    assert AuditEntry.objects.filter(action="usage.sub_account_mapped").count() == 1
    body = hanna.get(f"{LIST}{number}/").content.decode()
    assert "nobody is charged" not in body
    reader = sign_in(role=RoleCode.READ_ONLY)
    assert "A usage file was imported" in text_of(reader.get(f"{LIST}{number}/"))
    assert UsageTotal.objects.filter(tier=1).count() == 1
    address = re.search(r'href="(/provider/usage-imports/\d+/lines/[^"]+)"', body)[1]
    lines = text_of(hanna.get(address.replace("&amp;", "&")))
    assert "2 lines" in lines
    assert "$100.00" in lines
    assert "$50.00" in lines
    assert "Sum 2 lines 2 hours $150.00" in lines


def test_a_form_sent_twice_starts_one_job(hanna, tmp_path):
    first = upload(hanna, tmp_path, line())
    second = upload(hanna, tmp_path, line())

    assert first.url == second.url
    assert Job.objects.count() == 1
    assert AuditEntry.objects.filter(action="usage_import_started").count() == 1


def test_a_file_with_a_wrong_row_is_refused_with_line_and_column_unless_asked(hanna, tmp_path):
    asked = upload(hanna, tmp_path, line(), line(BilledCost="much"))
    work()

    assert "1 row of may.csv is wrong, so nothing was taken in." in text_of(hanna.get(asked.url))
    refused = UsageImport.objects.get()
    page = text_of(hanna.get(f"{LIST}{refused.id}/"))
    assert "BilledCost" in page
    assert "Refused" in page
    assert hanna.get(f"{LIST}{refused.id}/rejected/").status_code == 404
    upload(hanna, tmp_path, line(), line(BilledCost="much"), key="b" * 32, skip_bad="1")
    work()

    kept = UsageImport.objects.order_by("-id").first()
    wrong = hanna.get(f"{LIST}{kept.id}/rejected/")
    assert b"much" in b"".join(wrong.streaming_content)


def test_a_file_above_the_limit_is_refused_before_anything_is_kept(
    hanna, tmp_path, settings, monkeypatch
):
    monkeypatch.setattr("entrepot.web.screens.usage.listing.BYTES_MAX", 1024 * 1024)
    file = SimpleUploadedFile("may.csv", b"x" * (1024 * 1024 + 1), "text/csv")

    answer = hanna.post(f"{LIST}upload/", {"key": "a" * 32, "file": file})

    assert answer.status_code == 422
    assert "The file is larger than 1 MiB. Split it and upload the parts." in text_of(answer)
    assert not (settings.DATA / "uploads").exists()
    assert not Job.objects.exists()


def test_an_archive_with_the_name_of_a_csv_file_is_refused_by_its_first_bytes(hanna, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("may.csv", "0" * 1_000_000)
    file = SimpleUploadedFile("may.csv", packed.getvalue(), "text/csv")

    asked = hanna.post(f"{LIST}upload/", {"key": "a" * 32, "file": file})
    work()

    assert "a zip archive" in text_of(hanna.get(asked.url))
    assert UsageImport.objects.get().state == UsageImportState.REFUSED
    assert not UsageTotal.objects.exists()


def test_a_subscription_that_does_not_exist_is_named(hanna, tmp_path):
    upload(hanna, tmp_path, line())
    work()
    number = UsageImport.objects.get().id
    for text in ("SUB-999", "nonsense", ""):
        form = {"provider": "Stratus", "account": "cleo", "subscription": text}
        answer = hanna.post(f"{LIST}{number}/map/", form)

        assert answer.status_code == 422
        body = answer.content.decode()
        assert f'value="{text}" aria-invalid="true" aria-describedby="refused-1"' in body
        assert re.search(r'id="refused-1">.*?<span>[^<]{10,}</span>', body, re.DOTALL)
    assert not SubAccountLink.objects.exists()


def test_a_sub_account_that_cannot_be_billed_says_what_to_add_and_keeps_waiting(
    hanna, subscription, tmp_path
):
    upload(hanna, tmp_path, line(BillingCurrency="CHF"))
    work()
    number = UsageImport.objects.get().id
    form = {"provider": "Stratus", "account": "cleo", "subscription": f"SUB-{subscription}"}

    answer = hanna.post(f"{LIST}{number}/map/", form, follow=True)

    said = text_of(answer)
    assert f"Nothing of Stratus cleo can be billed to SUB-{subscription}" in said
    assert "add the missing margin or exchange rate, and link it again." in said
    assert "nobody is charged for this usage yet" in said
    assert not SubAccountLink.objects.exists()


def test_usage_of_a_month_before_the_subscription_stays_visible(hanna, subscription, tmp_path):
    april = {
        "BillingPeriodStart": "2026-04-01 00:00:00",
        "BillingPeriodEnd": "2026-05-01 00:00:00",
        "ChargePeriodStart": "2026-04-04 10:00:00",
        "ChargePeriodEnd": "2026-04-04 11:00:00",
    }
    upload(hanna, tmp_path, line(BilledCost="100"), line(BilledCost="7", **april))
    work()
    number = UsageImport.objects.get().id
    form = {"provider": "Stratus", "account": "cleo", "subscription": f"SUB-{subscription}"}

    linked = text_of(hanna.post(f"{LIST}{number}/map/", form, follow=True))

    assert "The sub-account is linked; 3 totals changed." in linked
    assert "not billable yet: no price of every seller, or no exchange rate" in linked
    assert "Try again" in linked
    again = text_of(hanna.post(f"{LIST}{number}/map/", form, follow=True))
    assert f"Nothing of Stratus cleo can be billed to SUB-{subscription}" in again


def test_only_people_who_may_import_upload_and_other_panels_do_not_exist(sign_in, store, tmp_path):
    reader = sign_in(role=RoleCode.READ_ONLY)
    assert "No usage file was imported yet" in text_of(reader.get(LIST))
    assert upload(reader, tmp_path, line()).status_code == 403
    assert sign_in(role=RoleCode.SUPPORT).get(LIST).status_code == 403
    foreign = sign_in(store.people.ria.account_id)
    for address in (LIST, f"{LIST}1/", f"{LIST}1/lines/", f"{LIST}work/1/"):
        assert foreign.get(address).status_code == 404
