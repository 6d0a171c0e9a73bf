"""What a usage file can have wrong, and what the reader says to it."""

import csv
import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.domain.usage.columns import NAMES
from entrepot.domain.usage.errors import UsageFileRefused
from entrepot.domain.usage.focus import LINE_BYTES_MAX
from entrepot.domain.usage.intake import FAULTS_MAX, Fault, Intake, UsageRowsRefused, take_in
from entrepot.domain.usage.rejects import harmless
from tests.domain.usage.support import line, write_file


def _take(path: Path, **options: object) -> Intake:
    return take_in(path=path, data_dir=path.parent, import_id=1, **options)  # type: ignore[arg-type]


def _refusal(path: Path) -> UsageFileRefused:
    with pytest.raises(UsageFileRefused) as refused:
        _take(path)
    kept = [p.name for p in path.parent.rglob("*") if p.suffix in {".parquet", ".partial"}]
    assert kept == []
    assert refused.value.next_step
    return refused.value


def _faults(path: Path) -> list[Fault]:
    refused = _refusal(path)
    assert isinstance(refused, UsageRowsRefused)
    return list(refused.report.faults)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("BilledCost", "1,5", '"1,5" is not a number like 1234.5678'),
        ("BilledCost", "1.234,56", '"1.234,56" is not a number like 1234.5678'),
        ("BilledCost", "1,234.56", '"1,234.56" is not a number like 1234.5678'),
        ("BilledCost", "NaN", '"NaN" is not a number like 1234.5678'),
        ("BilledCost", "Infinity", '"Infinity" is not a number like 1234.5678'),
        ("BilledCost", "1e999999", '"1e999999" is not a number like 1234.5678'),
        ("BilledCost", "1_000", '"1_000" is not a number like 1234.5678'),
        ("BilledCost", "NULL", "is empty"),
        (
            "BilledCost",
            "0.0000000000000001",
            '"0.0000000000000001" has more than 15 digits before or after the point',
        ),
        (
            "PricingQuantity",
            "1234567890123456",
            '"1234567890123456" has more than 15 digits before or after the point',
        ),
        ("ListCost", "abc", '"abc" is not a number like 1234.5678'),
        (
            "ChargePeriodStart",
            "2026-02-30 00:00:00",
            '"2026-02-30 00:00:00" is not a time like 2024-09-01T00:00:00Z',
        ),
        (
            "ChargePeriodStart",
            "1767225600",
            '"1767225600" is not a time like 2024-09-01T00:00:00Z',
        ),
        (
            "BillingPeriodStart",
            "0001-01-01",
            '"0001-01-01" is not between the years 2000 and 2199',
        ),
        (
            "ChargePeriodEnd",
            "2026-05-04 10:00:00",
            '"2026-05-04 10:00:00" is not after its start',
        ),
        ("BillingCurrency", "usd", '"usd" is not a currency code like USD'),
        ("ProviderName", "", "is empty"),
        ("SubAccountId", "x" * 201, "is longer than 200 characters"),
        ("Tags", "{'a': 1}", "is not valid JSON"),
        ("Tags", "[1]", "is not a JSON object"),
    ],
)
def test_a_faulty_cell_is_reported_with_line_column_and_reason(
    tmp_path: Path, column: str, text: str, reason: str
) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line(**{column: text}), line()])

    assert _faults(path) == [Fault(line=3, column=column, reason=reason)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-5.00", "-5"),
        ("1.5E-7", "0.00000015"),
        ("+2", "2"),
        (".5", "0.5"),
        ("0.1000000000000000000", "0.1"),
        ("999999999999999.999999999999999", "999999999999999.999999999999999"),
    ],
)
def test_a_cost_is_kept_to_the_last_digit(tmp_path: Path, text: str, value: str) -> None:
    path = write_file(tmp_path / "use.csv", [line(BilledCost=text)])

    assert _take(path).billed_cost == Decimal(value)


def test_several_faults_of_several_rows_are_all_listed_in_order(tmp_path: Path) -> None:
    bad = line(BilledCost="x", BillingCurrency="$")
    path = write_file(tmp_path / "use.csv", [line(), bad, line(), line(Tags="{")])

    assert [(f.line, f.column) for f in _faults(path)] == [
        (3, "BilledCost"),
        (3, "BillingCurrency"),
        (5, "Tags"),
    ]


def test_the_list_of_faults_is_bounded_and_the_rest_counted(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(BilledCost="x")] * (FAULTS_MAX + 5))

    refused = _refusal(path)

    assert isinstance(refused, UsageRowsRefused)
    assert (refused.report.rows, len(refused.report.faults)) == (FAULTS_MAX + 5, FAULTS_MAX)


def test_line_numbers_count_the_lines_inside_quoted_cells(tmp_path: Path) -> None:
    first = line(ChargeDescription="one\ntwo\nthree")
    path = write_file(tmp_path / "use.csv", [first, line(BilledCost="x")])

    # The header is line 1, the first row stands on lines 2 to 4.
    assert _faults(path) == [Fault(5, "BilledCost", '"x" is not a number like 1234.5678')]


def test_missing_and_doubled_columns_are_named(tmp_path: Path) -> None:
    columns = [n for n in NAMES if n not in {"SkuId", "BilledCost"}] + ["Tags"]
    refused = _refusal(write_file(tmp_path / "use.csv", [line()], columns=columns))

    assert refused.code == "usage_file_header"
    assert "missing: BilledCost, SkuId; doubled: Tags" in str(refused)


def test_columns_that_rating_does_not_need_may_be_absent(tmp_path: Path) -> None:
    columns = [n for n in NAMES if n not in {"Tags", "ResourceId", "ListCost"}]

    assert _take(write_file(tmp_path / "use.csv", [line()], columns=columns)).lines == 1


def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line()])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert _take(path).lines == 1


@pytest.mark.parametrize(
    ("recode", "code", "words"),
    [
        (lambda t: t.encode("utf-16"), "usage_file_encoding", "UTF-16"),
        (lambda t: t.encode("utf-16-le"), "usage_file_encoding", "UTF-16"),
        (
            lambda t: t.replace("Machines", "Größe").encode("latin-1"),
            "usage_file_encoding",
            "line 2 looks like Latin-1",
        ),
        (lambda t: gzip.compress(t.encode()), "usage_file_packed", "a gzip archive"),
        (lambda t: b"PK\x03\x04" + t.encode(), "usage_file_packed", "a zip archive"),
        (lambda t: b"", "usage_file_empty", "is empty"),
        (lambda t: b"\xef\xbb\xbf", "usage_file_empty", "is empty"),
        (lambda t: t.replace(",", ";").encode(), "usage_file_separator", "other than a comma"),
        (lambda t: t.replace("\r\n", "\r").encode(), "usage_file_line_ends", "carriage return"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_reason(
    tmp_path: Path, recode, code: str, words: str
) -> None:
    path = write_file(tmp_path / "use.csv", [line()])
    path.write_bytes(recode(path.read_bytes().decode()))

    refused = _refusal(path)

    assert refused.code == code
    assert words in str(refused)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "none.csv").code == "usage_file_missing"


def test_a_cut_off_last_row_is_reported(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line()])
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("Stratus")], encoding="utf-8")

    # ProviderName is column 30, so that 29 cells and the empty start of the 30th are left.
    fault = Fault(3, "", "the row has 30 cells, the header has 43; it may be cut off")
    assert _faults(path) == [fault]


def test_a_row_of_too_many_cells_is_reported(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line()])
    path.write_text(path.read_text(encoding="utf-8").rstrip() + ",more\n", encoding="utf-8")

    assert _faults(path)[0].reason.startswith("the row has 44 cells")


def test_an_unclosed_quote_ends_in_a_bounded_refusal(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line(ServiceName="HERE"), *[line()] * 5000])
    path.write_text(path.read_text(encoding="utf-8").replace("HERE", '"HERE'), encoding="utf-8")

    refused = _refusal(path)

    assert refused.code == "usage_file_cut_off"
    assert "line 3" in str(refused)


def test_a_file_that_ends_inside_a_quote_is_refused(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line(Tags='{"a": "b"}')])
    path.write_text(path.read_text(encoding="utf-8").rstrip()[:-1], encoding="utf-8")

    assert _refusal(path).code == "usage_file_cut_off"


def test_a_cell_of_ten_megabytes_is_refused_without_being_held(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(ServiceName="x" * (10 * LINE_BYTES_MAX))])

    refused = _refusal(path)

    assert refused.code == "usage_file_too_wide"
    assert len(str(refused)) < 300


def test_a_nul_character_is_reported(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line(ServiceName="a\x00b")])

    assert _faults(path) == [Fault(3, "", "a cell contains a NUL character")]


def test_bad_rows_can_be_left_out_and_come_back_with_their_reason(tmp_path: Path) -> None:
    bad = line(BilledCost="x", ServiceName="=1+1", ListCost="-5.00")
    path = write_file(tmp_path / "use.csv", [line(), bad, line(BilledCost="0.25")])

    intake = _take(path, skip_bad=True)

    # 0.10 + 0.25
    assert (intake.lines, intake.billed_cost) == (2, Decimal("0.35"))
    assert intake.faults.rows == 1
    assert intake.rejects is not None
    with intake.rejects.open(encoding="utf-8", newline="") as stream:
        (rejected,) = csv.DictReader(stream)
    assert rejected["x_RejectedLine"] == "3"
    assert rejected["x_RejectedReason"] == 'BilledCost: "x" is not a number like 1234.5678'
    assert (rejected["ServiceName"], rejected["ListCost"]) == ("'=1+1", "-5.00")


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "\tx", "-2+3"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5.00", "+1", "", "plain", "1.5E-7", "-1e5"])
def test_a_number_or_plain_text_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_equal_lines_of_a_file_all_count_and_get_occurrence_numbers(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(), line(SkuId="VM-2"), line(), line()])

    intake = _take(path)

    # Three times and once 0.10.
    assert (intake.lines, intake.repeated, intake.billed_cost) == (4, 2, Decimal("0.40"))


def test_times_without_a_zone_are_utc_and_others_are_converted(tmp_path: Path) -> None:
    # 2026-06-01 00:30 at +02:00 is still May in UTC.
    late = line(
        ChargePeriodStart="2026-06-01T00:30:00+02:00", ChargePeriodEnd="2026-06-01T01:30:00+02:00"
    )
    path = write_file(tmp_path / "use.csv", [line(), late])

    intake = _take(path)

    assert intake.first_charge_month == intake.last_charge_month
    assert str(intake.last_charge_month) == "2026-05-01"


def test_a_hostile_provider_name_stays_inside_the_data_folder(tmp_path: Path) -> None:
    path = write_file(tmp_path / "use.csv", [line(ProviderName="../../etc/Passwd")])

    assert _take(path).stored.path == "usage/etc-passwd/2026-05/import-00000001.parquet"
