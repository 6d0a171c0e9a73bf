"""Measure what a piece of work costs the machine: CPU of the database server and of our own processes, memory.

CPU time, not the clock: on a shared machine only CPU and ratios within one run can be compared. Reads /proc, so Linux.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.25


@dataclass
class Cost:
    """Seconds of the clock and of CPU: `server` is all of PostgreSQL, `client` is we and our children."""

    seconds: float = 0
    server: float = 0
    client: float = 0
    peak_backend_mb: float = 0

    @property
    def cpu(self) -> float:
        """CPU seconds of server and client together."""
        return self.server + self.client


@contextmanager
def measured(*, watch_memory: bool = False) -> Iterator[Cost]:
    """Measure the block; the result is filled in when the block ends."""
    cost = Cost()
    postmaster = _postmaster()
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(postmaster, cost, stop), daemon=True)
    if watch_memory:
        watcher.start()
    server, client, began = _server_cpu(postmaster), _client_cpu(), perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = perf_counter() - began
        cost.client = _client_cpu() - client
        cost.server = _server_cpu(postmaster) - server
        stop.set()
        if watch_memory:
            watcher.join()


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _parent(int(cursor.fetchone()[0]))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _parent(int(entry.name)) == pid:
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _server_cpu(postmaster: int) -> float:
    """CPU seconds of the postmaster, of its ended children and of its living ones."""
    own = _stat(postmaster)
    ticks = sum(int(own[field]) for field in (11, 12, 13, 14))
    for child in _children(postmaster):
        try:
            stat = _stat(child)
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(stat[11]) + int(stat[12])
    return ticks / _TICKS


def _client_cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _watch(postmaster: int, cost: Cost, stop: threading.Event) -> None:
    while not stop.wait(_SAMPLE_SECONDS):
        for child in _children(postmaster):
            cost.peak_backend_mb = max(cost.peak_backend_mb, _private_mb(child))


def _private_mb(pid: int) -> float:
    """Anonymous memory: a page of the shared buffers that only one process has touched is not private."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024
