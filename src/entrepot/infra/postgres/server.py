"""The launcher's front: one call makes sure that the cluster runs, from any number of processes at
once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.infra.postgres import cluster as clusters
from entrepot.infra.postgres.account import server_account
from entrepot.infra.postgres.binaries import find_binaries
from entrepot.infra.postgres.cluster import Cluster
from entrepot.infra.postgres.configuration import SUPERUSER
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.layout import layout_of


@dataclass(kw_only=True)
class Server:
    """A running server as seen by one process that uses it.

    `started_here` tells whether this process started it; only then does `stop` end it. The open
    file behind `_use` marks the process as a user for as long as it lives, however it ends.
    """

    cluster: Cluster
    started_here: bool
    _use: int | None = field(repr=False)

    @property
    def socket_dir(self) -> Path:
        """Return the directory to give as `host`."""
        return self.cluster.layout.socket_dir

    @property
    def port(self) -> int:
        """Return the port, which only names the socket file."""
        return self.cluster.layout.port

    @property
    def version(self) -> str:
        """Return the full version, such as 18.6."""
        return self.cluster.binaries.version

    def is_running(self) -> bool:
        """Return whether the server's process lives."""
        return clusters.postmaster_pid(self.cluster) is not None

    def dsn(self, *, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Return a connection string for one database and role; the superuser by default."""
        return f"host={self.socket_dir} port={self.port} user={user} dbname={database}"

    def stop(self, *, even_if_started_elsewhere: bool = False) -> bool:
        """Give up the use of the server, stop it if that is ours to do, and return whether it was
        stopped.

        It is ours when this process started it and no other process uses it.
        `even_if_started_elsewhere` lets the last user stop it (shared test clusters). Calling it
        again does nothing.
        """
        if self._use is None:
            return False
        with _lock(self.cluster.data_dir):
            self.stop_using()
            if not (self.started_here or even_if_started_elsewhere) or _is_used(
                self.cluster.data_dir
            ):
                return False
            return clusters.stop(self.cluster)

    def stop_using(self) -> None:
        """Give up the use of the server and leave it as it is. Calling it again does nothing."""
        if self._use is not None:
            os.close(self._use)
            self._use = None


def ensure(
    *, data_dir: Path, environment: Mapping[str, str] | None = None, durable: bool = True
) -> Server:
    """Make sure that the cluster in `data_dir` exists and its server accepts connections, and
    return it.

    Safe to call from many processes at once: one makes and starts, the others wait. A running
    server is only looked at. `environment` (default: the process's) may name other programs
    (ENTREPOT_PG_BIN). `durable=False` is for throw-away test clusters.

    Raises: PostgresUnavailable.
    """
    data_dir = data_dir.absolute()
    with _refusing_os_errors(data_dir):
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        with _lock(data_dir):
            found = _cluster(data_dir, environment)
            clusters.create_if_missing(found)
            use = _use_file(data_dir)
            fcntl.flock(use, fcntl.LOCK_SH)
            try:
                started = clusters.start(found, durable=durable)
            except BaseException:
                os.close(use)
                raise
    return Server(cluster=found, started_here=started, _use=use)


def stop(*, data_dir: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Stop the server of `data_dir`, whoever uses it, and return whether it was running."""
    data_dir = data_dir.absolute()
    if not (data_dir / "PG_VERSION").exists():
        return False
    with _refusing_os_errors(data_dir), _lock(data_dir):
        return clusters.stop(_cluster(data_dir, environment))


def running_pid(*, data_dir: Path, environment: Mapping[str, str] | None = None) -> int | None:
    """Return the process id of the server of `data_dir`, or None when it does not run."""
    data_dir = data_dir.absolute()
    if not (data_dir / "PG_VERSION").exists():
        return None
    return clusters.postmaster_pid(_cluster(data_dir, environment))


def _cluster(data_dir: Path, environment: Mapping[str, str] | None) -> Cluster:
    account = server_account(data_dir=data_dir)
    binaries = find_binaries(
        environment=os.environ if environment is None else environment, account=account
    )
    return Cluster(layout=layout_of(data_dir), binaries=binaries, account=account)


@contextmanager
def _lock(data_dir: Path) -> Iterator[None]:
    descriptor = _open(data_dir.parent / f".{data_dir.name}.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _use_file(data_dir: Path) -> int:
    return _open(data_dir.parent / f".{data_dir.name}.users")


def _open(path: Path) -> int:
    # Read-only is enough for a lock, and lets root and the directory's owner share the file.
    return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)


def _is_used(data_dir: Path) -> bool:
    descriptor = _use_file(data_dir)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _refusing_os_errors(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PostgresUnavailable(
            code="postgres_directory_unusable",
            cause=f"The database cannot be kept in {data_dir}: {error}",
            next_step="Give your account the right to write there, or choose another place with "
            "ENTREPOT_DATA.",
        ) from error
