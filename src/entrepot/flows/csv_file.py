"""Uploaded CSV files as rows of named cells: what they are written in is found out, what they are not is said.

UTF-8 with or without its mark, UTF-16, and the Western European encoding that spreadsheets write; commas, semicolons or
tabs; any line ends. Archives are refused by their first bytes, too many rows before anything is parsed.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from entrepot.kernel.errors import BadInput

CELL_LENGTH_MAX = 200
_SEPARATORS = (",", ";", "\t")
_LINE_END = re.compile(r"\r\n|\r|\n")
# What archives, PDF files and workbooks begin with.
_FOREIGN = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
)


class CsvFault(BadInput):
    """What is wrong with a whole file, or with a cell of it; `field` names the column."""

    codes = frozenset(
        {
            "import_not_text",
            "import_empty",
            "import_too_long",
            "import_column_missing",
            "import_columns_unknown",
            "import_cell_missing",
            "import_cell_too_long",
            "import_file_gone",
        }
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """One row as it was typed, with its line in the file; the header is line 1."""

    line: int
    values: Mapping[str, str]


def template_of(columns: Sequence[str], examples: Sequence[Sequence[str]]) -> str:
    """Return a file that people fill in, with rows as examples."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(examples)
    return text.getvalue()


def read_cells(
    path: Path, *, columns: Sequence[str], optional: Collection[str], rows_max: int
) -> list[Cells]:
    """Read a file with a header whose columns may stand in any order. Raises: CsvFault about the whole file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CsvFault(
            "import_file_gone",
            "The file is not on the server any more.",
            next_step="Upload it again.",
        ) from error
    text = _text(content)
    _require_few(sum(1 for line in _LINE_END.split(text) if line.strip()) - 1, rows_max=rows_max)
    head = _LINE_END.split(text, maxsplit=1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise CsvFault(
            "import_not_text",
            "The file cannot be read as CSV from line {line} on.",
            line=reader.line_num,
            next_step="Look for a quotation mark that is not closed, and save it as CSV UTF-8.",
        ) from error
    if len(rows) < 2:
        raise CsvFault("import_empty", "The file has no rows.", next_step="Fill in the template.")
    names = _header(rows[0][1], columns=columns, optional=optional)
    return list(_cells(rows[1:], names, columns))


def require_cell(values: Mapping[str, str], *, optional: Collection[str]) -> None:
    """Refuse cells that are empty or too long. Raises: CsvFault with the column."""
    for name, value in values.items():
        if not value and name not in optional:
            raise CsvFault(
                "import_cell_missing", "The cell is empty.", field=name, next_step="Fill it in."
            )
        if len(value) > CELL_LENGTH_MAX:
            raise CsvFault(
                "import_cell_too_long",
                "The cell has more than {most} characters.",
                field=name,
                most=CELL_LENGTH_MAX,
                next_step="Shorten it.",
            )


def _text(content: bytes) -> str:
    is_foreign = content.startswith(_FOREIGN)
    if not is_foreign:
        for encoding in _encodings(content):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
    raise CsvFault("import_not_text", "The file is not text.", next_step="Save it as CSV UTF-8.")


def _encodings(content: bytes) -> tuple[str, ...]:
    """Give the encodings to try: by the mark at the beginning, by zeros between letters, else what is usual."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    sample = content[:400]
    if sample[1::2].count(0) > len(sample) // 4:
        return ("utf-16-le",)
    if sample[0::2].count(0) > len(sample) // 4:
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _require_few(rows: int, *, rows_max: int) -> None:
    if rows > rows_max:
        raise CsvFault(
            "import_too_long",
            "The file has {rows} rows; {most} are possible at once.",
            rows=rows,
            most=rows_max,
            next_step="Split it.",
        )


def _header(row: Sequence[str], *, columns: Sequence[str], optional: Collection[str]) -> list[str]:
    names = [name.strip().lower() for name in row]
    missing = [name for name in columns if name not in names and name not in optional]
    if missing:
        raise CsvFault(
            "import_column_missing",
            "The header has no column {column}.",
            field=missing[0],
            column=", ".join(missing),
            next_step="Use the header of the template.",
        )
    unknown = [name for name in names if name not in columns]
    twice = [name for name in names if names.count(name) > 1]
    if unknown or twice:
        raise CsvFault(
            "import_columns_unknown",
            "The header has a column that nobody knows, or one twice: {column}.",
            column=", ".join(dict.fromkeys([*unknown, *twice]))[:CELL_LENGTH_MAX],
            next_step="Use the header of the template.",
        )
    return names


def _cells(
    rows: Sequence[tuple[int, list[str]]], names: Sequence[str], columns: Sequence[str]
) -> Iterator[Cells]:
    for line, row in rows:
        values = {
            name: row[place].strip() if place < len(row) else "" for place, name in enumerate(names)
        }
        yield Cells(line, {name: values.get(name, "") for name in columns})
