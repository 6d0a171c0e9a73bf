"""Takes in one usage file: staged as text, typed, judged, and kept as Parquet lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from duckdb import CSVLineTerminator

from entrepot.domain.usage.columns import NAMES
from entrepot.domain.usage.errors import UsageFileRefused
from entrepot.domain.usage.focus import STAGED_LINE_BYTES_MAX, Staged, stage
from entrepot.domain.usage.parquet import (
    FOLDER,
    StoredFile,
    stored_path,
    write_lines,
    write_parquet,
)
from entrepot.domain.usage.rejects import write_rejects
from entrepot.domain.usage.relations import rows_of
from entrepot.domain.usage.session import (
    MEMORY_LIMIT_MB,
    Session,
    lines_view,
    session,
    sql_text,
)

FAULTS_MAX = 1000
"""Faults that a report lists one by one; further ones are counted."""

_ONE_ROW = "{object} has one faulty row, line {line}: {reason}."
_SEVERAL_ROWS = "{object} has {rows} faulty rows; the first is line {line}: {reason}."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: its line, the column (empty for the row as a whole), the reason."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class FaultReport:
    """The faulty rows of a file: how many rows, and the first FAULTS_MAX faults."""

    rows: int
    faults: tuple[Fault, ...]


class UsageRowsRefused(UsageFileRefused):
    """A file with faulty rows of which nothing was applied; `report` lists them."""

    def __init__(self, *, file_name: str, report: FaultReport) -> None:
        first = report.faults[0]
        where = f"{first.column}: {first.reason}" if first.column else first.reason
        super().__init__(
            "usage_file_rows",
            _ONE_ROW if report.rows == 1 else _SEVERAL_ROWS,
            object=file_name,
            next_step="Correct the file, or import it without faulty rows.",
            rows=report.rows,
            line=first.line,
            reason=where,
        )
        self.report = report


@dataclass(frozen=True, slots=True)
class Source:
    """The part of an import that supersedes older ones: provider, sub-account and billing month."""

    provider_name: str
    sub_account_id: str
    billing_month: date
    import_id: int
    first_charge_month: date
    last_charge_month: date
    lines: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of a file. `billed_cost` adds up all accepted lines, whatever their currency.

    `repeated` counts accepted lines with an equal line before them in the file; they count too.
    `currencies` names the first and last code; `rejects` is the file of rejected rows, if any.
    """

    sha256: str
    records: int
    lines: int
    repeated: int
    billed_cost: Decimal
    currencies: tuple[str, ...]
    first_charge_month: date | None
    last_charge_month: date | None
    sources: tuple[Source, ...]
    extra_columns: tuple[str, ...]
    faults: FaultReport
    stored: StoredFile
    rejects: Path | None


def take_in(
    *,
    path: Path,
    data_dir: Path,
    import_id: int,
    skip_bad: bool = False,
    rejects: Path | None = None,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
) -> Intake:
    """Read a FOCUS 1.0 CSV file and keep its lines as Parquet below `data_dir`.

    The file may be larger than memory; about its own size of disk is used meanwhile. With
    `skip_bad` the faulty rows are left out and written to `rejects` (default: beside the stored
    lines). Taking in the same import again replaces its Parquet file.

    Raises: UsageFileRefused for an unreadable file; UsageRowsRefused for faulty rows unless
    `skip_bad`; UsageMemoryTooSmall. In all these cases nothing is kept.
    """
    work = data_dir / FOLDER / "work"
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work, prefix="intake-") as folder:
        staged = stage(path=path, staged=Path(folder) / "focus.csv")
        with session(work_dir=work, memory_limit_mb=memory_limit_mb) as connection:
            _type_lines(connection, folder=Path(folder))
            report = _faults(connection)
            if report.rows and not skip_bad:
                raise UsageRowsRefused(file_name=path.name, report=report)
            stored = _store(connection, data_dir=data_dir, import_id=import_id)
            if report.rows:
                rejects = rejects or (data_dir / stored.path).with_suffix(".rejected.csv")
                write_rejects(source=path, faulty=_all_faulty(connection), target=rejects)
            return _summary(
                connection,
                path=stored_path(file=stored, data_dir=data_dir),
                staged=staged,
                stored=stored,
                report=report,
                rejects=rejects if report.rows else None,
            )


def _type_lines(connection: Session, *, folder: Path) -> None:
    connection.execute(sql_text("focus_macros"))
    columns = ("line_no", "fault", "line_hash", *NAMES)
    connection.read_csv(
        str(folder / "focus.csv"),
        header=True,
        auto_detect=False,
        columns=dict.fromkeys(columns, "VARCHAR"),
        delimiter=",",
        quotechar='"',
        escapechar='"',
        lineterminator=CSVLineTerminator.CARRIAGE_RETURN_LINE_FEED,
        na_values="",
        buffer_size=4 * STAGED_LINE_BYTES_MAX,
        max_line_size=STAGED_LINE_BYTES_MAX,
    ).create_view("focus_text")
    typed = folder / "typed.parquet"
    write_parquet(lines=connection.sql(sql_text("type_lines")), target=typed)
    (folder / "focus.csv").unlink()
    lines_view(connection, name="typed_line", files=[typed])


def _faults(connection: Session) -> FaultReport:
    counted = connection.execute("SELECT COUNT(*) FROM typed_line WHERE len(faults) > 0").fetchone()
    rows = int(counted[0]) if counted else 0
    found = [
        _fault(line, text)
        for line, texts in connection.execute(
            "SELECT line_no, faults FROM typed_line WHERE len(faults) > 0"
            " ORDER BY line_no LIMIT $limit",
            {"limit": FAULTS_MAX},
        ).fetchall()
        for text in texts
    ]
    return FaultReport(rows=rows, faults=tuple(found[:FAULTS_MAX]))


def _fault(line: int, text: str) -> Fault:
    column, colon, reason = text.partition(": ")
    if colon and column in NAMES:
        return Fault(line=line, column=column, reason=reason)
    return Fault(line=line, column="", reason=text)


def _all_faulty(connection: Session) -> Iterator[tuple[int, Sequence[str]]]:
    rows = connection.execute(
        "SELECT line_no, faults FROM typed_line WHERE len(faults) > 0 ORDER BY line_no"
    )
    while chunk := rows.fetchmany(1000):
        yield from chunk


def _store(connection: Session, *, data_dir: Path, import_id: int) -> StoredFile:
    connection.execute(sql_text("repeated_line"))
    connection.execute(
        "CREATE TEMP TABLE this_import AS SELECT CAST($id AS BIGINT) AS import_id",
        {"id": import_id},
    )
    parts = connection.execute(
        "SELECT DISTINCT provider_name, billing_month FROM typed_line WHERE len(faults) = 0"
        " ORDER BY provider_name, billing_month"
    ).fetchall()
    return write_lines(
        lines=connection.sql(sql_text("usage_line")),
        data_dir=data_dir,
        import_id=import_id,
        providers=[provider for provider, _ in parts],
        billing_months=[month for _, month in parts],
    )


def _summary(
    connection: Session,
    *,
    path: Path,
    staged: Staged,
    stored: StoredFile,
    report: FaultReport,
    rejects: Path | None,
) -> Intake:
    lines_view(connection, name="usage_line", files=[path])
    row = connection.execute(sql_text("file_summary")).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    lines, repeated, cost, first, last, *currencies = row
    return Intake(
        sha256=staged.sha256,
        records=staged.records,
        lines=lines,
        repeated=repeated or 0,
        billed_cost=cost,
        currencies=tuple(sorted({code for code in currencies if code})),
        first_charge_month=first,
        last_charge_month=last,
        sources=tuple(Source(*part) for part in rows_of(connection, "file_sources")),
        extra_columns=staged.extra_columns,
        faults=report,
        stored=stored,
        rejects=rejects,
    )
