"""Where a cluster and its socket lie: computed from paths alone, so that settings need no running
server.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from entrepot.infra.postgres.account import can_enter, server_account
from entrepot.infra.postgres.binaries import state_directory

DATA_VARIABLE = "ENTREPOT_DATA"
PORT = 5432
# Linux allows 107 bytes and macOS 103 for the whole path of a socket.
SOCKET_PATH_BYTES_MAX = 103


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The data directory of a cluster and the directory of its socket (the port only names the
    socket file).
    """

    data_dir: Path
    socket_dir: Path
    port: int = PORT


def data_root(*, environment: Mapping[str, str], root: Path) -> Path:
    """Return the installation's data directory: ENTREPOT_DATA or `var` in the project."""
    return Path(environment.get(DATA_VARIABLE) or root / "var").absolute()


def cluster_directory(*, environment: Mapping[str, str], root: Path) -> Path:
    """Return where the embedded cluster of this installation lies.

    It is `postgres` in the data directory. Root's server runs as an unprivileged account; when that
    account cannot pass through the parents (a clone in a private home), the cluster lies in the
    state directory instead, keyed by the path of the data directory. We never loosen the rights of
    a directory that is not ours.
    """
    data = data_root(environment=environment, root=root)
    usual = data / "postgres"
    if os.geteuid() != 0:
        return usual
    elsewhere = state_directory(environment=environment) / _key(data) / "postgres"
    if elsewhere.exists():
        return elsewhere
    if usual.exists() or can_enter(directory=data, account=server_account(data_dir=usual)):
        return usual
    return elsewhere


def layout_of(data_dir: Path) -> Layout:
    """Return the layout of the cluster in `data_dir`.

    The socket lies in the data directory (mode 0700). A path too long for a socket is replaced by a
    short private directory under /tmp, keyed by the path.
    """
    data_dir = data_dir.absolute()
    if len(os.fsencode(data_dir / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
        return Layout(data_dir=data_dir, socket_dir=data_dir)
    return Layout(data_dir=data_dir, socket_dir=Path("/tmp") / f"entrepot-{_key(data_dir)}")  # noqa: S108 - see above


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
