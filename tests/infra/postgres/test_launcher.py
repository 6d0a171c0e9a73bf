"""The launcher: start, stop, share, survive."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from entrepot.infra.postgres import configuration
from entrepot.infra.postgres.layout import cluster_directory, layout_of
from entrepot.infra.postgres.server import Server, ensure, running_pid, stop

ROOT = Path(__file__).resolve().parents[3]


def value(server: Server, query: str) -> object:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_a_new_cluster_is_fully_durable_and_keeps_checksums(home):
    server = ensure(data_dir=home / "postgres")

    names = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"]
    assert [value(server, f"SHOW {name}") for name in names] == ["on", "on", "on", "on"]
    assert value(server, "SHOW listen_addresses") == ""
    assert server.version.split(".")[0] == "18"


def test_the_server_does_not_run_as_root_and_other_accounts_cannot_enter(home):
    server = ensure(data_dir=home / "postgres")
    pid = running_pid(data_dir=home / "postgres")

    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700


def test_stopping_ends_the_server_and_starting_again_keeps_the_rows(home):
    server = ensure(data_dir=home / "postgres")
    assert server.started_here
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert server.stop()
    assert running_pid(data_dir=home / "postgres") is None

    again = ensure(data_dir=home / "postgres")

    assert value(again, "SELECT n FROM kept") == 7


def test_only_the_starter_stops_it_and_only_when_nobody_else_uses_it(home):
    starter = ensure(data_dir=home / "postgres")
    guest = ensure(data_dir=home / "postgres")

    assert not guest.started_here
    assert not starter.stop()
    assert value(guest, "SELECT 1") == 1
    assert not guest.stop()
    assert running_pid(data_dir=home / "postgres") is not None
    assert stop(data_dir=home / "postgres")


def test_the_last_user_may_stop_a_shared_server(home):
    starter = ensure(data_dir=home / "postgres")
    last = ensure(data_dir=home / "postgres")
    assert not starter.stop(even_if_started_elsewhere=True)

    assert last.stop(even_if_started_elsewhere=True)


def test_four_processes_at_once_make_one_server(home):
    script = (
        "import sys; from pathlib import Path; import psycopg;"
        "from entrepot.infra.postgres.server import ensure;"
        "server = ensure(data_dir=Path(sys.argv[1]));"
        "print(server.started_here, psycopg.connect(server.dsn()).execute('SELECT 1').fetchone())"
    )
    command = [sys.executable, "-c", script, str(home / "postgres")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    printed = sorted(process.communicate(timeout=60)[0].strip() for process in running)

    assert printed == ["False (1,)"] * 3 + ["True (1,)"]


@pytest.mark.parametrize("older", [False, True])
def test_a_killed_server_comes_back_with_every_committed_row(home, older, request):
    programs = request.getfixturevalue("older_programs") if older else {}
    data_dir = home / "postgres"
    server = ensure(data_dir=data_dir, environment=programs)
    writer = psycopg.connect(server.dsn())
    writer.execute("CREATE TABLE kept AS SELECT n FROM generate_series(1, 50000) AS n")
    writer.commit()
    writer.execute("INSERT INTO kept SELECT n FROM generate_series(1, 1000) AS n")
    pid = running_pid(data_dir=data_dir, environment=programs)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    again = ensure(data_dir=data_dir, environment=programs)

    # The second insert was never committed.
    assert value(again, "SELECT count(*) FROM kept") == 50_000
    assert again.started_here
    writer.close()


def test_a_pid_file_of_a_killed_server_may_name_a_living_stranger(home):
    data_dir = home / "postgres"
    ensure(data_dir=data_dir).stop()
    stranger = subprocess.Popen(["sleep", "60"])
    (data_dir / "postmaster.pid").write_text(f"{stranger.pid}\n{data_dir}\n1\n5432\n\n\n\n\n")
    assert running_pid(data_dir=data_dir) is None

    server = ensure(data_dir=data_dir)

    assert value(server, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_crash_while_the_cluster_is_made_leaves_nothing_half_done(home):
    remnant = home / ".postgres.new-1"
    remnant.mkdir()
    (remnant / "PG_VERSION").write_text("18\n")

    server = ensure(data_dir=home / "postgres")

    assert value(server, "SELECT 1") == 1
    assert not remnant.exists()


def test_a_long_path_gets_its_socket_elsewhere(home):
    # 103 bytes are the longest socket path on macOS; "/.s.PGSQL.5432" takes 14 of them.
    deep = home / ("d" * 60) / ("e" * 60) / "postgres"
    layout = layout_of(deep)
    assert layout.socket_dir != deep

    server = ensure(data_dir=deep)

    assert value(server, "SELECT 1") == 1
    server.stop()
    layout.socket_dir.rmdir()


def test_operators_settings_win_and_survive_a_restart(home):
    data_dir = home / "postgres"
    ensure(data_dir=data_dir).stop()
    (data_dir / configuration.OPERATOR_FILE).write_text("work_mem = '123MB'\n")
    (data_dir / configuration.OPERATOR_FILE).chmod(0o644)

    assert value(ensure(data_dir=data_dir), "SHOW work_mem") == "123MB"


def test_the_systems_server_serves_when_it_is_named(home, older_programs):
    server = ensure(data_dir=home / "postgres", environment=older_programs)

    major = server.version.split(".")[0]
    assert major == Path(older_programs["ENTREPOT_PG_BIN"]).parent.name
    assert str(value(server, "SHOW server_version")).startswith(major)


def test_a_start_waits_for_a_server_that_is_just_stopping(home):
    data_dir = home / "postgres"
    server = ensure(data_dir=data_dir)
    held = psycopg.connect(server.dsn())
    pid = running_pid(data_dir=data_dir)
    assert pid is not None
    # A smart stop waits for the open connection, which we close a moment later.
    os.kill(pid, signal.SIGTERM)
    time.sleep(0.2)
    held.close()

    assert value(ensure(data_dir=data_dir), "SELECT 1") == 1


def test_sizes_follow_the_memory_of_the_machine(home):
    def settings(memory_gib: int, shared_mib: int) -> dict[str, str]:
        return configuration.server_settings(
            layout=layout_of(home),
            memory_bytes=memory_gib * 1024**3,
            lz4=True,
            durable=True,
            shared_memory_bytes=shared_mib * 1024**2,
        )

    # 24 GiB / 4 = 6144 MB; 64 GiB / 4 would be more than the limit of 6144; 2 GiB / 4 = 512 MB.
    assert settings(24, 1024)["shared_buffers"] == "6144MB"
    assert settings(64, 1024)["shared_buffers"] == "6144MB"
    assert settings(2, 1024)["shared_buffers"] == "512MB"
    assert "dynamic_shared_memory_type" not in settings(2, 1024)
    # A container's usual 64 MB.
    assert settings(2, 64)["dynamic_shared_memory_type"] == "sysv"


def test_root_keeps_the_cluster_elsewhere_when_the_server_cannot_reach_the_project(home, as_root):
    private = home / "private"
    private.mkdir(mode=0o700)
    environment = {"ENTREPOT_STATE": str(home / "state"), "ENTREPOT_DATA": str(private / "var")}

    found = cluster_directory(environment=environment, root=private)

    assert found.is_relative_to(home / "state")
    assert value(ensure(data_dir=found), "SELECT 1") == 1
    assert cluster_directory(environment=environment, root=private) == found
    assert private.stat().st_mode & 0o777 == 0o700
    stop(data_dir=found)
