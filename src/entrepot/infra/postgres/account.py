"""Which operating-system account runs the server, and how its programs are started."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from entrepot.infra.postgres.errors import PostgresUnavailable

UNPRIVILEGED_ACCOUNT = "nobody"


@dataclass(frozen=True, kw_only=True)
class ServerAccount:
    """The account the server runs as; `dropped` tells that it differs from the caller's (who is
    root then).
    """

    name: str
    uid: int
    gid: int
    dropped: bool


def server_account(*, data_dir: Path) -> ServerAccount:
    """Choose the account that runs the server of `data_dir`.

    PostgreSQL refuses to run as root, so root hands over to the owner of an existing data directory
    and otherwise to `nobody`; everybody else runs it as themselves.

    Raises: PostgresUnavailable when the account has no name or the directory belongs to somebody
    else.
    """
    caller = os.geteuid()
    owner = data_dir.stat().st_uid if data_dir.exists() else None
    if caller != 0:
        if owner is not None and owner != caller:
            raise PostgresUnavailable(
                code="postgres_directory_of_another_account",
                cause=f"The data directory {data_dir} belongs to the account "
                f"{_name_or_number(owner)}, not to you.",
                next_step="Run the command as that account or as root, or choose your own place "
                "with ENTREPOT_DATA.",
            )
        return _account(uid=caller, dropped=False)
    if owner not in (None, 0):
        return _account(uid=owner, dropped=True)
    try:
        return _account(uid=pwd.getpwnam(UNPRIVILEGED_ACCOUNT).pw_uid, dropped=True)
    except KeyError:
        raise PostgresUnavailable(
            code="postgres_account_missing",
            cause=f"PostgreSQL does not run as root, and there is no account "
            f"'{UNPRIVILEGED_ACCOUNT}' to run it as.",
            next_step="Run the command as a normal user, or name another server in DATABASE_URL.",
        ) from None


def _account(*, uid: int, dropped: bool) -> ServerAccount:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresUnavailable(
            code="postgres_account_without_name",
            cause=f"The account number {uid} has no name on this machine; PostgreSQL refuses such "
            "accounts.",
            next_step="Add the account to /etc/passwd, or name another server in DATABASE_URL.",
        ) from None
    return ServerAccount(name=entry.pw_name, uid=uid, gid=entry.pw_gid, dropped=dropped)


def _name_or_number(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def launcher_name() -> str:
    """Return the name of the account that calls, as the server's peer check will see it."""
    return _name_or_number(os.geteuid())


def can_enter(*, directory: Path, account: ServerAccount) -> bool:
    """Return whether the account may pass through `directory` and all its parents (missing ones are
    skipped).
    """
    groups = {account.gid} | {g.gr_gid for g in grp.getgrall() if account.name in g.gr_mem}
    for step in (directory, *directory.parents):
        if not step.exists():
            continue
        found = step.stat()
        if found.st_uid == account.uid:
            allowed = found.st_mode & 0o100
        elif found.st_gid in groups:
            allowed = found.st_mode & 0o010
        else:
            allowed = found.st_mode & 0o001
        if not allowed:
            return False
    return True


def run_as(
    account: ServerAccount, command: Sequence[str | Path], *, timeout_seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a program as `account` without a shell, in a clean environment, and return its output and
    exit code.

    Raises: OSError when it cannot be executed; subprocess.TimeoutExpired.
    """
    dropped = account.dropped
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_seconds,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        user=account.uid if dropped else None,
        group=account.gid if dropped else None,
        extra_groups=[] if dropped else None,
    )
