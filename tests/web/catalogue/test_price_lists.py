"""Price lists on the provider's screens: upload, preview, apply, wrong files."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.domain.catalog.models import CatalogPrice, Plan, PriceListImport
from entrepot.domain.parties.kinds import RoleCode
from entrepot.infra.audit.models import AuditEntry
from tests.web.catalogue.conftest import JANUARY, JULY

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/provider/price-lists/"


def text_of(answer) -> str:
    body = re.sub(
        r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    body = body.replace("&nbsp;", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    return re.sub(r"\s+", " ", body)


def form_key(client) -> str:
    return re.search(r'name="key" value="([0-9a-f]{32})"', client.get(LIST).content.decode())[1]


def upload(client, content, name="july.csv", key=None):
    file = SimpleUploadedFile(name, content, "text/csv")
    return client.post(f"{LIST}upload/", {"key": key or form_key(client), "file": file})


def apply(client, content, **more):
    seen = upload(client, content)
    assert seen.status_code == 302, text_of(seen)
    return client.post(f"{seen.url}apply/", more)


def catalogue() -> tuple[int, int, int]:
    return Plan.objects.count(), CatalogPrice.objects.count(), PriceListImport.objects.count()


def test_a_preview_writes_nothing_and_applying_creates_the_catalogue(hanna, sign_in):
    seen = upload(hanna, JANUARY.read_bytes())
    page = text_of(hanna.get(seen.url))

    assert "Preview: nothing was written." in page
    assert catalogue() == (0, 0, 0)

    applied = hanna.post(f"{seen.url}apply/")
    assert applied.status_code == 302
    page = text_of(hanna.get(applied.url))
    assert "Applied" in page
    assert PriceListImport.objects.count() == 1
    assert Plan.objects.count() > 0
    entry = AuditEntry.objects.get(action="price_list_applied")
    assert entry.actor_name == "Hanna Harbor"
    assert "Timeline" not in page
    reader = sign_in(role=RoleCode.READ_ONLY)
    assert "A price list was imported or refused" in text_of(reader.get(applied.url))


def test_july_changes_only_what_changed_is_scheduled_and_listed(hanna):
    apply(hanna, JANUARY.read_bytes())
    seen = upload(hanna, JULY.read_bytes())

    page = text_of(hanna.get(seen.url))

    assert "Scheduled for 1 Jul 2026" in page
    # Business Basic, monthly, US: 7.20 becomes 7.78, which is +8.1 percent (0.58 / 7.20).
    assert "€" not in page.split("Business Basic")[1].split("DE")[0]
    assert "$7.20 $7.78 +8.1%" in page
    applied = hanna.post(f"{seen.url}apply/")
    report = text_of(hanna.get(applied.url))
    assert "$7.20 $7.78 +8.1%" in report
    prices = text_of(hanna.get(f"{LIST}prices/?q=Business+Basic"))
    assert "$7.20 $7.78 from 1 Jul 2026" in prices


def test_a_second_click_finds_the_import_of_the_first(hanna):
    seen = upload(hanna, JANUARY.read_bytes())

    first = hanna.post(f"{seen.url}apply/")
    second = hanna.post(f"{seen.url}apply/")

    assert first.url == second.url
    assert PriceListImport.objects.count() == 1


def test_the_same_file_again_would_change_nothing(hanna):
    apply(hanna, JANUARY.read_bytes())
    seen = upload(hanna, JANUARY.read_bytes())

    page = text_of(hanna.get(seen.url))

    assert "This list would change nothing" in page
    assert "Apply" not in page.replace("Applied", "")


def test_a_discarded_upload_is_gone(hanna):
    seen = upload(hanna, JANUARY.read_bytes())

    hanna.post(f"{seen.url}discard/")

    assert hanna.get(seen.url).status_code == 404
    assert catalogue() == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: b"", "has no content"),
        (lambda text: b"PK\x03\x04" + b"0" * 100, "not a CSV file"),
        (lambda text: text.replace(",", ";").encode(), "semicolons"),
        (lambda text: b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MiB"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_in_words(hanna, change, said):
    answer = upload(hanna, change(JANUARY.read_text("utf-8-sig")))

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert catalogue() == (0, 0, 0)


def _first_row(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        (lambda text: _first_row(text, '"5.76"', '"-5.76"'), "UnitPrice", "is negative"),
        (lambda text: _first_row(text, '"USD"', '"XQX"'), "Currency", "XQX"),
        (lambda text: text.encode()[:-40], "whole row", "The file ends within this row"),
        (
            lambda text: (
                text.rstrip() + "\r\n" + text.splitlines()[1].replace("5.76", "5.77")
            ).encode(),
            "whole row",
            "has the same product, SKU, segment",
        ),
    ],
)
def test_wrong_rows_are_named_and_nothing_is_applied_unless_asked(hanna, change, column, said):
    seen = upload(hanna, change(JANUARY.read_text("utf-8-sig")))
    assert seen.status_code == 302, text_of(seen)

    page = text_of(hanna.get(seen.url))
    assert column in page
    assert said in page
    refused = hanna.post(f"{seen.url}apply/")
    assert refused.status_code == 409
    assert (Plan.objects.count(), CatalogPrice.objects.count()) == (0, 0)
    wrong = hanna.get(f"{seen.url}rejected/")
    assert wrong.content.startswith("\ufeffLine,Column,Reason".encode())

    applied = hanna.post(f"{seen.url}apply/", {"skip_bad": "1"})
    left_out = hanna.get(f"{applied.url}rejected/")
    assert left_out.content == wrong.content
    assert Plan.objects.count() > 0


def test_only_people_who_may_import_upload_and_other_panels_do_not_exist(sign_in, people):
    reader = sign_in(role=RoleCode.READ_ONLY)
    assert reader.get(LIST).status_code == 200
    assert "Import a price list" not in text_of(reader.get(LIST))
    assert upload(reader, JANUARY.read_bytes(), key="0" * 32).status_code == 403
    assert sign_in(role=RoleCode.SUPPORT).get(LIST).status_code == 403
    foreign = sign_in(people.ria.account_id)
    for address in (LIST, f"{LIST}prices/", f"{LIST}1/", f"{LIST}preview/{'0' * 32}/"):
        assert foreign.get(address).status_code == 404


def test_the_price_page_asks_as_much_for_many_plans_as_for_none(hanna):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as empty:
        assert "No prices yet" in text_of(hanna.get(f"{LIST}prices/"))
    apply(hanna, JANUARY.read_bytes())
    with CaptureQueriesContext(connection) as full:
        hanna.get(f"{LIST}prices/")

    assert len(full) <= len(empty) + 1
