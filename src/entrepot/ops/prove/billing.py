"""Prove that kills lose, double and renumber nothing: bill a day many times while killing workers and the database.

Everything happens in a cluster of its own with full durability. The quiet run's fingerprint is the measure: every other
run must end with the same one, and with gapless numbers.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from entrepot.infra.postgres.databases import ensure_database
from entrepot.infra.postgres.layout import cluster_directory
from entrepot.infra.postgres.server import Server, ensure, running_pid
from entrepot.infra.postgres.settings import NAME_VARIABLE, ROLE_VARIABLE

DAY = date(2026, 3, 15)
_BASE = "proof_base"
_LOG_SHOWN = 3000
_STEPS = ("rate", "total", "number", "post", "settle")
_QUIET = (10_000, 1)
_SHAPES = ((37, 1), (500, 2), (110, 3), (10_000, 4))
_CHUNK = 60
_POINTS_REACHED_MAX = 120
_KILLS_PER_RUN = 12
_TRIES_PER_KILL = 4
_NUMBERS = """
SELECT count(*) FROM (
    SELECT seller_id, kind, year FROM invoice GROUP BY seller_id, kind, year
    HAVING count(*) <> max(number) OR min(number) <> 1 OR count(DISTINCT number) <> count(*)
) AS gapped
"""


@dataclass
class Proof:
    """What was done and what went wrong; nothing went wrong when `findings` is empty."""

    subscriptions: int
    seed: int
    fingerprint: str = ""
    shapes: int = 0
    named_kills: int = 0
    random_kills: int = 0
    database_kills: int = 0
    runs: int = 0
    points: tuple[str, ...] = ()
    findings: list[str] = field(default_factory=list)


class _Lab:
    """A cluster with a base database that is copied for every run."""

    def __init__(self, *, directory: Path, root: Path) -> None:
        self.environment = {
            **os.environ,
            "ENTREPOT_DATA": str(directory),
            ROLE_VARIABLE: "app",
            "PYTHONPATH": str(root / "src"),
        }
        self.environment.pop("DATABASE_URL", None)
        self.cluster = cluster_directory(environment=self.environment, root=root)
        self.server: Server = ensure(data_dir=self.cluster)
        self.copies = 0

    def admin(self, statement: sql.Composed) -> None:
        try:
            with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
                connection.execute(statement)
        except psycopg.OperationalError as gone:
            said = self.server.cluster.log.read_text(encoding="utf-8", errors="replace")
            gone.add_note(f"The end of the server's log:\n{said[-_LOG_SHOWN:]}")
            raise

    def make_base(self, *, subscriptions: int) -> None:
        self.admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_BASE)))
        ensure_database(self.server, name=_BASE)
        owner = {**self.environment, ROLE_VARIABLE: "owner", NAME_VARIABLE: _BASE}
        for words in (
            ["-m", "entrepot.cli", "migrate", "--verbosity", "0"],
            ["-m", "entrepot.ops.prove.base", str(subscriptions), DAY.isoformat()],
        ):
            subprocess.run(
                [sys.executable, *words], env=owner, check=True, stdout=subprocess.DEVNULL
            )

    def copy(self) -> str:
        self.copies += 1
        name = f"proof_{self.copies}"
        self.admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        # Copied page by page, a sequence would carry numbers that its original had logged ahead, and a crash before the
        # next checkpoint would set it back. Copying files makes that checkpoint.
        self.admin(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(_BASE)
            )
        )
        return name

    def drop(self, name: str) -> None:
        self.admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(
        self, *, database: str, chunk: int, workers: int, failpoint: str = ""
    ) -> "subprocess.Popen[str]":
        environment = {**self.environment, NAME_VARIABLE: database, "ENTREPOT_FAILPOINT": failpoint}
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "entrepot.ops.prove.child",
                DAY.isoformat(),
                str(chunk),
                str(workers),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def gaps(self, database: str) -> int:
        with psycopg.connect(self.server.dsn(database=database)) as connection:
            row = connection.execute(_NUMBERS).fetchone()
        return int(row[0]) if row else -1

    def kill_server(self) -> None:
        pid = running_pid(data_dir=self.cluster)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        self.server.stop_using()
        self.server = ensure(data_dir=self.cluster)


def prove_billing(
    *,
    directory: Path,
    root: Path,
    subscriptions: int,
    kills: int,
    database_kills: int,
    every_point: bool,
    seed: int,
    say: Callable[[str], None],
) -> Proof:
    """Bill the same day quietly, in other shapes, and under kills; report whatever differs.

    `every_point` kills once at each statement and commit that the quiet run reached.
    """
    proof = Proof(subscriptions=subscriptions, seed=seed)
    dice = random.Random(seed)
    lab = _Lab(directory=directory, root=root)
    try:
        say(f"making a world of {subscriptions} subscriptions")
        lab.make_base(subscriptions=subscriptions)
        proof.fingerprint = _end(
            lab, proof, lab.copy(), chunk=_QUIET[0], workers=_QUIET[1], what="quiet"
        )
        for chunk, workers in _SHAPES:
            say(f"chunks of {chunk}, {workers} workers")
            _end(
                lab,
                proof,
                lab.copy(),
                chunk=chunk,
                workers=workers,
                what=f"chunk {chunk} x {workers}",
            )
            proof.shapes += 1
        if every_point:
            proof.points = points()
            _kill_at(
                lab,
                proof,
                wanted=iter(f"{name}:kill:1" for name in proof.points),
                named=True,
                most=len(proof.points),
                say=say,
            )
        tries = range(_TRIES_PER_KILL * kills)
        wanted = (f"*:kill:{dice.randint(1, _POINTS_REACHED_MAX)}" for _ in tries)
        _kill_at(lab, proof, wanted=wanted, named=False, most=kills, say=say)
        _kill_database(lab, proof, kills=database_kills, dice=dice, say=say)
    finally:
        lab.server.stop()
    return proof


def points() -> tuple[str, ...]:
    """Return the names of all points at which a run can be killed: after each statement and before each commit."""
    source = Path(__file__).resolve().parents[2] / "flows" / "daily_billing"
    found = []
    for step, module in zip(
        _STEPS, ("rating", "documents", "documents", "documents", "documents"), strict=True
    ):
        text = (source / f"{module}.py").read_text(encoding="utf-8")
        for part in text.split("session.run(")[1:]:
            name = part.split('"')[3]
            if step == "rate" or _step_of(name) == step:
                found.append(f"{step}.{name}")
        found.append(f"{step}.commit")
    return tuple(dict.fromkeys(found))


def _step_of(name: str) -> str:
    if name == "add_document_taxes":
        return "total"
    if name in {"pick_documents", "add_series", "lock_series", "add_documents", "move_series"}:
        return "number"
    if name in {
        "add_lines",
        "pick_posting",
        "post_documents",
        "raise_balances",
        "announce_documents",
    }:
        return "post"
    return "settle"


def _end(lab: _Lab, proof: Proof, database: str, *, chunk: int, workers: int, what: str) -> str:
    """Bring a run to its end without further kills, compare it with the quiet one, and drop its database."""
    child = lab.start(database=database, chunk=chunk, workers=workers)
    printed, complaints = child.communicate()
    proof.runs += 1
    if child.returncode != 0:
        proof.findings.append(
            f"{what}: the run did not end: {complaints.strip().splitlines()[-1:]}"
        )
    elif proof.fingerprint and printed != proof.fingerprint:
        proof.findings.append(
            f"{what}: fingerprint {printed}, the quiet run had {proof.fingerprint}"
        )
    gaps = lab.gaps(database)
    if gaps:
        proof.findings.append(f"{what}: {gaps} number series have gaps")
    lab.drop(database)
    return printed


def _kill_at(
    lab: _Lab,
    proof: Proof,
    *,
    wanted: Iterator[str],
    named: bool,
    most: int,
    say: Callable[[str], None],
) -> None:
    """Kill workers of one run after another, at the wanted points in turn, until `most` of them were killed.

    A named point that the rest of a run does not reach is tried once more on a fresh one.
    """
    database, used = lab.copy(), 0
    waiting = deque(wanted)
    while waiting and (proof.named_kills if named else proof.random_kills) < most:
        failpoint = waiting.popleft()
        was_fresh = used == 0
        child = lab.start(database=database, chunk=_CHUNK, workers=1, failpoint=failpoint)
        child.communicate()
        if child.returncode == -signal.SIGKILL:
            used += 1
            if named:
                proof.named_kills += 1
            else:
                proof.random_kills += 1
        elif named and was_fresh:
            proof.findings.append(f"{failpoint}: no run comes to this point")
        elif named:
            waiting.appendleft(failpoint)
        # A run that came to its end, or had its share of kills, is compared; the next kills get a fresh one.
        if child.returncode == 0 or used >= _KILLS_PER_RUN:
            say(
                f"{proof.named_kills} kills at named points, {proof.random_kills} at random, {proof.runs} runs"
            )
            _end(lab, proof, database, chunk=_CHUNK, workers=1, what=f"after {failpoint}")
            database, used = lab.copy(), 0
    _end(lab, proof, database, chunk=_CHUNK, workers=1, what="after the last kill")


def _kill_database(
    lab: _Lab, proof: Proof, *, kills: int, dice: random.Random, say: Callable[[str], None]
) -> None:
    """Kill the server until `kills` of its deaths met a run."""
    for number in range(1, _TRIES_PER_KILL * kills + 1):
        if proof.database_kills >= kills:
            return
        database = lab.copy()
        child = lab.start(database=database, chunk=_CHUNK, workers=1)
        time.sleep(0.8 + dice.random() * 2.0)
        was_running = child.poll() is None
        lab.kill_server()
        child.communicate()
        proof.database_kills += was_running
        say(f"database killed {number} times, {proof.database_kills} while a run was under way")
        _end(lab, proof, database, chunk=_CHUNK, workers=1, what=f"database kill {number}")
    if proof.database_kills < kills:
        proof.findings.append(f"only {proof.database_kills} of {kills} database kills met a run")
