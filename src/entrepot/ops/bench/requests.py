"""Open a page as a browser does and measure what it costs the server.

Server time is CPU time: of this process, which is the web server, and of the one database process behind its
connection. The clock is noted beside it. Reads /proc, so Linux.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

_WARM_UPS = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one address costs: statements, rows of its longest table, medians in milliseconds.

    `web` and `database` are CPU; `clock` is the time that passed.
    """

    address: str
    queries: int
    rows: int
    has_next: bool
    web: float
    database: float
    server: float
    clock: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One address as one person's browser opens it; `name` is what the command says while it measures."""

    name: str
    browser: Client
    address: str


def costs_of(
    visits: Sequence[Visit], *, repeats: int, say: Callable[[str], None]
) -> tuple[Cost, ...]:
    """Open every address `repeats` times (1 or more) after two times that do not count, in the order given.

    All of them are opened once before any is opened again: a minute in which the machine is slow then falls on one
    sample of many pages instead of on all samples of one. Raises: CommandError when one does not answer with a page.
    """
    prepared = []
    for visit in visits:
        say(visit.name)
        prepared.append(_prepare(visit))
    backend = _backend()
    samples: list[list[tuple[float, float, float]]] = [[] for _ in visits]
    for turn in range(repeats):
        say(f"round {turn + 1} of {repeats}")
        for visit, measured in zip(visits, samples, strict=True):
            measured.append(_once(visit.browser, visit.address, backend))
    return tuple(
        _cost(visit, queries, page, measured)
        for visit, (queries, page), measured in zip(visits, prepared, samples, strict=True)
    )


def _prepare(visit: Visit) -> tuple[int, str]:
    """Open an address until everything that is kept is kept; return its statements and its page."""
    for _ in range(_WARM_UPS):
        _open(visit.browser, visit.address)
    with _counted() as number_of:
        page = _open(visit.browser, visit.address)
    return number_of(), page


def _cost(
    visit: Visit, queries: int, page: str, measured: Sequence[tuple[float, float, float]]
) -> Cost:
    return Cost(
        address=visit.address,
        queries=queries,
        rows=_rows(page),
        has_next='rel="next"' in page,
        web=median(web for web, _, _ in measured),
        database=median(database for _, database, _ in measured),
        server=median(web + database for web, database, _ in measured),
        clock=median(clock for _, _, clock in measured),
    )


def _open(browser: Client, address: str) -> str:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise CommandError(f"{address} answered {answer.status_code} instead of a page.")
    return str(answer.content, "utf-8")


def _once(browser: Client, address: str, backend: Path) -> tuple[float, float, float]:
    database, web, clock = _cpu_of(backend), process_time(), perf_counter()
    browser.get(address)
    return (
        (process_time() - web) * 1_000,
        _cpu_of(backend) - database,
        (perf_counter() - clock) * 1_000,
    )


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Count the statements of the block."""
    statements: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield lambda: len(statements)


def _backend() -> Path:
    """Find the database process of the connection and keep it to itself: helpers would hide a part of the work."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return Path("/proc") / str(cursor.fetchone()[0]) / "schedstat"


def _cpu_of(process: Path) -> float:
    """Return the CPU milliseconds of a process since its start; the kernel notes nanoseconds."""
    return int(process.read_text(encoding="utf-8").split()[0]) / 1_000_000


def _rows(page: str) -> int:
    """Count the rows of the longest table body of a page."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, flags=re.DOTALL)
    return max((body.count("<tr") for body in bodies), default=0)


def can_measure() -> bool:
    """Tell whether this machine notes what a process costs."""
    return Path(f"/proc/{os.getpid()}/schedstat").is_file()
