"""Carry out operations: many at once in one thread of the worker, none of them occupying it while a vendor works.

The pump claims what is due, hands the calls to an event loop, and writes the outcomes in batches. The database is
used by the calling thread only. Several pumps on several machines share the work.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from entrepot.domain.provisioning.connectors.protocol import Connector
from entrepot.domain.provisioning.connectors.registry import Surroundings, build
from entrepot.domain.provisioning.dispatch import Claimed, Report, claim, misconfigured, perform
from entrepot.domain.provisioning.dispatch import record as record_reports
from entrepot.domain.provisioning.inbox import process_callbacks
from entrepot.domain.provisioning.models import Callback, Operation
from entrepot.domain.provisioning.rules import PACE, Pace
from entrepot.infra.egress import Egress
from entrepot.kernel.clock import Clock
from entrepot.kernel.errors import DomainError

# One mass order gets half of them: with vendors that take a quarter of a second it is 30 times as fast as one by one.
IN_FLIGHT = 160
_GATHER_SECONDS = 0.02
_LOOK_SECONDS = 0.25


@dataclass(slots=True)
class Worked:
    """What a pump did so far."""

    calls: int = 0
    callbacks: int = 0


class _Loop:
    """An event loop in a thread of its own, with the connections that belong to it."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.http = Egress(inside=surroundings.inside, total_seconds=surroundings.call_seconds)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="vendor-calls", daemon=True
        )
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, Report]) -> Future[Report]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.http.close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()


class Pump:
    """Use it as a context manager, from one thread. `in_flight` bounds the calls at one time.

    One tenant gets at most half of them, one connector at most three quarters, so that neither a mass order nor a
    vendor that does not answer keeps the others waiting.
    """

    def __init__(
        self,
        *,
        surroundings: Surroundings,
        clock: Clock,
        pace: Pace = PACE,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._surroundings, self._clock, self._pace = surroundings, clock, pace
        self._limit = in_flight
        self._of_tenant = max(in_flight // 2, 1)
        self._of_connector = max(in_flight * 3 // 4, 1)
        self._flying: dict[Future[Report], Claimed] = {}
        self._connectors: dict[int, Connector] = {}
        self._loop: _Loop | None = None
        self.worked = Worked()

    def __enter__(self) -> Self:
        """Start the event loop."""
        self._loop = _Loop(self._surroundings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the calls under way, write what came of them, close the connections."""
        assert self._loop is not None
        try:
            if error is None:
                self._land(all_of_them=True)
        finally:
            self._loop.close()
            self._loop = None

    def run(self, *, stop: threading.Event, until_idle: bool = False) -> Worked:
        """Work until `stop` is set, or with `until_idle` until nothing will ever be due by itself."""
        while not stop.is_set():
            did = self.round()
            if did or self._flying:
                continue
            self._connectors.clear()
            if until_idle and not _is_anything_due_ever():
                break
            stop.wait(_LOOK_SECONDS)
        return self.worked

    def round(self) -> int:
        """Take in call-backs, start what is due, write what has come back; return how much was done."""
        now = self._clock.now()
        callbacks = process_callbacks(now=now, pace=self._pace)
        started = self._start()
        landed = self._land()
        self.worked.callbacks += callbacks
        self.worked.calls += landed
        return callbacks + started + landed

    def _start(self) -> int:
        free = self._limit - len(self._flying)
        busy_tenants, of_tenant = _shares(
            (one.tenant_id for one in self._flying.values()), self._of_tenant
        )
        busy_connectors, of_connector = _shares(
            (one.connector.id for one in self._flying.values()), self._of_connector
        )
        claimed = claim(
            now=self._clock.now(),
            pace=self._pace,
            most=free,
            most_of_tenant=of_tenant,
            most_of_connector=of_connector,
            busy_tenants=busy_tenants,
            busy_connectors=busy_connectors,
        )
        refused = []
        assert self._loop is not None
        for one in claimed:
            try:
                connector = self._connector(one)
            except DomainError as error:
                refused.append(misconfigured(one, error.text()))
            else:
                self._flying[self._loop.start(perform(one, connector))] = one
        if refused:
            record_reports(reports=refused, now=self._clock.now(), pace=self._pace)
        return len(claimed)

    def _connector(self, claimed: Claimed) -> Connector:
        row = claimed.connector
        if row.id not in self._connectors:
            assert self._loop is not None
            self._connectors[row.id] = build(
                kind=row.kind,
                name=row.name,
                base_url=row.base_url,
                surroundings=self._surroundings,
                http=self._loop.http,
                clock=self._clock,
            )
        return self._connectors[row.id]

    def _land(self, *, all_of_them: bool = False) -> int:
        """Write the calls that are over; more of them at once cost little more than one."""
        if not self._flying:
            return 0
        if all_of_them:
            done, _ = wait(self._flying)
        else:
            done, _ = wait(self._flying, timeout=_LOOK_SECONDS / 5, return_when=FIRST_COMPLETED)
            if done:
                done, _ = wait(self._flying, timeout=_GATHER_SECONDS)
        for future in done:
            del self._flying[future]
        reports = [future.result() for future in done]
        if reports:
            record_reports(reports=reports, now=self._clock.now(), pace=self._pace)
        return len(reports)


def _is_anything_due_ever() -> bool:
    waiting = (model.objects.filter(due_at__isnull=False) for model in (Operation, Callback))
    return any(rows.exists() for rows in waiting)


def _shares(flying: Iterable[int], share: int) -> tuple[list[int], int]:
    """Return who has the share already, and how many more each of the others may get at most."""
    counts = Counter(flying)
    busy = [key for key, number in counts.items() if number >= share]
    most = max((number for number in counts.values() if number < share), default=0)
    return busy, share - most
