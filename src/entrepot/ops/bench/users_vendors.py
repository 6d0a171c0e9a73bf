"""A service for everybody of an account: one press of a button, and then the vendor, over real HTTP.

The time runs from the press until the vendor has confirmed everybody. It is compared with one call for each person in
sequence, which is measured with a sample and drawn out: nobody waits for 10,000 of them.
"""

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.urls import reverse

from entrepot.domain.provisioning.commands.connectors import add_connector, tell_people
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    store,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.models import VendorCall
from entrepot.domain.provisioning.pump import IN_FLIGHT, Pump
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.flows import seat_jobs
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.clock import SystemClock
from entrepot.ops.bench.measure import measured
from entrepot.ops.bench.provisioning import vendor
from entrepot.ops.bench.users_world import ACTOR, NOW, Team, add_service, login

PEOPLE_AT_ONCE = 100
SPEED_MIN = 25.0
GROWTH_MAX = 1.25
ASSIGN_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the simulated vendor takes: for each call, and more for each person in it."""

    answer_seconds: float = 0.25
    person_seconds: float = 0.005


@dataclass(frozen=True, slots=True)
class Assigned:
    """The press of the button and its task: statements, and CPU seconds of the program and of the whole database."""

    people: int
    at_once: int
    statements: int
    web_cpu: float
    database_cpu: float

    @property
    def cpu(self) -> float:
        """Return what it costs the server."""
        return self.web_cpu + self.database_cpu


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A service that everybody of an account got: `seconds` by the clock, `worker_cpu` of the process that calls.

    `at_once` people are one call, which takes `call_ms` milliseconds (median); `in_flight` calls are under way
    together. `there` the vendor has in the end.
    """

    people: int
    at_once: int
    in_flight: int
    seconds: float
    calls: int
    call_ms: float
    worker_cpu: float
    there: int
    assigned: Assigned

    @property
    def per_person(self) -> float:
        """Return the milliseconds for one person."""
        return 1_000 * self.seconds / self.people


class Vendors:
    """The simulated vendor and its connectors, one that takes many people at once and one that takes them singly."""

    def __init__(self, *, address: str, surroundings: Surroundings) -> None:
        self._address, self._surroundings = address, surroundings
        self._connectors: dict[int, int] = {}
        for at_once in (1, PEOPLE_AT_ONCE):
            number = add_connector(
                name=f"bench-{at_once}",
                kind=ConnectorKind.SIGNED_HTTP,
                base_url=f"http://{address}/signed",
                surroundings=surroundings,
                actor=ACTOR,
                now=NOW,
            )
            tell_people(connector_id=number, people_at_once=at_once, actor=ACTOR, now=NOW)
            self._connectors[at_once] = number

    def provision(
        self, team: Team, *, at_once: int, in_flight: int = IN_FLIGHT, first: int | None = None
    ) -> Provisioned:
        """Order a service for a team, give it to everybody or the first ones, and wait until all of them have it."""
        word = f"s{at_once}-{in_flight}-{team.person.word}"
        subscription, resource = add_service(team, word=word, units=team.size.people)
        before = self._people_there()
        begin, cpu = time.monotonic(), time.process_time()
        with Pump(
            surroundings=self._surroundings, clock=SystemClock(), in_flight=in_flight
        ) as pump:
            self._create(subscription, at_once)
            pump.run(stop=threading.Event(), until_idle=True)
            assigned = press(team, resource=resource, at_once=at_once, first=first)
            pump.run(stop=threading.Event(), until_idle=True)
            calls = pump.worked.calls
        seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
        done = Seat.objects.filter(resource_id=resource, state=SeatState.ASSIGNED).count()
        return Provisioned(
            people=assigned.people,
            at_once=at_once,
            in_flight=in_flight,
            seconds=seconds,
            calls=calls,
            call_ms=_call_ms(subscription),
            worker_cpu=cpu - assigned.web_cpu,
            there=min(done, self._people_there() - before),
            assigned=assigned,
        )

    def _people_there(self) -> int:
        """Ask the vendor how many people have services."""
        connection = HTTPConnection(self._address, timeout=10)
        connection.request("GET", "/simulator")
        found = json.loads(connection.getresponse().read())
        connection.close()
        return int(found["people"])

    def _create(self, subscription: int, at_once: int) -> None:
        row = Subscription.objects.get(pk=subscription)
        item = SubscriptionItem.objects.filter(subscription=row).order_by("position")[0]
        instance = open_instance(
            tenant_id=row.tenant_id,
            connector_id=self._connectors[at_once],
            subscription_id=row.pk,
            now=NOW,
        )
        wanted = Wanted({"sku": "MAIL"}, item.quantity)
        request = Request(row.tenant_id, instance, Action.CREATE, f"bench {instance}", wanted)
        request_operation(request=request, actor=ACTOR, now=NOW)


@contextmanager
def own_vendors(latency: Latency) -> Iterator[Vendors]:
    """Run a simulated vendor in a process of its own, with connectors to it."""
    secret = new_secret()
    with (
        tempfile.TemporaryDirectory() as directory,
        vendor(
            secret=secret,
            answer_seconds=latency.answer_seconds,
            person_seconds=latency.person_seconds,
        ) as address,
    ):
        secrets = Path(directory)
        for at_once in (1, PEOPLE_AT_ONCE):
            keys = ConnectorSecrets(keys=(Key(secret),))
            store(directory=secrets, name=f"bench-{at_once}", secrets=keys)
        yield Vendors(address=address, surroundings=Surroundings(secrets, frozenset({address})))


def _call_ms(subscription: int) -> float:
    """Return the median time of the calls that told the vendor about people."""
    calls = VendorCall.objects.filter(
        operation__instance__subscription_id=subscription, operation__action=Action.ASSIGN
    )
    return float(median(calls.values_list("milliseconds", flat=True)))


def press(team: Team, *, resource: int, at_once: int, first: int | None = None) -> Assigned:
    """Press the button that hands a service out to everybody, or the first by login, and do the task it may begin."""
    form = {"whom": "all"}
    if first is not None:
        word = team.person.word
        form = {"whom": "file", "logins": "\n".join(login(word, n + 1) for n in range(first))}
    browser = team.person.browser()
    address = reverse("customer:service-assign", args=[resource])
    statements = 0

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(sql, *rest)

    with measured() as cost, connection.execute_wrapper(count):
        answer = browser.post(address, form)
        _do_waiting()
    if answer.status_code != 302:
        raise CommandError(f"{address} answered {answer.status_code}.")
    people = Seat.objects.filter(resource_id=resource).count()
    return Assigned(people, at_once, statements, cost.client, cost.server)


def _do_waiting() -> None:
    """Do what the button has left to a task, here instead of in a worker: its CPU is counted with ours."""
    for job in Job.objects.filter(task=seat_jobs.TASK, state=JobState.WAITING):
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        running = RunningJob(job.pk, 1, job.owner_id, job.account_id, NOW, lambda: False)
        result = dict(seat_jobs.do_assign(running, **job.arguments))
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, result=result, finished_at=NOW)
