"""Cut the text of a CSV file into records without losing the place.

The standard reader stops for good at the first broken quotation mark and reports the line
where it gave up. Here a broken record costs only itself: reading goes on at the next line.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A description may run over a few lines; without a bound, one stray mark at the top of
# a file would swallow the rest of it.
LINES_PER_RECORD_MAX = 20
# The longest real record has a few hundred characters. The bound also keeps every cell
# below the limit of the standard reader, whose message would not tell the line.
CHARACTERS_PER_RECORD_MAX = 100_000

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_QUOTED = re.compile(r'"[^"]*"')
_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its first physical line (from 1), its cells, and what broke it if anything.

    A broken record has one cell, the text of its first line, and `problem` names the reason code.
    `ends_file` tells that the text stops without a line end after it.
    """

    line: int
    cells: tuple[str, ...]
    problem: str | None
    ends_file: bool


def count_line_ends(*, text: str) -> int:
    """Count line ends outside of quotation marks, blank lines left out.

    A cheap lower bound on the number of records, for refusing a file before parsing it.
    """
    return sum(1 for _ in _LINE_ENDS.finditer(_QUOTED.sub("", text)))


def read_records(*, text: str) -> Iterator[Record]:
    """Give the records of `text` in order, blank lines left out.

    Line ends may be CRLF, LF or CR. Work grows linearly with the text: a record is at most
    `LINES_PER_RECORD_MAX` lines, and each line is tried at most that often.
    """
    lines = _LINE.findall(text)
    index = 0
    while index < len(lines):
        if not lines[index].strip():
            index += 1
            continue
        count = _lines_of_record(lines, index)
        raw = "".join(lines[index : index + count])
        ends_file = index + count == len(lines) and not raw.endswith(("\r", "\n"))
        cells, problem = _split(raw.rstrip("\r\n"))
        if problem is not None:
            count, cells = 1, (lines[index].rstrip("\r\n"),)
        yield Record(line=index + 1, cells=cells, problem=problem, ends_file=ends_file)
        index += count


def _lines_of_record(lines: list[str], start: int) -> int:
    """Count the lines up to the one that closes the last open quotation mark."""
    is_open = False
    last = min(len(lines), start + LINES_PER_RECORD_MAX)
    for index in range(start, last):
        is_open ^= lines[index].count('"') % 2 == 1
        if not is_open:
            return index - start + 1
    return last - start


def _split(raw: str) -> tuple[tuple[str, ...], str | None]:
    """Split one record; give its cells, or the code of what is wrong with its quoting."""
    if len(raw) > CHARACTERS_PER_RECORD_MAX:
        return (), "price_row_too_long"
    if raw.count('"') % 2 == 1:
        return (), "price_row_unclosed_quote"
    try:
        rows = list(csv.reader([raw], strict=True))
    except csv.Error:
        return (), "price_row_quoting"
    return tuple(rows[0]), None
