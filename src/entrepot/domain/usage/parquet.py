"""Keeps accepted usage lines in Parquet below the data folder, one file per import."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from entrepot.domain.usage.errors import UsageStoreDamaged

FOLDER = "usage"
ROWS_PER_GROUP = 10_240
"""Small groups: all columns of one group are held in memory while it is written."""

_CHUNK = 1024 * 1024
_NAME_MAX = 40


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of usage lines: its path relative to the data folder, and its sha256 in hex."""

    path: str
    sha256: str


def write_lines(
    *,
    lines: duckdb.DuckDBPyRelation,
    data_dir: Path,
    import_id: int,
    providers: Sequence[str],
    billing_months: Sequence[date],
) -> StoredFile:
    """Write lines to `usage/<provider>/<billing month>/import-<id>.parquet` (zstd), all or nothing.

    A file of several providers or months lies in a folder `several`. The file appears under its
    name only when it is complete and on disk; writing the same import again replaces it.
    """
    folder = Path(FOLDER) / _provider_part(providers) / _month_part(billing_months)
    name = folder / f"import-{import_id:08d}.parquet"
    target = data_dir / name
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    try:
        write_parquet(lines=lines, target=partial)
        digest = sha256_of(path=partial)
        _to_disk(partial)
        partial.replace(target)
        _to_disk(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return StoredFile(path=name.as_posix(), sha256=digest)


def write_parquet(*, lines: duckdb.DuckDBPyRelation, target: Path) -> None:
    """Write a relation to one Parquet file as a stream."""
    lines.write_parquet(str(target), compression="zstd", row_group_size=ROWS_PER_GROUP)


def stored_path(*, file: StoredFile, data_dir: Path, verify: bool = False) -> Path:
    """Give the place of a stored file; with `verify` its checksum is computed and compared.

    Raises: UsageStoreDamaged if it is absent, outside the data folder, or differs.
    """
    path = (data_dir / file.path).resolve()
    inside = path.is_relative_to((data_dir / FOLDER).resolve())
    if not inside or not path.is_file() or (verify and sha256_of(path=path) != file.sha256):
        raise UsageStoreDamaged(
            "usage_store_damaged",
            "The stored usage lines {object} are absent or were changed.",
            object=file.path,
            next_step="Restore the file from the backup, or import the vendor's file again.",
        )
    return path


def discard(*, data_dir: Path, import_id: int) -> None:
    """Remove the lines of an import that was refused after they were written."""
    for path in (data_dir / FOLDER).glob(f"*/*/import-{import_id:08d}.*"):
        path.unlink()


def sha256_of(*, path: Path) -> str:
    """Compute the sha256 of a file in hex, in constant memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _provider_part(names: Sequence[str]) -> str:
    # Provider names come from the file, so nothing but letters and digits may reach the path.
    if len(set(names)) != 1:
        return "several"
    return re.sub(r"[^a-z0-9]+", "-", names[0].lower()).strip("-")[:_NAME_MAX] or "other"


def _month_part(months: Sequence[date]) -> str:
    return f"{months[0]:%Y-%m}" if len(set(months)) == 1 else "several"


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
