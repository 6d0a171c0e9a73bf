"""One cluster on disk: making it, starting it, stopping it, and telling the operator why that
failed.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from entrepot.infra.postgres import configuration
from entrepot.infra.postgres.account import ServerAccount, launcher_name, run_as
from entrepot.infra.postgres.binaries import Binaries
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.layout import Layout
from entrepot.infra.postgres.upgrade import wrong_version

LOG_FILE = "server.log"
LOG_BYTES_MAX = 20 * 1024 * 1024
START_SECONDS_MAX = 600
_TAIL_LINES = 12
_RETRIES = 20
_RETRY_SECONDS = 0.5
# What the server says while processes of a killed predecessor are still leaving; it goes away by
# itself.
_PASSING_CAUSES = ("pre-existing shared memory block", "is still in use", "lock file")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster's layout, the programs that serve it and the account they run as."""

    layout: Layout
    binaries: Binaries
    account: ServerAccount

    @property
    def data_dir(self) -> Path:
        """Return the data directory."""
        return self.layout.data_dir

    @property
    def log(self) -> Path:
        """Return the path of the server's log."""
        return self.data_dir / LOG_FILE


def create_if_missing(cluster: Cluster) -> bool:
    """Make the cluster unless it exists and return whether it was made. The caller holds the
    cluster's lock.

    It is built in a temporary sibling and renamed at the end, so a crash in between leaves no half
    cluster.

    Raises: PostgresUnavailable for a directory with other content, another major version, or a
    failed initdb.
    """
    data_dir = cluster.data_dir
    version_file = data_dir / "PG_VERSION"
    if version_file.exists():
        found = version_file.read_text().strip()
        if found != str(cluster.binaries.major):
            raise wrong_version(data_dir=data_dir, found=found, binaries=cluster.binaries)
        return False
    if data_dir.exists() and any(data_dir.iterdir()):
        raise PostgresUnavailable(
            code="postgres_directory_occupied",
            cause=f"{data_dir} holds files but is not a PostgreSQL data directory; it is left "
            "untouched.",
            next_step="Move those files away, or choose another place with ENTREPOT_DATA.",
        )
    for remnant in data_dir.parent.glob(f".{data_dir.name}.new-*"):
        shutil.rmtree(remnant)
    fresh = data_dir.parent / f".{data_dir.name}.new-{os.getpid()}"
    fresh.mkdir(mode=0o700)
    if cluster.account.dropped:
        os.chown(fresh, cluster.account.uid, cluster.account.gid)
    try:
        _initdb(cluster, fresh)
        if data_dir.exists():
            data_dir.rmdir()
        fresh.rename(data_dir)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return True


def _initdb(cluster: Cluster, target: Path) -> None:
    command: list[str | Path] = [
        cluster.binaries.tool("initdb"),
        "--pgdata", target, "--username", configuration.SUPERUSER, "--encoding", "UTF8",
        "--data-checksums", "--auth-local=peer", "--auth-host=reject",
    ]  # fmt: skip
    # The built-in provider sorts the same on every machine; 15 and 16 only know the C library's.
    if cluster.binaries.major >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        command += ["--locale=C.UTF-8"]
    try:
        answer = run_as(cluster.account, command, timeout_seconds=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_created(cluster, str(error)) from error
    if answer.returncode != 0:
        raise _not_created(cluster, (answer.stderr or answer.stdout).strip())
    with (target / "postgresql.conf").open("a") as file:
        file.write(configuration.includes_text())


def _not_created(cluster: Cluster, reason: str) -> PostgresUnavailable:
    return PostgresUnavailable(
        code="postgres_cluster_not_created",
        cause=f"PostgreSQL could not create {cluster.data_dir} as the account "
        f"{cluster.account.name}: {reason}",
        next_step="Check free space and the rights of its parent directories, then run the "
        "command again.",
    )


def is_accepting(cluster: Cluster) -> bool:
    """Return whether the server answers connections (not while it recovers or stops)."""
    layout = cluster.layout
    answer = run_as(
        cluster.account,
        [
            cluster.binaries.tool("pg_isready"),
            "-q",
            "-h",
            layout.socket_dir,
            "-p",
            str(layout.port),
            "-t",
            "5",
        ],
    )
    return answer.returncode == 0


def postmaster_pid(cluster: Cluster) -> int | None:
    """Return the process id of the live server of this cluster, or None when there is none.

    A pid file left by a killed server whose number now belongs to another program does not count.
    """
    try:
        pid = int((cluster.data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        # A process of somebody else: our server would be our own.
        return None
    return pid if _serves(pid, cluster.data_dir) else None


def _serves(pid: int, data_dir: Path) -> bool:
    link = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self/cwd").exists():
        # The server's working directory is its data directory.
        try:
            return link.readlink() == data_dir.resolve()
        except OSError:
            return False
    listing = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/bin:/usr/bin"},
    )
    return "postgres" in listing.stdout and str(data_dir) in listing.stdout


def start(cluster: Cluster, *, durable: bool) -> bool:
    """Start the server unless it runs, and return whether this call started it. The caller holds
    the lock.

    Waits for crash recovery. Right after a kill, processes of the old server may still hold its
    memory and the first starts are refused: those are repeated for some seconds.

    Raises: PostgresUnavailable with the end of the server's log.
    """
    if _wait_until_accepting(cluster):
        return False
    (cluster.data_dir / "postmaster.pid").unlink(missing_ok=True)
    _configure(cluster, durable=durable)
    _prepare_socket_directory(cluster)
    reason = ""
    offset = 0
    for attempt in range(_RETRIES):
        if attempt:
            time.sleep(_RETRY_SECONDS)
        offset = cluster.log.stat().st_size if cluster.log.exists() else 0
        answer = _pg_ctl(cluster, "start", "-l", str(cluster.log))
        if answer.returncode == 0:
            return True
        reason = (answer.stderr or answer.stdout).strip().partition("\n")[0]
        if not any(cause in _log_tail(cluster, offset) for cause in _PASSING_CAUSES):
            break
    raise _not_started(cluster, offset=offset, reason=reason)


def _wait_until_accepting(cluster: Cluster) -> bool:
    """Wait while a live server recovers or stops; return whether there is one that accepts."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while postmaster_pid(cluster) is not None:
        if is_accepting(cluster):
            return True
        if time.monotonic() > deadline:
            raise _not_started(cluster, offset=0, reason="it runs but accepts no connections")
        time.sleep(0.1)
    return False


def stop(cluster: Cluster) -> bool:
    """Stop the server, ending open connections, and return whether it was running. The caller holds
    the lock.
    """
    if postmaster_pid(cluster) is None:
        return False
    answer = _pg_ctl(cluster, "stop", "-m", "fast")
    if answer.returncode != 0 and postmaster_pid(cluster) is not None:
        raise PostgresUnavailable(
            code="postgres_server_not_stopped",
            cause=f"The server of {cluster.data_dir} does not stop: {answer.stderr.strip()}",
            next_step=f"Look at the end of {cluster.log}, wait for long statements to end, and "
            "try again.",
        )
    return True


def _pg_ctl(cluster: Cluster, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
    wait = str(START_SECONDS_MAX)
    command: list[str | Path] = [
        cluster.binaries.tool("pg_ctl"), "-D", cluster.data_dir, "-w", "-t", wait, "-s",
        *options, verb,
    ]  # fmt: skip
    try:
        return run_as(cluster.account, command, timeout_seconds=START_SECONDS_MAX + 30)
    except OSError as error:
        raise _not_started(cluster, offset=0, reason=str(error)) from error


def _configure(cluster: Cluster, *, durable: bool) -> None:
    shared = os.statvfs("/dev/shm") if Path("/dev/shm").exists() else None  # noqa: S108 - only its size is read
    settings = configuration.server_settings(
        layout=cluster.layout,
        memory_bytes=configuration.machine_memory_bytes(),
        lz4=_knows_lz4(cluster),
        durable=durable,
        shared_memory_bytes=shared.f_blocks * shared.f_frsize if shared else None,
    )
    accounts = [cluster.account.name, launcher_name(), "root"]
    _write(cluster, configuration.GENERATED_FILE, configuration.settings_text(settings))
    _write(cluster, "pg_hba.conf", configuration.host_access_text())
    _write(cluster, "pg_ident.conf", configuration.identity_map_text(accounts))
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES_MAX:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))


def _knows_lz4(cluster: Cluster) -> bool:
    probe = ["-D", str(cluster.data_dir), "-C", "wal_compression", "-c", "wal_compression=lz4"]
    return run_as(cluster.account, [cluster.binaries.tool("postgres"), *probe]).returncode == 0


def _write(cluster: Cluster, name: str, text: str) -> None:
    path = cluster.data_dir / name
    fresh = path.with_name(f".{name}.new")
    fresh.unlink(missing_ok=True)
    # Root writes into a directory of another account here, so a link put in the way must not be
    # followed.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, 0o600), "w") as file:
        file.write(text)
        if cluster.account.dropped:
            os.fchown(file.fileno(), cluster.account.uid, cluster.account.gid)
    fresh.replace(path)


def _prepare_socket_directory(cluster: Cluster) -> None:
    directory = cluster.layout.socket_dir
    if directory == cluster.data_dir:
        return
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), cluster.account.uid}:
        os.chown(directory, cluster.account.uid, cluster.account.gid, follow_symlinks=False)
        return
    raise PostgresUnavailable(
        code="postgres_socket_directory_taken",
        cause=f"The socket directory {directory} belongs to another account.",
        next_step="Remove it, or choose a shorter data directory with ENTREPOT_DATA, so that it "
        "is not needed.",
    )


def _log_tail(cluster: Cluster, offset: int) -> str:
    if not cluster.log.exists():
        return ""
    with cluster.log.open("rb") as file:
        file.seek(offset)
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])


def _not_started(cluster: Cluster, *, offset: int, reason: str) -> PostgresUnavailable:
    tail = _log_tail(cluster, offset)
    return PostgresUnavailable(
        code="postgres_server_not_started",
        cause=f"The server of {cluster.data_dir} did not start ({reason or 'no reason given'})."
        + (f" Its log ends with:\n{tail}" if tail else ""),
        next_step=f"Correct what the log names (settings of your own are in "
        f"{configuration.OPERATOR_FILE} there), "
        f"then run the command again. The whole log is {cluster.log}.",
    )
