"""The command line: overview, suggestions, exit codes, and the database made ready on the way."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.infra.postgres.server import stop
from entrepot.ops import commands

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data() -> Iterator[Path]:
    """Give an empty data directory that the server's account can reach."""
    with tempfile.TemporaryDirectory(prefix="entrepot-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory
        stop(data_dir=directory / "postgres", environment={})


def entrepot(data: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    hidden = {"ENTREPOT_DB_NAME", "ENTREPOT_DB_ROLE", "ENTREPOT_PG_BIN", "DATABASE_URL"}
    environment = {name: text for name, text in os.environ.items() if name not in hidden}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "ENTREPOT_DATA": str(data), **extra}
    return subprocess.run(
        [sys.executable, "-m", "entrepot.cli", *words],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def test_the_overview_lists_every_command_once_with_its_help():
    lines = commands.help_text().splitlines()

    for entry in commands.available():
        assert entry.summary, f"{entry.name} has no help"
        assert sum(line.startswith(f"  {entry.name} ") for line in lines) == 1


def test_an_unknown_command_suggests_the_nearest_ones(data):
    done = entrepot(data, "migrat")

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "There is no command 'migrat'. Did you mean migrate?"
    assert not (data / "postgres").exists()


def test_help_needs_no_database(data):
    done = entrepot(data, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == commands.help_text() + "\n"
    assert not (data / "postgres").exists()


def test_a_refusal_is_sentences_without_a_traceback(data):
    done = entrepot(data, "db", "status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/shop")

    assert done.returncode == 1
    assert "The database shop does not accept the connection" in done.stderr
    assert "docs/operations.md" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_server_runs_from_start_to_stop(data):
    assert entrepot(data, "db", "status").returncode == 3

    assert entrepot(data, "db", "start").returncode == 0
    running = entrepot(data, "db", "status")
    asked = entrepot(data, "db", "psql", "-A", "-t", "-c", "SELECT current_user")
    stopped = entrepot(data, "db", "stop")

    assert running.returncode == 0
    assert "runs as process" in running.stdout
    assert asked.stdout.strip() == "entrepot_app"
    assert stopped.stdout.strip() == "Stopped."
    assert entrepot(data, "db", "status").returncode == 3


@pytest.mark.slow
def test_a_backup_is_restored_with_rows_rights_and_the_state_of_the_migrations(data):
    assert entrepot(data, "migrate", "--verbosity", "0").returncode == 0
    create = "CREATE TABLE kept AS SELECT generate_series(1, 5) AS n"
    assert entrepot(data, "db", "psql", "--role", "owner", "-c", create).returncode == 0
    assert entrepot(data, "db", "dump", str(data / "a.dump")).returncode == 0
    assert entrepot(data, "db", "restore", str(data / "a.dump")).returncode == 1
    (data / "postgres").rename(data / "postgres-old")

    restored = entrepot(data, "db", "restore", str(data / "a.dump"))

    assert restored.stdout.strip() == "Restored."
    total = "SELECT sum(n) || obj_description('public'::regnamespace) FROM kept"
    # 1 + 2 + 3 + 4 + 5; the comment is the mark of a finished migration.
    answer = entrepot(data, "db", "psql", "-A", "-t", "-c", total).stdout
    assert answer.startswith("15entrepot migrations ")
