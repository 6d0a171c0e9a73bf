"""Writes the rejected rows of a usage file, with the reason, for a person to correct."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from entrepot.domain.usage.focus import read_header, records

LINE_COLUMN = "x_RejectedLine"
REASON_COLUMN = "x_RejectedReason"
"""FOCUS names custom columns x_...; the reader leaves them out when the file comes back."""

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?")


def write_rejects(
    *, source: Path, faulty: Iterator[tuple[int, Sequence[str]]], target: Path
) -> None:
    """Copy the rows that start on the faulty lines, after two columns for line and reason.

    `faulty` gives (line, reasons) in ascending order of lines. Texts that a spreadsheet would run
    as a formula get an apostrophe in front; numbers stay as they are.
    """
    with target.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write([LINE_COLUMN, REASON_COLUMN, *read_header(path=source)])
        rows = records(path=source)
        for line, reasons in faulty:
            record = next(row for row in rows if row.line == line)
            cells = record.cells[:-1]
            write([line, *(harmless(cell) for cell in ("; ".join(reasons), *cells))])


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a text as a formula."""
    if cell.startswith(_FORMULA_START) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
