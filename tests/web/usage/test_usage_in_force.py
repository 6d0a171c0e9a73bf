"""What counts among usage files that replace each other, and what people read of refused ones."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.domain.usage.models import UsageImport, UsageTotal
from entrepot.flows.usage_import import load_usage
from entrepot.flows.wiring import usage_store
from entrepot.infra.audit.recorder import Actor
from tests.domain.usage.support import line, write_file
from tests.web.usage.conftest import NOW, work
from tests.web.usage.test_usage_imports import LIST, text_of, upload

pytestmark = pytest.mark.django_db(transaction=True)


def load(folder, *lines, name="may.csv", actor="command:root"):
    return load_usage(
        path=write_file(folder / name, lines),
        store=usage_store(),
        actor=Actor(user_id=None, name=actor, channel="command"),
        now=NOW,
        business_date=NOW.date(),
    ).result.import_id


def waiting(client, number):
    """Read how many wait: on the provider's home, in the list, and how many an import offers to link."""
    home = re.search(r"(\d+) sub-accounts? belongs? to no", text_of(client.get("/provider/")))
    cells = re.findall(
        rf'<a href="{LIST}{number}/">.*?data-label="Waiting">(\d+)<',
        client.get(LIST).content.decode(),
        re.DOTALL,
    )
    page = client.get(f"{LIST}{number}/").content.decode()
    return int(home[1]) if home else 0, int(cells[0]), page.count('name="subscription"')


def link(client, number, subscription):
    form = {"provider": "Stratus", "account": "cleo", "subscription": f"SUB-{subscription}"}
    return client.post(f"{LIST}{number}/map/", form)


def test_a_sub_account_of_several_files_waits_once_and_only_in_the_file_in_force(
    hanna, subscription, tmp_path
):
    old = load(tmp_path, line(), line(SubAccountId="dora"))
    new = load(tmp_path, line(BilledCost="0.20"), line(SubAccountId="dora"), line(SkuId="X"))

    assert waiting(hanna, old) == (2, 0, 0)
    assert waiting(hanna, new) == (2, 2, 2)
    assert "A newer file replaced it" in text_of(hanna.get(f"{LIST}{old}/"))
    link(hanna, new, subscription)
    assert waiting(hanna, new) == (1, 1, 1)


def test_a_file_after_another_shows_its_totals_and_names_the_difference(
    hanna, subscription, tmp_path
):
    # 100 dollars x 0.8 x 1.1 = 88.00 euro; with 103.68 it is 91.2384, so 3.24 more.
    first = load(tmp_path, line(BilledCost="100", PricingQuantity="150"))
    link(hanna, first, subscription)
    second = load(tmp_path, line(BilledCost="103.68", PricingQuantity="150"))

    assert "difference" not in text_of(hanna.get(f"{LIST}{first}/")).split("Billed")[1]
    page = text_of(hanna.get(f"{LIST}{second}/"))
    assert "1 150 hours €91.24 +€3.24 0 lines, 0 hours difference to the file before" in page
    assert UsageTotal.objects.filter(tier=1).count() == 2


def test_a_refused_file_lists_all_its_faults_in_german_and_says_what_is_true(sign_in, tmp_path):
    reader = sign_in(language="de")
    asked = upload(
        reader, tmp_path, line(BilledCost="viel"), line(), line(BillingCurrency="euro", Tags="x")
    )
    work()

    page = text_of(reader.get(asked.url))
    assert "2 Zeilen von may.csv sind fehlerhaft" in page
    assert "2 BilledCost „viel“ ist keine Zahl wie 1234.5678" in page
    assert "4 BillingCurrency „euro“ ist kein Währungskürzel wie USD" in page
    assert "4 Tags ist kein gültiges JSON" in page
    number = UsageImport.objects.get().id
    shown = text_of(reader.get(f"{LIST}{number}/"))
    assert "Die Datei wurde abgelehnt, deshalb zählt nichts davon." in shown
    assert "4 Tags ist kein gültiges JSON" in shown


def test_a_file_that_is_no_usage_file_is_refused_in_german(sign_in, tmp_path):
    reader = sign_in(language="de")
    target = tmp_path / "other"
    target.mkdir()
    write_file(target / "may.csv", [line()], columns=["BilledCost"])
    file = SimpleUploadedFile("may.csv", (target / "may.csv").read_bytes(), "text/csv")
    asked = reader.post(f"{LIST}upload/", {"key": "c" * 32, "file": file})
    work()

    page = text_of(reader.get(asked.url))
    assert "ganze Datei Die Kopfzeile von may.csv ist nicht brauchbar." in page
    assert "cannot be used" not in page


def test_who_imported_is_a_person_or_the_operator(hanna, store, tmp_path):
    upload(hanna, tmp_path, line())
    work()
    by_person = UsageImport.objects.get().id
    by_command = load(tmp_path, line(SkuId="X"))

    assert "Imported by Hanna Harbor" in text_of(hanna.get(f"{LIST}{by_person}/"))
    assert "Imported by the operator" in text_of(hanna.get(f"{LIST}{by_command}/"))
    page = text_of(hanna.get(LIST))
    assert "command:root" not in page
    assert not re.search(r"job \d", page)
