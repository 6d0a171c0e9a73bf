"""`bin/up`: database, web and worker in one terminal, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from entrepot.demo.portal import DemoPortal, read_portal
from entrepot.infra.postgres.layout import data_root
from entrepot.infra.postgres.server import Server
from entrepot.kernel.errors import DomainError
from entrepot.ops import commands, database
from entrepot.ops.progress import duration_text

HOST = "127.0.0.1"
_FIRST_PORT = 8000
_PORTS_TRIED = 100
_ANSWER_SECONDS_MAX = 60.0
# A worker finishes the chunk at hand before it leaves.
_LEAVE_SECONDS_MAX = 30.0
_WATCH_SECONDS = 0.5
_PORT_VARIABLE = "ENTREPOT_PORT"
_WORKERS_VARIABLE = "ENTREPOT_WORKERS"
_PORTALS_VARIABLE = "ENTREPOT_INSIDE_PORTALS"
_WORKERS_MAX = 32


class CannotRun(DomainError):
    """The programs cannot be started or did not stay up."""

    codes = frozenset(
        {
            "already_running",
            "no_free_port",
            "program_ended",
            "web_not_answering",
            "workers_unusable",
        }
    )


class _Leaving(Exception):
    """Raised by the signal handler, so that the clean-up runs wherever the program was."""


@dataclass
class _Programs:
    """The child processes, by the name people read."""

    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, words: Sequence[str], **extra: str) -> None:
        # In a session of its own: Ctrl-C reaches only us, and we stop the children in order.
        self.running[name] = subprocess.Popen(
            words,
            cwd=database.ROOT,
            env={**os.environ, **extra},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def require_alive(self) -> None:
        for name, process in self.running.items():
            if (code := process.poll()) is not None:
                raise CannotRun(
                    "program_ended",
                    "The {name} program ended by itself with code {exit_code}.",
                    next_step="Its last lines above say why; correct that and run bin/up again.",
                    name=name,
                    exit_code=code,
                )

    def stop(self) -> None:
        alive = [process for process in self.running.values() if process.poll() is None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + _LEAVE_SECONDS_MAX
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything until a signal and return the exit code: 0 after Ctrl-C, 1 after a refusal."""
    started = time.monotonic()
    options = _parser().parse_args(arguments)
    _leave_on_signals()
    try:
        with _only_one():
            _run(options, started)
    except _Leaving:
        return 0
    except DomainError as error:
        print(error.text(), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Run database, web and worker until Ctrl-C."
    )
    parser.add_argument(
        "--port", type=int, help=f"port of the web pages (default {_FIRST_PORT} or the next free)"
    )
    parser.add_argument("--no-demo", action="store_true", help="do not fill in the demo world")
    return parser


def _leave_on_signals() -> None:
    """Raise _Leaving at the first signal; later ones must not break the clean-up it began."""
    leaving = False

    def leave(_number: int, _frame: FrameType | None) -> None:
        nonlocal leaving
        if not leaving:
            leaving = True
            raise _Leaving

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


@contextmanager
def _only_one() -> Iterator[None]:
    data = data_root(environment=os.environ, root=database.ROOT)
    # The collected static files may be absent; their directory may not, or the web program warns.
    (data / "static").mkdir(parents=True, exist_ok=True)
    with (data / ".up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                "already_running",
                "bin/up already runs for this data directory ({place}).",
                next_step="Use the one that runs, or stop it with Ctrl-C in its terminal.",
                place=data,
            ) from None
        yield


def _run(options: argparse.Namespace, started: float) -> None:
    programs = _Programs()
    server: Server | None = None
    try:
        server = database.start_server()
        database.migrate_if_needed()
        # The layer above us owns the catalogues; a process of its own keeps the order of imports.
        subprocess.run([sys.executable, "-m", "entrepot.config.messages"], check=True)
        if not options.no_demo and commands.find("seed-demo"):
            _require_success("seed-demo", "--if-empty", "--background")
        port = options.port or _free_port()
        portal = None if options.no_demo else _demo_portal()
        _start_programs(programs, port, portal)
        _wait_for_answer(programs, port)
        if portal is not None:
            # After the pages answer, so that nobody waits for it.
            words = database.command_line("identity-simulator", "--demo", "--web-port", str(port))
            programs.start("identity simulator", words)
        _announce(port, time.monotonic() - started)
        while True:
            time.sleep(_WATCH_SECONDS)
            programs.require_alive()
            server = _kept_alive(server)
    finally:
        print("Stopping", file=sys.stderr)
        programs.stop()
        if server is not None and server.started_here and not server.stop():
            print("Another command still uses the database; it is left running.", file=sys.stderr)


def _demo_portal() -> DemoPortal | None:
    """Return the simulated sign-in portal of the demo world, if there is one and its port is free."""
    portal = read_portal(directory=data_root(environment=os.environ, root=database.ROOT))
    if portal is not None and not _is_free(portal.port):
        print(
            f"Port {portal.port} is taken: the sign-in portal of the demo does not run.",
            file=sys.stderr,
        )
        return None
    return portal


def _start_programs(programs: _Programs, port: int, portal: DemoPortal | None) -> None:
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST]
    granian += ["--port", str(port), "--workers", "2", "--blocking-threads", "4"]
    granian += ["--log-level", "warning", "--respawn-failed-workers"]
    inside = os.environ.get(_PORTALS_VARIABLE, "")
    if portal is not None:
        # The way out leads to no private address but those that are named; this one is ours.
        inside = ",".join(filter(None, [inside, portal.address]))
    extra = {_PORT_VARIABLE: str(port), _PORTALS_VARIABLE: inside}
    programs.start("web", [*granian, "entrepot.config.wsgi:application"], **extra)
    for place in range(_workers() if commands.find("worker") else 0):
        name = "worker" if place == 0 else f"worker {place + 1}"
        programs.start(name, database.command_line("worker"), ENTREPOT_PORT=str(port))


def _workers() -> int:
    """Read how many worker programs are wanted; more can run on other machines beside these."""
    text = os.environ.get(_WORKERS_VARIABLE) or "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _WORKERS_MAX):
        raise CannotRun(
            "workers_unusable",
            "{variable} is {text}, which is not a number of workers.",
            next_step="Give a number from 1 to {most}.",
            variable=_WORKERS_VARIABLE,
            text=text,
            most=_WORKERS_MAX,
        )
    return int(text)


def _require_success(*words: str) -> None:
    if (code := database.run_command(*words)) != 0:
        raise CannotRun(
            "program_ended",
            "The command {name} ended with code {exit_code}.",
            next_step="Its lines above say why; correct that and run bin/up again.",
            name=words[0],
            exit_code=code,
        )


def _free_port() -> int:
    first = int(os.environ.get(_PORT_VARIABLE) or _FIRST_PORT)
    for port in range(first, first + _PORTS_TRIED):
        if _is_free(port):
            return port
    raise CannotRun(
        "no_free_port",
        "All ports from {first} to {last} are taken.",
        next_step="Name a free one: bin/up --port NUMBER",
        first=first,
        last=first + _PORTS_TRIED - 1,
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Without this a port whose last connections are just closing would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _wait_for_answer(programs: _Programs, port: int) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS_MAX
    while time.monotonic() < deadline:
        programs.require_alive()
        if _answers(port):
            return
        time.sleep(0.1)
    raise CannotRun(
        "web_not_answering",
        "The web program runs but does not answer at port {port}.",
        next_step="Its lines above say why; correct that and run bin/up again.",
        port=port,
    )


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/sign-in/", timeout=10).close()
    except urllib.error.HTTPError:
        # An error page is an answer, too; the page itself tells the rest.
        return True
    except OSError:
        return False
    return True


def _announce(port: int, seconds: float) -> None:
    print(
        f"\nEntrepot runs at http://localhost:{port}/ (ready in {duration_text(seconds=seconds)})"
    )
    if commands.find("show-logins"):
        _require_success("show-logins", "--port", str(port))
    print("Ctrl-C stops it.", flush=True)


def _kept_alive(server: Server | None) -> Server | None:
    """Start the database again if it was killed; web and worker connect anew by themselves."""
    if server is None or server.is_running():
        return server
    print("The database ended unexpectedly; starting it again", file=sys.stderr)
    fresh = database.start_server()
    if fresh is not None:
        fresh.started_here = fresh.started_here or server.started_here
        server.stop_using()
    return fresh


if __name__ == "__main__":
    sys.exit(main())
