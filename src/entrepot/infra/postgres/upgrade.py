"""Refusing a data directory of another major version, with the two commands that move it."""

from __future__ import annotations

from pathlib import Path

from entrepot.infra.postgres.binaries import Binaries, system_directories
from entrepot.infra.postgres.errors import PostgresUnavailable


def wrong_version(*, data_dir: Path, found: str, binaries: Binaries) -> PostgresUnavailable:
    """Return the refusal for a data directory made by major version `found`, which `binaries`
    cannot serve.

    The packaged programs carry PostgreSQL's own version number, so the old ones stay installable in
    an environment of their own beside ours.
    """
    dump = data_dir.parent / f"from-{found}.dump"
    old = next((str(path) for path in system_directories() if path.parent.name == found), None)
    old = old or f"<bin directory of PostgreSQL {found}>"
    kept = data_dir.with_name(f"{data_dir.name}-{found}")
    return PostgresUnavailable(
        code="postgres_wrong_version",
        cause=f"{data_dir} was made by PostgreSQL {found}; the programs in {binaries.directory} "
        "are version "
        f"{binaries.version} and cannot read it. Nothing was changed.",
        next_step="Move the data with these two commands (docs/operations.md says how to get the "
        "old programs):\n"
        f"  ENTREPOT_PG_BIN={old} bin/entrepot db dump {dump}\n"
        f"  mv {data_dir} {kept} && bin/entrepot db restore {dump}",
    )
