"""Prove that an import of users whose workers are killed brings everybody, and nobody twice.

Real worker processes do the check and the import of a large file; each is killed in the middle, and another one takes
its job up. Once rows with faults are left out and the others created in steps, once it is all or nobody.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError
from django.db.models import Count

from entrepot.domain.parties.commands import Password, create_user
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Hub, Membership, User
from entrepot.flows import user_import, wiring
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks.models import Job, JobState
from entrepot.kernel.clock import SystemClock
from entrepot.ops.bench.people import PASSWORD, PROVIDER, Person, login_of, name_host
from entrepot.ops.bench.world import make_world

_CLOCK = SystemClock()
_ACTOR = Actor(user_id=None, name="proof", channel="command")
_DAY = date(2026, 3, 15)
_BAD = 10
_WAIT_SECONDS = 900.0
_LOOK_SECONDS = 0.05


@dataclass
class ImportProof:
    """What was done, and what went wrong; nothing went wrong when `findings` is empty."""

    rows: int
    kills: int = 0
    created: int = 0
    lines: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def prove_user_import(*, rows: int, directory: Path, say: Callable[[str], object]) -> ImportProof:
    """Import `rows` users twice into two accounts of the connected, empty database, and kill workers meanwhile."""
    wiring.connect()
    make_world(subscriptions=200, due_percent=1, day=_DAY, resellers=2)
    Hub.objects.create(provider_id=PROVIDER)
    name_host()
    proof = ImportProof(rows)
    customers = Account.objects.filter(kind=AccountKind.CUSTOMER).order_by("id")
    ids = list(customers.values_list("id", flat=True)[:2])
    for word, account_id, bad in (("steps", ids[0], _BAD), ("whole", ids[1], 0)):
        person = _administrator(word, account_id)
        path = directory / f"{word}.csv"
        write_file(path, word=word, rows=rows, bad=bad)
        say(f"{word}: {path.stat().st_size / 1024 / 1024:.1f} MiB")
        _import(proof, person, path, bad=bad, say=say)
        judge(proof, account_id=account_id, expected=rows - bad)
    return proof


def write_file(path: Path, *, word: str, rows: int, bad: int) -> None:
    """Write people with every column filled; the last `bad` ones have a mail address that is none."""
    lines = ["login,display_name,first_name,last_name,email,phone,role,language"]
    for place in range(rows):
        mail = f"{word}.{place:06}@mail.example" if place < rows - bad else "nowhere"
        lines.append(f"{word}.{place:06},,Person,Number {place:06},{mail},+49 40 3003420,user,de")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def judge(proof: ImportProof, *, account_id: int, expected: int) -> None:
    """Look for people who are missing, there twice, or noted more or less than once in the trail."""
    members = Membership.objects.filter(account_id=account_id).exclude(role=RoleCode.ADMINISTRATOR)
    there = members.count()
    people = set(members.values_list("user_id", flat=True))
    if there != expected:
        proof.findings.append(f"{there:,} people of account {account_id}, expected {expected:,}")
    twice = User.objects.values("username").annotate(n=Count("id")).filter(n__gt=1).count()
    if twice or len(people) != there:
        proof.findings.append(f"{twice:,} login names are there twice")
    noted = AuditEntry.objects.filter(action="user_created", object_id__in=people)
    if noted.count() != there:
        proof.findings.append(f"{noted.count():,} entries for {there:,} people")
    proof.created += there


def _import(
    proof: ImportProof, person: Person, path: Path, *, bad: int, say: Callable[[str], object]
) -> None:
    viewer = person.viewer(now=_CLOCK.now())
    check = user_import.start_check(
        viewer, account_id=person.account_id, path=path, actor=viewer.actor(), now=_CLOCK.now()
    )
    _with_a_kill(proof, check, "check", at=lambda job: job.done >= proof.rows // 3, say=say)
    job = user_import.start_import(
        viewer,
        check_id=check,
        skip_bad=bad > 0,
        invites=False,
        actor=viewer.actor(),
        now=_CLOCK.now(),
    )
    is_in_steps = bad > 0
    seen = _with_a_kill(
        proof,
        job,
        "import",
        at=lambda row: row.note == "writing" and (not is_in_steps or row.done >= proof.rows // 3),
        pause=0.3 if is_in_steps else 3.0,
        count=lambda: _members(person.account_id),
        say=say,
    )
    if is_in_steps and not 0 < seen < proof.rows - bad:
        proof.findings.append(f"the worker was not killed in the middle: {seen:,} people")
    if not is_in_steps and seen:
        proof.findings.append(f"{seen:,} people were there before all of them were")


def _with_a_kill(
    proof: ImportProof,
    job_id: int,
    what: str,
    *,
    at: Callable[[Job], bool],
    say: Callable[[str], object],
    pause: float = 0.0,
    count: Callable[[], int] = lambda: 0,
) -> int:
    """Let a worker begin a job, kill it at a moment, and let another one end it; return what was there between."""
    with _worker() as first:
        _wait(job_id, at)
        time.sleep(pause)
        first.kill()
        first.wait()
    proof.kills += 1
    row, between = Job.objects.get(pk=job_id), count()
    if row.state is not JobState.RUNNING:
        proof.findings.append(f"the {what} was {row.state.value} when its worker was killed")
    begun = time.monotonic()
    with _worker():
        row = _wait(job_id, lambda one: one.state not in (JobState.WAITING, JobState.RUNNING))
    line = (
        f"{what}: killed after {row.attempts - 1} attempt with {between:,} people there; the next worker ended it in "
        f"{time.monotonic() - begun:.0f} s"
    )
    proof.lines.append(line)
    say(line)
    if row.state is not JobState.DONE or row.attempts != 2:
        proof.findings.append(
            f"the {what} is {row.state.value}, attempt {row.attempts}: {row.error}"
        )
    return between


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "entrepot.cli", "worker"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        process.wait(timeout=60)


def _wait(job_id: int, at: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        row = Job.objects.get(pk=job_id)
        if at(row) or row.state is JobState.FAILED:
            return row
        time.sleep(_LOOK_SECONDS)
    raise CommandError(f"Task {job_id} did not come so far within {_WAIT_SECONDS:.0f} s.")


def _members(account_id: int) -> int:
    return Membership.objects.filter(account_id=account_id).count() - 1


def _administrator(word: str, account_id: int) -> Person:
    number = create_user(
        account_id=account_id,
        login=login_of(word),
        display_name="Ada Admin",
        role=RoleCode.ADMINISTRATOR,
        password=Password(PASSWORD),
        actor=_ACTOR,
        now=_CLOCK.now(),
    )
    return Person(word, account_id, number)
