"""The test database: one throw-away cluster per working tree and PostgreSQL version, shared by all
test processes.

It lies in the system's temporary directory and runs without the waits for the disk. Tests of
crashes make clusters of their own (tests/infra/postgres).
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.utils import timezone, translation
from hypothesis import settings as hypothesis_settings

from entrepot.config.messages import compile_all
from entrepot.infra.postgres.databases import prepare_test_cluster
from entrepot.infra.postgres.layout import cluster_directory
from entrepot.infra.postgres.server import Server, ensure
from entrepot.infra.postgres.settings import database_settings
from tests.support.chromium import browser, open_at

__all__ = ["browser", "open_at"]

_ROOT = Path(__file__).resolve().parents[1]


def _point_to_test_cluster() -> None:
    """Name the test cluster in the environment, for child processes too, and in the settings
    already loaded.

    The controller of a parallel run chooses the names; its workers find them in their environment.
    The database's name carries the controller's process id, so that two runs at once do not meet.
    """
    programs = os.environ.get("ENTREPOT_PG_BIN", "")
    key = hashlib.sha256(f"{_ROOT}:{programs}:{os.geteuid()}".encode()).hexdigest()[:10]
    if "ENTREPOT_TEST_RUN" not in os.environ:
        os.environ["ENTREPOT_TEST_RUN"] = str(os.getpid())
    os.environ["ENTREPOT_DATA"] = str(Path(tempfile.gettempdir()) / f"entrepot-test-{key}")
    os.environ["ENTREPOT_DB_NAME"] = f"run{os.environ['ENTREPOT_TEST_RUN']}"
    os.environ["ENTREPOT_DB_ROLE"] = "owner"
    os.environ.pop("DATABASE_URL", None)
    # The plugin loaded Django's settings before this file; its connections share this very
    # dictionary.
    settings.DATABASES["default"].update(
        database_settings(os.environ, _ROOT)["default"], CONN_MAX_AGE=0
    )


# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("no-deadline", deadline=None)
hypothesis_settings.load_profile("no-deadline")
_point_to_test_cluster()
# What passwords cost is seen by a test of the settings; everybody else only waits for it.
settings.PASSWORD_HASHERS = ["tests.support.hashing.QuickHasher"]
# Emptying the tables would write the kinds of content of every application again, which nothing here reads.
flush.emit_post_migrate_signal = lambda *_words: None  # type: ignore[attr-defined]
compile_all()
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """Leave no reader's language and zone behind: a request sets them for its thread until the next one."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def test_server() -> Iterator[Server]:
    """Start the test cluster unless another test process did; the last one to leave stops it."""
    server = ensure(data_dir=cluster_directory(environment=os.environ, root=_ROOT), durable=False)
    prepare_test_cluster(server)
    _drop_left_databases(server)
    yield server
    server.stop(even_if_started_elsewhere=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    test_server: Server,
) -> None:
    """Have the server running before the plugin creates its test databases."""


def _drop_left_databases(server: Server) -> None:
    """Remove the databases of runs that were killed: their names carry a dead process's id."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        query = "SELECT datname FROM pg_database WHERE datname ~ '^test_run[0-9]+'"
        for (name,) in connection.execute(query).fetchall():
            if not _is_alive(int(name.removeprefix("test_run").split("_")[0])):
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark that is set below."""
    config.addinivalue_line("markers", "database: asks PostgreSQL (set by itself)")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what asks the database, for the run on the older server."""
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server", "test_server"}
    if item.get_closest_marker("django_db") or fixtures & set(getattr(item, "fixturenames", ())):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, in the drawn order otherwise: at the end no process waits for another's last test."""

    long = ("slow", "browser")
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in long])
