"""Durable clusters for the tests of the launcher, killed at will and removed at the end."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.infra.postgres.binaries import system_directories
from entrepot.infra.postgres.server import stop


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a directory that the server's account can reach, unlike pytest's own (mode 0700)."""
    directory = Path(tempfile.mkdtemp(prefix="entrepot-"))
    directory.chmod(0o755)
    yield directory
    for version_file in directory.rglob("PG_VERSION"):
        if (version_file.parent / "postmaster.pid").exists():
            stop(data_dir=version_file.parent, environment=_matching(version_file))
    shutil.rmtree(directory)


def _matching(version_file: Path) -> dict[str, str]:
    """Name the system's programs when they made the cluster; the packaged ones otherwise."""
    major = version_file.read_text().strip()
    found = [path for path in system_directories() if path.parent.name == major]
    return {"ENTREPOT_PG_BIN": str(found[0])} if found else {}


@pytest.fixture
def older_programs() -> dict[str, str]:
    """Give the environment that names the oldest PostgreSQL among the system's packages."""
    found = system_directories()
    if not found:
        pytest.skip("no PostgreSQL among the system's packages")
    return {"ENTREPOT_PG_BIN": str(found[-1])}


@pytest.fixture
def as_root() -> None:
    """Skip the test unless it runs as root."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
