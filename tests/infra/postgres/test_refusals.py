"""What the launcher refuses, and that it says the cause and the next step."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.infra.postgres.binaries import packaged_directory
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.server import ensure, running_pid
from entrepot.infra.postgres.settings import database_settings

ROOT = Path(__file__).resolve().parents[3]


def refusal(**arguments) -> PostgresUnavailable:
    with pytest.raises(PostgresUnavailable) as caught:
        ensure(**arguments)
    assert caught.value.next_step
    return caught.value


def test_a_directory_with_other_files_is_left_untouched(home):
    occupied = home / "postgres"
    occupied.mkdir()
    (occupied / "letters.txt").write_text("mine")

    error = refusal(data_dir=occupied)

    assert error.code == "postgres_directory_occupied"
    assert str(occupied) in str(error)
    assert [path.name for path in occupied.iterdir()] == ["letters.txt"]


def test_another_major_version_is_refused_with_the_two_upgrade_commands(home, older_programs):
    data_dir = home / "postgres"
    ensure(data_dir=data_dir, environment=older_programs).stop()
    found = (data_dir / "PG_VERSION").read_text().strip()

    error = refusal(data_dir=data_dir, environment={})

    assert error.code == "postgres_wrong_version"
    dump, restore = str(error.next_step).splitlines()[1:]
    assert dump.split() == [
        f"ENTREPOT_PG_BIN={older_programs['ENTREPOT_PG_BIN']}",
        *("bin/entrepot", "db", "dump", f"{home}/from-{found}.dump"),
    ]
    assert restore.split("&&")[0].split() == ["mv", str(data_dir), f"{data_dir}-{found}"]
    assert restore.split("&&")[1].split()[-2:] == ["restore", f"{home}/from-{found}.dump"]


def test_named_programs_that_do_not_exist_are_refused(home):
    error = refusal(data_dir=home / "postgres", environment={"ENTREPOT_PG_BIN": str(home)})

    assert error.code == "postgres_programs_missing"
    assert "ENTREPOT_PG_BIN" in str(error)


def test_programs_that_do_not_run_are_refused(home):
    broken = home / "pg" / "bin"
    broken.mkdir(parents=True)
    (broken / "postgres").write_text("not a program")

    error = refusal(data_dir=home / "data", environment={"ENTREPOT_PG_BIN": str(broken)})

    assert error.code == "postgres_programs_unusable"
    assert str(broken) in str(error)


def test_programs_older_than_fifteen_are_refused(home):
    old = home / "pg" / "bin"
    old.mkdir(parents=True)
    (old / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    (old / "postgres").chmod(0o755)

    error = refusal(data_dir=home / "data", environment={"ENTREPOT_PG_BIN": str(old)})

    assert error.code == "postgres_programs_too_old"
    assert "14.9" in str(error)


def test_a_start_that_cannot_work_shows_the_end_of_the_servers_log(home):
    data_dir = home / "postgres"
    ensure(data_dir=data_dir).stop()
    (data_dir / "operator.conf").write_text("shared_buffers = 'plenty'\n")
    (data_dir / "operator.conf").chmod(0o644)

    error = refusal(data_dir=data_dir)

    assert error.code == "postgres_server_not_started"
    assert 'invalid value for parameter "shared_buffers": "plenty"' in str(error)
    assert running_pid(data_dir=data_dir) is None


def test_a_parent_that_is_a_file_is_refused(home):
    (home / "var").write_text("a file")

    assert refusal(data_dir=home / "var" / "postgres").code == "postgres_directory_unusable"


@pytest.mark.parametrize(
    "url", ["mysql://a@b/c", "postgresql://host:port/name", "postgresql://host/", "nonsense"]
)
def test_a_url_that_cannot_be_read_is_refused(url):
    with pytest.raises(PostgresUnavailable) as caught:
        database_settings({"DATABASE_URL": url}, ROOT)

    assert caught.value.code == "postgres_url_unreadable"


def test_a_url_becomes_settings_with_its_escapes_resolved():
    url = "postgresql://ann%40x:p%2Fw@db.example:6543/shop?sslmode=require"

    found = database_settings({"DATABASE_URL": url}, ROOT)["default"]

    assert (found["USER"], found["PASSWORD"]) == ("ann@x", "p/w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "6543", "shop")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_each_role_has_a_url_of_its_own():
    environment = {
        "DATABASE_URL": "postgresql://app@h/shop",
        "DATABASE_OWNER_URL": "postgresql://boss@h/shop",
    }

    def user(role: str) -> str:
        chosen = {**environment, "ENTREPOT_DB_ROLE": role}
        return str(database_settings(chosen, ROOT)["default"]["USER"])

    assert [user("app"), user("owner"), user("report")] == ["app", "boss", "app"]
    with pytest.raises(PostgresUnavailable, match="owner"):
        user("boss")


_AS_ANOTHER_ACCOUNT = """
import os, pwd, sys
from pathlib import Path
import psycopg
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.server import ensure

account = pwd.getpwnam("daemon")
os.setgroups([])
os.setgid(account.pw_gid)
os.setuid(account.pw_uid)
try:
    server = ensure(data_dir=Path(sys.argv[1]), environment={"ENTREPOT_PG_BIN": sys.argv[2]})
    with psycopg.connect(server.dsn()) as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
    print(user, server.stop())
except PostgresUnavailable as error:
    print(error.code)
"""


def run_as_daemon(data_dir: Path, programs: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", _AS_ANOTHER_ACCOUNT, str(data_dir), str(programs)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, timeout=120
    )
    return (done.stdout + done.stderr).strip()


@pytest.fixture
def readable_programs(home) -> Path:
    """Copy the packaged programs to where any account can run them."""
    packaged = packaged_directory()
    assert packaged is not None
    package = packaged.parent.parent
    for tree in (package, package.with_name(f"{package.name}.libs")):
        if tree.exists():
            shutil.copytree(tree, home / "programs" / tree.name)
    return home / "programs" / packaged.relative_to(package.parent)


def test_a_normal_user_runs_the_server_as_themselves(home, as_root, readable_programs):
    daemon = pwd.getpwnam("daemon")
    own = home / "own"
    own.mkdir()
    os.chown(own, daemon.pw_uid, daemon.pw_gid)

    assert run_as_daemon(own / "postgres", readable_programs) == "entrepot True"
    assert (own / "postgres").stat().st_uid == daemon.pw_uid


def test_root_serves_the_cluster_of_a_normal_user_as_that_user(home, as_root, readable_programs):
    daemon = pwd.getpwnam("daemon")
    own = home / "own"
    own.mkdir()
    os.chown(own, daemon.pw_uid, daemon.pw_gid)
    run_as_daemon(own / "postgres", readable_programs)

    server = ensure(data_dir=own / "postgres")

    assert server.cluster.account.name == "daemon"
    server.stop()
    assert run_as_daemon(own / "postgres", readable_programs) == "entrepot True"


def test_another_account_is_refused_and_told_whose_directory_it_is(
    home, as_root, readable_programs
):
    server = ensure(data_dir=home / "postgres")

    answer = run_as_daemon(home / "postgres", readable_programs)

    assert answer == "postgres_directory_of_another_account"
    assert server.is_running()


def test_programs_that_the_account_cannot_reach_are_copied_once(home, as_root, readable_programs):
    private = home / "private"
    private.mkdir(mode=0o700)
    shutil.move(home / "programs", private)
    environment = {
        "ENTREPOT_PG_BIN": str(private / readable_programs.relative_to(home)),
        "ENTREPOT_STATE": str(home / "state"),
    }

    first = ensure(data_dir=home / "postgres", environment=environment)
    again = ensure(data_dir=home / "postgres", environment=environment)

    assert first.cluster.binaries.directory.is_relative_to(home / "state")
    assert again.cluster.binaries.directory == first.cluster.binaries.directory
    assert len(list((home / "state").iterdir())) == 1
    assert private.stat().st_mode & 0o777 == 0o700
