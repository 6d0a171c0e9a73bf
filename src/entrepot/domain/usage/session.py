"""A DuckDB session with a memory limit, and the SQL texts of this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from entrepot.domain.usage.errors import UsageAmountTooLarge, UsageMemoryTooSmall

ENGINE = f"duckdb {duckdb.__version__}"
"""Name and version of the engine, kept with each import so that its digits can be explained."""

MEMORY_LIMIT_MB = 512
MEMORY_LIMIT_MB_MIN = 64
_SMALL_MEMORY_MB = 256
_SQL = Path(__file__).parent / "sql"

Session = duckdb.DuckDBPyConnection


@cache
def sql_text(name: str) -> str:
    """Give the text of `sql/<name>.sql`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def session(*, work_dir: Path, memory_limit_mb: int = MEMORY_LIMIT_MB) -> Iterator[Session]:
    """Open an in-memory DuckDB that spills to a folder below `work_dir` beyond its memory limit.

    The session's time zone is UTC; it loads no extension from outside. The folder is removed at the
    end. `memory_limit_mb` (10^6 bytes, at least 64) bounds DuckDB's buffers, not the interpreter.

    Raises: UsageMemoryTooSmall, UsageAmountTooLarge for what DuckDB meets inside the block.
    """
    if memory_limit_mb < MEMORY_LIMIT_MB_MIN:
        raise _memory_too_small(memory_limit_mb)
    work_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work_dir, prefix="spill-") as spill:
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_limit_mb}MB",
                # Each thread holds buffers of its own.
                "threads": "1" if memory_limit_mb < _SMALL_MEMORY_MB else "2",
                "temp_directory": spill,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                # Rows are found again by keys; keeping their order would hold them in memory.
                "preserve_insertion_order": "false",
            },
        )
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise _memory_too_small(memory_limit_mb) from error
        except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
            raise UsageAmountTooLarge(
                "usage_amount_too_large",
                "A sum of the usage lines has more digits than can be kept exactly.",
                next_step="Look for a cost, quantity or price that is far too large.",
            ) from error
        finally:
            connection.close()


def lines_view(connection: Session, *, name: str, files: Sequence[Path]) -> None:
    """Make the lines of Parquet files available under a name; the order of files does not matter.

    Raises: ValueError without a file.
    """
    if not files:
        raise ValueError("there are no files of usage lines")
    connection.read_parquet(sorted(str(file) for file in files)).create_view(name)


def _memory_too_small(limit_mb: int) -> UsageMemoryTooSmall:
    return UsageMemoryTooSmall(
        "usage_memory_too_small",
        "The usage lines do not fit into {limit} MB of memory and the free disk space.",
        next_step="Give at least {least} MB and free disk space below the data folder.",
        limit=limit_mb,
        least=max(MEMORY_LIMIT_MB_MIN, 2 * limit_mb),
    )
