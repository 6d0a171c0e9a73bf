"""Reads FOCUS 1.0 CSV files record by record, with line numbers, in constant memory.

This part knows text only: encoding, separators, quotes, the header and the number of cells. What a
cell means is decided by `sql/type_lines.sql` on the staged copy that `stage` writes.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Protocol

from entrepot.domain.usage.columns import DECIMALS, NAMES, REQUIRED
from entrepot.domain.usage.errors import UsageFileRefused

LINE_BYTES_MAX = 1024 * 1024
"""A physical line longer than this is refused: no FOCUS row comes near it."""

RECORD_CHARS_MAX = 128 * 1024
"""A row with more characters is reported as faulty, so that a row always fits into memory."""

STAGED_LINE_BYTES_MAX = 1024 * 1024
"""More than a staged row can have: four bytes for a character, some quotes doubled."""

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
}
_UTF8_MARK = b"\xef\xbb\xbf"
_EXPONENT_MAX = 40


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One CSV record: the line it starts on (the header is 1), its cells, and its fault if any."""

    line: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """What `stage` found: records (without the header), the file's sha256, unknown columns."""

    records: int
    sha256: str
    extra_columns: tuple[str, ...]


def read_header(*, path: Path) -> tuple[str, ...]:
    """Give the column names of a file in its own order.

    Raises: UsageFileRefused as `stage` does, for what shows on the first line.
    """
    with _opened(path) as stream:
        return _header(_decoded(stream, path=path, digest=hashlib.sha256()), path=path)


def records(*, path: Path) -> Iterator[Record]:
    """Walk through the records after the header, at most one in memory; blank lines are left out.

    Raises: UsageFileRefused when the file cannot be read beyond some line.
    """
    with _opened(path) as stream, closing(_decoded(stream, path=path, digest=None)) as lines:
        width = len(_header(lines, path=path))
        yield from _records(lines, width=width, path=path)


def stage(*, path: Path, staged: Path) -> Staged:
    """Copy a FOCUS file to `staged` as plain CSV with known columns only, in the order of NAMES.

    Each staged row is: line number, fault of its structure (or empty), hash of the line, cells.
    `NULL` and empty cells become empty. The hash covers the known cells in this order, so that the
    column order and extra columns of a file do not matter. Rows with a fault keep empty cells.

    Raises: UsageFileRefused with `usage_file_missing`, `_empty`, `_packed`, `_encoding`,
    `_separator`, `_line_ends`, `_header`, `_too_wide` or `_cut_off`.
    """
    digest = hashlib.sha256()
    count = 0
    with (
        _opened(path) as stream,
        staged.open("w", encoding="utf-8", newline="") as target,
        closing(_decoded(stream, path=path, digest=digest)) as lines,
    ):
        header = _header(lines, path=path)
        pick = _picker(header)
        write = csv.writer(target, lineterminator="\r\n").writerow
        write(["line_no", "fault", "line_hash", *NAMES])
        blank = [""] * len(NAMES)
        for record in _records(lines, width=len(header), path=path):
            count += 1
            if record.fault:
                write([record.line, record.fault, "", *blank])
                continue
            cells = _plain_cells(pick(record.cells))
            write([record.line, "", line_hash(cells), *cells])
    extra = tuple(name for name in header if name not in NAMES)
    return Staged(records=count, sha256=digest.hexdigest(), extra_columns=extra)


def line_hash(cells: Sequence[str]) -> str:
    """Give the identity of a line's content: 128 bits of BLAKE2 over its cells, in hex."""
    return hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).hexdigest()


def _picker(header: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    # A cell for the columns that the file does not have stands behind its last one.
    absent = len(header)
    at = {name: position for position, name in enumerate(header)}
    return itemgetter(*(at.get(name, absent) for name in NAMES))


def _plain_cells(picked: Sequence[str]) -> list[str]:
    cells = ["" if cell == "NULL" else cell for cell in picked]
    for position in DECIMALS:
        if "e" in cells[position] or "E" in cells[position]:
            cells[position] = _without_exponent(cells[position])
    return cells


def _without_exponent(text: str) -> str:
    """Write 1.5E-7 as 0.00000015; what is no number of a sane size stays, to be reported."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > _EXPONENT_MAX or len(text) > _EXPONENT_MAX:
        return text
    return format(value, "f")


def _opened(path: Path) -> BinaryIO:
    if not path.is_file():
        raise UsageFileRefused(
            "usage_file_missing",
            "There is no file {object}.",
            object=path.name,
            next_step="Check the name and that the file is readable.",
        )
    stream = path.open("rb")
    try:
        _check_start(stream.read(len(_UTF8_MARK) + 1), path=path)
        stream.seek(0)
    except UsageFileRefused:
        stream.close()
        raise
    return stream


def _check_start(start: bytes, *, path: Path) -> None:
    if not start.removeprefix(_UTF8_MARK):
        raise UsageFileRefused(
            "usage_file_empty",
            "{object} is empty.",
            object=path.name,
            next_step="Export it again; a FOCUS file has at least a header line.",
        )
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature):
            raise UsageFileRefused(
                "usage_file_packed",
                "{object} is {what}, not a CSV file.",
                object=path.name,
                next_step="Unpack it or export it as CSV.",
                what=what,
            )
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in start:
        raise _encoding_refused(path=path, line=1, what="UTF-16")


def _encoding_refused(*, path: Path, line: int, what: str) -> UsageFileRefused:
    return UsageFileRefused(
        "usage_file_encoding",
        "{object} is not UTF-8: line {line} looks like {what}.",
        object=path.name,
        next_step='Save it as "CSV UTF-8" and import it again.',
        line=line,
        what=what,
    )


def _decoded(stream: BinaryIO, *, path: Path, digest: _Digest | None) -> Generator[str, None, None]:
    """Read lines as text, the line end included; no line above LINE_BYTES_MAX is ever held."""
    number = 0
    while raw := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if digest is not None:
            digest.update(raw)
        if len(raw) > LINE_BYTES_MAX:
            raise UsageFileRefused(
                "usage_file_too_wide",
                "Line {line} of {object} is longer than {limit} bytes.",
                object=path.name,
                next_step="Check its line ends and quotes and export it again.",
                line=number,
                limit=LINE_BYTES_MAX,
            )
        if number == 1:
            raw = raw.removeprefix(_UTF8_MARK)
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _encoding_refused(
                path=path, line=number, what="Latin-1 or Windows-1252"
            ) from error


def _header(lines: Iterator[str], *, path: Path) -> tuple[str, ...]:
    first = next(lines, "")
    if "\r" in first.rstrip("\r\n"):
        raise UsageFileRefused(
            "usage_file_line_ends",
            "{object} ends its lines with a bare carriage return.",
            object=path.name,
            next_step="Save it with LF or CRLF line ends.",
        )
    try:
        names = tuple(name.strip() for name in next(csv.reader([first], strict=True)))
    except (csv.Error, StopIteration):
        names = ()
    if len(names) <= 1 and any(mark in first for mark in ";\t|"):
        raise UsageFileRefused(
            "usage_file_separator",
            "{object} separates its columns by something other than a comma.",
            object=path.name,
            next_step="Export it with commas, as FOCUS files are.",
        )
    _check_names(names, path=path)
    return names


def _check_names(names: Sequence[str], *, path: Path) -> None:
    missing = sorted(REQUIRED.difference(names))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if not missing and not doubled:
        return
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    parts += [f"doubled: {', '.join(doubled)}"] if doubled else []
    raise UsageFileRefused(
        "usage_file_header",
        "The header of {object} cannot be used. Columns {columns}.",
        object=path.name,
        next_step="Export all columns of FOCUS 1.0, each once; their order is free.",
        columns="; ".join(parts)[:2000],
        missing=missing,
        doubled=doubled[:50],
    )


def _records(lines: Iterator[str], *, width: int, path: Path) -> Iterator[Record]:
    reader = csv.reader(lines, strict=True)
    while True:
        # The header is line 1 and was taken off before the reader started to count.
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(line=line, cells=[], fault=_quote_fault(error, line=line, path=path))
            continue
        if not cells:
            continue
        fault = _shape_fault(cells, width=width)
        # The empty cell stands for the columns that this file does not have.
        cells.append("")
        yield Record(line=line, cells=cells, fault=fault)


def _quote_fault(error: csv.Error, *, line: int, path: Path) -> str:
    text = str(error)
    if "expected after" in text:
        return "a quoted cell is followed by more text; double the quotes inside a cell"
    if "new-line character" in text:
        return "a carriage return stands inside a cell without quotes"
    # The field limit or the end of the file was met inside quotes: where the next row starts is
    # unknown, so that nothing after this line can be trusted.
    raise UsageFileRefused(
        "usage_file_cut_off",
        "A quote opened on line {line} of {object} is not closed within {limit} characters.",
        object=path.name,
        next_step="Export the file again: it is cut off, or a quote in a cell is not doubled.",
        line=line,
        limit=csv.field_size_limit(),
    ) from error


def _shape_fault(cells: Sequence[str], *, width: int) -> str:
    if len(cells) != width:
        return f"the row has {len(cells)} cells, the header has {width}; it may be cut off"
    if sum(map(len, cells)) > RECORD_CHARS_MAX:
        return f"the row has more than {RECORD_CHARS_MAX} characters"
    if any("\x00" in cell for cell in cells):
        return "a cell contains a NUL character"
    return ""
