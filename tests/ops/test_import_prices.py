"""The command prints the report, one sentence for a refusal, and leaves wrong rows in a file."""

import csv
import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from entrepot.domain.catalog.models import CatalogPrice, PriceListImport
from entrepot.domain.catalog.pricelist.errors import PriceListRefused
from entrepot.flows.price_import import PriceImportRefused
from entrepot.kernel.clock import FixedClock
from entrepot.ops.management.commands import import_prices
from entrepot.ops.management.commands.import_prices import Command, RejectsNotWritten
from tests.domain.catalog.pricelist.files import JANUARY, JULY, csv_file, line


@pytest.fixture(autouse=True)
def june(monkeypatch):
    monkeypatch.setattr(Command, "clock", FixedClock(datetime(2026, 6, 20, 9, 0, tzinfo=UTC)))


def run(*words: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(Command(), *map(str, words), stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_a_list_is_applied_and_reported(db):
    out, err = run(JANUARY)

    number = PriceListImport.objects.get().pk
    assert "New prices           292" in out
    assert out.endswith(f"Applied as import {number}.\n")
    assert err == ""


def test_a_list_of_the_future_says_that_it_is_scheduled(db):
    run(JANUARY)

    out, _ = run(JULY)

    assert "Changed prices       32" in out
    assert out.endswith("Scheduled for 2026-07-01.\n")


def test_a_list_without_news_says_so(db):
    run(JANUARY)

    out, _ = run(JANUARY)

    assert out.endswith("The catalogue already says so; nothing was changed.\n")


def test_a_preview_writes_nothing(db):
    out, _ = run(JANUARY, "--preview")

    assert out.endswith("Preview: nothing was written.\n")
    assert PriceListImport.objects.count() == CatalogPrice.objects.count() == 0


def test_json_stands_alone_on_the_standard_output(db):
    run(JANUARY)

    out, err = run(JULY, "--json", "--preview")

    facts = json.loads(out)
    assert (facts["changed_prices"], facts["unchanged"], len(facts["changed"])) == (32, 260, 32)
    assert facts["changed"][0]["plan"] == "Office 365 E3"
    # The first key in order: Germany, one month.
    assert facts["changed"][0]["old_cost"] == "20.54"
    assert err == "Preview: nothing was written.\n"


def write_faulty(folder):
    path = folder / "list.csv"
    path.write_bytes(csv_file(line(), line(SkuId="0002", UnitPrice="-1"), line(TermDuration="P1M")))
    return path


def test_a_faulty_list_is_refused_with_its_report(db, tmp_path):
    out = StringIO()

    with pytest.raises(PriceImportRefused) as caught:
        call_command(Command(), str(write_faulty(tmp_path)), stdout=out, no_color=True)

    assert caught.value.code == "price_import_wrong_rows"
    last = out.getvalue().splitlines()[-1]
    assert last == "   3  UnitPrice  -1     -1 is negative; a price is zero or more."
    assert CatalogPrice.objects.count() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_a_preview_of_a_faulty_list_ends_with_1_unless_wrong_rows_may_stay_away(db, tmp_path):
    faulty = write_faulty(tmp_path)
    out = StringIO()

    with pytest.raises(SystemExit) as left:
        call_command(Command(), str(faulty), "--preview", stdout=out, no_color=True)

    assert left.value.code == 1
    assert "-1 is negative; a price is zero or more." in out.getvalue()
    assert out.getvalue().endswith("Preview: nothing was written.\n")
    assert run(faulty, "--preview", "--skip-bad")[0].endswith("Preview: nothing was written.\n")


def test_wrong_rows_go_to_a_file_beside_the_list(db, tmp_path):
    out, _ = run(write_faulty(tmp_path), "--skip-bad")

    rejected = tmp_path / "list-rejected.csv"
    assert f"Wrong rows written to {rejected}: 1." in out
    with rejected.open(encoding="utf-8-sig", newline="") as stream:
        _, row = csv.reader(stream)
    assert row[:3] == ["3", "UnitPrice", "UnitPrice: -1 is negative; a price is zero or more."]
    assert CatalogPrice.objects.count() == 2


def test_wrong_rows_go_to_the_file_that_is_named(db, tmp_path):
    run(write_faulty(tmp_path), "--skip-bad", "--rejects", tmp_path / "wrong.csv")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv", "wrong.csv"]


def test_without_a_place_for_wrong_rows_nothing_is_applied(db, tmp_path):
    with pytest.raises(RejectsNotWritten) as caught:
        run(write_faulty(tmp_path), "--skip-bad", "--rejects", tmp_path / "none" / "wrong.csv")

    assert "Nothing was applied." in caught.value.text()
    assert PriceListImport.objects.count() == CatalogPrice.objects.count() == 0


def test_a_file_that_is_no_list_is_refused_in_one_sentence(db, tmp_path):
    with pytest.raises(PriceListRefused) as caught:
        run(tmp_path / "none.csv")

    assert caught.value.text() == "There is no file none.csv. Check the path."


def test_an_operator_without_a_name_is_known_by_number(db, monkeypatch):
    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr(import_prices.getpass, "getuser", nobody)

    run(JANUARY)

    assert PriceListImport.objects.get().imported_by.startswith("command:")
