"""A file that is no price list is refused whole, with one sentence."""

import gzip
import io
import os
import zipfile

import pytest

from entrepot.domain.catalog.pricelist.errors import PriceListRefused
from entrepot.domain.catalog.pricelist.reader import COLUMNS, read_price_list
from tests.domain.catalog.pricelist.files import JANUARY, csv_file, line, read

MEBIBYTE = 1024 * 1024


def refusal(content: bytes) -> PriceListRefused:
    """Read bytes that are refused; give the refusal."""
    with pytest.raises(PriceListRefused) as caught:
        read(content)
    assert caught.value.object == "list.csv"
    assert "{" not in caught.value.text()
    return caught.value


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", content)
    return target.getvalue()


def without_mark(text: bytes) -> str:
    return text.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "price_list_empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "price_list_empty"),
        (csv_file(), "price_list_no_rows"),
        (zipped(csv_file(line())), "price_list_not_csv"),
        (gzip.compress(csv_file(line())), "price_list_not_csv"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "price_list_not_csv"),
        (b"%PDF-1.7\n", "price_list_not_csv"),
        (without_mark(csv_file(line())).encode("utf-16"), "price_list_encoding"),
        (without_mark(csv_file(line())).encode("utf-16-le"), "price_list_encoding"),
        (without_mark(csv_file(line())).encode("utf-16-be"), "price_list_encoding"),
        (without_mark(csv_file(line())).encode("utf-32"), "price_list_encoding"),
        (b"\x00" * 1000, "price_list_encoding"),
        (without_mark(csv_file(line(Publisher="Müller"))).encode("latin-1"), "price_list_not_utf8"),
        (csv_file(line()).replace(b'","', b'";"'), "price_list_separator"),
        (csv_file(line()).replace(b'","', b'"\t"'), "price_list_separator"),
        (b"x" * 11 * MEBIBYTE, "price_list_too_large"),
        (csv_file(line(SkuDescription="x" * 10 * MEBIBYTE)), "price_list_too_large"),
        (b"hello\nworld\n", "price_list_columns"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused(content, code):
    assert refusal(content).code == code


def test_the_refusal_of_a_latin_1_file_names_line_byte_and_next_step():
    content = without_mark(csv_file(line(), line(Publisher="Müller"))).encode("latin-1")

    assert refusal(content).text() == (
        "list.csv is not UTF-8: line 3 contains the byte 0xFC. "
        "Save it as CSV UTF-8 and import it again."
    )


def header(*columns: str) -> str:
    return ",".join(f'"{column}"' for column in columns)


def test_missing_columns_are_named():
    columns = [column for column in COLUMNS if column not in ("UnitPrice", "Currency")]

    error = refusal(csv_file(line(), header=header(*columns)))

    assert (error.code, error.params["missing"]) == ("price_list_columns", "Currency, UnitPrice")
    assert (error.params["unknown"], error.params["doubled"]) == ("-", "-")


def test_a_misspelt_column_is_missing_and_unknown():
    columns = ["Unit price" if column == "UnitPrice" else column for column in COLUMNS]

    error = refusal(csv_file(line(), header=header(*columns)))

    assert error.params["missing"] == "UnitPrice"
    assert error.params["unknown"] == "Unit price"


def test_a_doubled_column_is_named():
    error = refusal(csv_file(line() + ',"1.00"', header=header(*COLUMNS, "UnitPrice")))

    assert error.params["doubled"] == "UnitPrice"


def test_a_further_column_is_named():
    error = refusal(csv_file(line() + ',"x"', header=header(*COLUMNS, "Margin")))

    assert error.params["unknown"] == "Margin"


def test_of_very_many_unknown_columns_the_first_are_named():
    error = refusal(",".join(f"c{number}" for number in range(10_000)).encode())

    # As many as a price list has columns, and a sign that there are more.
    unknown = str(error.params["unknown"]).split(", ")
    assert (len(unknown), unknown[0], unknown[-2:]) == (20, "c0", ["c18", "…"])


def test_columns_in_another_order_are_read_by_name():
    def turn(text: str) -> str:
        return ",".join(reversed(text.split(",")))

    parsed = read(csv_file(turn(line()), header=turn(header(*COLUMNS))))
    usual = read(csv_file(line()))

    assert parsed.reordered
    assert parsed.errors == ()
    assert parsed.rows[0].key == usual.rows[0].key
    assert parsed.rows[0].unit_cost == usual.rows[0].unit_cost
    assert parsed.rows[0].retail_price == usual.rows[0].retail_price


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_end_will_do(end):
    assert len(read(csv_file(line(), line(Market="DE"), end=end)).rows) == 2


def test_the_byte_order_mark_is_optional():
    assert len(read(csv_file(line()).removeprefix(b"\xef\xbb\xbf")).rows) == 1


def test_blank_lines_are_passed_over():
    parsed = read(csv_file("", line(), "", "", line(Market="DE"), ""))

    assert [row.line_number for row in parsed.rows] == [3, 6]


def small_rows(count: int) -> list[str]:
    """Rows of a few bytes: what is refused by number is refused before the cells are read."""
    return ["1"] * count


def test_fifty_thousand_rows_are_read_and_one_more_is_refused():
    assert read(csv_file(*small_rows(50_000))).row_count == 50_000

    error = refusal(csv_file(*small_rows(50_001)))

    assert (error.code, error.params["limit"]) == ("price_list_too_many_rows", 50_000)


def test_an_open_quote_does_not_hide_rows_from_the_limit():
    error = refusal(csv_file('"1', *small_rows(50_001)))

    assert error.code == "price_list_too_many_rows"


def test_too_many_rows_are_refused_before_the_first_is_parsed(monkeypatch):
    def parse(**_: object) -> object:
        raise AssertionError("parsed")

    monkeypatch.setattr("entrepot.domain.catalog.pricelist.reader.read_records", parse)

    assert refusal(csv_file(*small_rows(50_001))).code == "price_list_too_many_rows"
    assert refusal(b"x" * 11 * MEBIBYTE).code == "price_list_too_large"


def test_no_more_than_the_limit_is_taken_from_a_stream():
    stream = io.BytesIO(b"x" * 20 * MEBIBYTE)

    with pytest.raises(PriceListRefused):
        read_price_list(stream)

    assert stream.tell() == 10 * MEBIBYTE + 1


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PriceListRefused) as caught:
        read_price_list(tmp_path / "nothing.csv")

    assert caught.value.code == "price_list_not_found"
    assert caught.value.text() == "There is no file nothing.csv. Check the path."


def test_a_path_with_a_null_character_is_refused(tmp_path):
    with pytest.raises(PriceListRefused) as caught:
        read_price_list(tmp_path / "a\x00b.csv")

    assert caught.value.code == "price_list_unreadable"


def test_a_folder_is_not_a_price_list(tmp_path):
    with pytest.raises(PriceListRefused) as caught:
        read_price_list(tmp_path)

    assert caught.value.code == "price_list_not_a_file"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(PriceListRefused) as caught:
        read_price_list(tmp_path / "pipe.csv")

    assert caught.value.code == "price_list_not_a_file"


def test_the_reasons_come_in_the_language_of_the_reader():
    def shout(text: str) -> str:
        return text.upper()

    parsed = read_price_list(
        io.BytesIO(csv_file(line(TermDuration=""), line())), name="x", translate=shout
    )

    assert parsed.errors[0].reason == "THE CELL IS EMPTY, AND THIS COLUMN IS REQUIRED."


def test_a_stream_and_a_path_give_the_same_rows():
    assert read(JANUARY.read_bytes()).rows == read_price_list(JANUARY).rows
