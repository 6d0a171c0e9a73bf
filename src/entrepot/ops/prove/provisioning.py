"""Prove that a vendor ends up with exactly what was ordered, whatever it does to our requests.

Two vendors, one of each protocol, meet a fault with every third operation. What was ordered is kept here in a
plain table; at the end the vendors' services are compared with it. What was parked is resubmitted, as a person would.
"""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db.models import Count

from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operations,
)
from entrepot.domain.provisioning.commands.people import resubmit
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    store,
)
from entrepot.domain.provisioning.inbox import receive
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.lifecycle import FINAL, State
from entrepot.domain.provisioning.models import Callback, Operation, ServiceInstance
from entrepot.domain.provisioning.pump import Pump
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.provisioning.rules import Pace
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import SystemClock
from entrepot.ops.vendor_simulator.broker_routes import SERVICE_ID
from entrepot.ops.vendor_simulator.faults import Fault, Faults
from entrepot.ops.vendor_simulator.postbox import Postbox
from entrepot.ops.vendor_simulator.runner import SimulatorThread
from entrepot.ops.vendor_simulator.server import Settings
from entrepot.ops.vendor_simulator.vendor import Thing

_FAULTS = tuple(fault for fault in Fault if fault not in {Fault.NONE, Fault.SLOW})
_SHARE = 0.36
_TENANTS = 20
_CHUNK = 500
_RESUBMISSIONS_MAX = 30
_IDLE_SECONDS_MAX = 120.0
_CLOCK = SystemClock()
_ACTOR = Actor(user_id=None, name="proof", channel="command")
_PACE = Pace(
    retry_seconds=0.05,
    retry_seconds_max=0.5,
    ask_seconds=0.05,
    ask_seconds_max=0.5,
    poll_seconds=0.1,
    poll_seconds_max=0.5,
    give_up_seconds=60,
    lease_seconds=30,
)
_PRODUCTS: Mapping[ConnectorKind, dict[str, str]] = {
    ConnectorKind.SIGNED_HTTP: {"sku": "MAIL-10"},
    ConnectorKind.SERVICE_BROKER: {
        "service_id": SERVICE_ID,
        "plan_id": "small-plan-id",
        "quantity_parameter": "seats",
    },
}


@dataclass
class Proof:
    """What was done and what went wrong; nothing went wrong when `findings` is empty."""

    operations: int
    seed: int
    services: int = 0
    calls: int = 0
    callbacks: int = 0
    resubmitted: int = 0
    seconds: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


@dataclass
class _Side:
    """One vendor and what was ordered from it: quantity and state by our service."""

    kind: ConnectorKind
    name: str
    connector_id: int
    simulator: SimulatorThread
    ordered: dict[int, tuple[Decimal, str]] = field(default_factory=dict)


def prove_provisioning(
    *,
    operations: int,
    directory: Path,
    seed: int,
    say: Callable[[str], object],
    call_seconds: float = 1.0,
) -> Proof:
    """Order, change, suspend and cancel services in three rounds; compare. Uses the database it is connected to."""
    proof = Proof(operations=operations, seed=seed)
    dice = random.Random(seed)
    start = time.monotonic()
    with ExitStack() as stack:
        postbox = stack.enter_context(Postbox())
        sides = [
            _side(kind, directory, seed, postbox.url, call_seconds, stack)
            for kind in (ConnectorKind.SIGNED_HTTP, ConnectorKind.SERVICE_BROKER)
        ]
        addresses = frozenset(side.simulator.address for side in sides)
        surroundings = Surroundings(directory, addresses, call_seconds)
        pump = stack.enter_context(Pump(surroundings=surroundings, clock=_CLOCK, pace=_PACE))
        for number, share in enumerate((0.5, 0.3, 0.2)):
            count = _order(sides, round(operations * share), number, dice)
            _settle(pump, postbox, sides[0].name, surroundings, proof)
            say(f"round {number + 1}: {count} operations, {proof.resubmitted} resubmitted so far")
        for side in sides:
            _compare(side, proof)
            for fault, met in side.simulator.vendor.requests.items():
                proof.faults[fault] = proof.faults.get(fault, 0) + met
        proof.calls, proof.callbacks = pump.worked.calls, pump.worked.callbacks
    proof.seconds = time.monotonic() - start
    return proof


def _side(
    kind: ConnectorKind,
    directory: Path,
    seed: int,
    callback_url: str,
    call_seconds: float,
    stack: ExitStack,
) -> _Side:
    secret = new_secret()
    settings = Settings(secret=secret, work_seconds=0.1)
    if kind is ConnectorKind.SIGNED_HTTP:
        settings.callback_url = callback_url
    faults = Faults(
        shares=dict.fromkeys(_FAULTS, _SHARE / len(_FAULTS)),
        seed=seed,
        late_seconds=0.5,
        hang_seconds=call_seconds * 1.5,
    )
    simulator = stack.enter_context(SimulatorThread(settings=settings, faults=faults))
    name = f"proof-{kind.value.replace('_', '-')}"
    secrets = ConnectorSecrets(settings.user, settings.password, (Key(secret),))
    store(directory=directory, name=name, secrets=secrets)
    path = "signed" if kind is ConnectorKind.SIGNED_HTTP else "broker"
    connector_id = add_connector(
        name=name,
        kind=kind,
        base_url=f"http://{simulator.address}/{path}",
        surroundings=Surroundings(directory, frozenset({simulator.address})),
        actor=_ACTOR,
        now=_CLOCK.now(),
    )
    return _Side(kind, name, connector_id, simulator)


def _order(sides: list[_Side], count: int, number: int, dice: random.Random) -> int:
    """Write the intents of one round: at first creations, then whatever a service can take."""
    requests = []
    chosen: set[int] = set()
    for place in range(count):
        side = sides[place % len(sides)]
        free = [] if number == 0 else [pk for pk in side.ordered if pk not in chosen]
        tenant = 1 + place % _TENANTS
        if free and dice.random() < 0.8:
            requests.append(_next(side, dice.choice(free), f"r{number}-{place}", dice))
        else:
            requests.append(_create(side, tenant, f"r{number}-{place}", dice))
        chosen.add(requests[-1].instance_id)
    for first in range(0, len(requests), _CHUNK):
        chunk = requests[first : first + _CHUNK]
        request_operations(requests=chunk, actor=_ACTOR, now=_CLOCK.now())
    return len(requests)


def _create(side: _Side, tenant: int, cause: str, dice: random.Random) -> Request:
    pk = open_instance(
        tenant_id=tenant, connector_id=side.connector_id, subscription_id=1, now=_CLOCK.now()
    )
    quantity = Decimal(dice.randint(1, 50))
    side.ordered[pk] = (quantity, "running")
    wanted = Wanted(_PRODUCTS[side.kind], quantity)
    return Request(tenant, pk, Action.CREATE, cause, wanted)


def _next(side: _Side, pk: int, cause: str, dice: random.Random) -> Request:
    tenant = ServiceInstance.objects.values_list("tenant_id", flat=True).get(pk=pk)
    quantity, state = side.ordered[pk]
    if dice.random() < 0.25:
        del side.ordered[pk]
        return Request(tenant, pk, Action.CANCEL, cause)
    if side.kind is ConnectorKind.SIGNED_HTTP and dice.random() < 0.4:
        is_running = state == "running"
        side.ordered[pk] = (quantity, "suspended" if is_running else "running")
        action = Action.SUSPEND if is_running else Action.RESUME
        return Request(tenant, pk, action, cause)
    changed = quantity + dice.randint(1, 5)
    side.ordered[pk] = (changed, state)
    wanted = Wanted(_PRODUCTS[side.kind], changed)
    return Request(tenant, pk, Action.CHANGE, cause, wanted)


def _settle(
    pump: Pump, postbox: Postbox, name: str, surroundings: Surroundings, proof: Proof
) -> None:
    """Work until everything has succeeded; what is parked is resubmitted."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < _IDLE_SECONDS_MAX:
        did = _deliver(postbox, name, surroundings) + pump.round()
        if did:
            quiet_since = time.monotonic()
            continue
        parked = Operation.objects.filter(state=State.PARKED, round__lt=_RESUBMISSIONS_MAX)
        for pk in list(parked.values_list("id", flat=True)):
            resubmit(operation_id=pk, actor=_ACTOR, now=_CLOCK.now())
            proof.resubmitted += 1
        is_open = Operation.objects.exclude(state__in=FINAL).exists()
        if not is_open and not Callback.objects.filter(due_at__lte=_CLOCK.now()).exists():
            return
        time.sleep(0.01)
    states = Operation.objects.exclude(state__in=FINAL).values("state").annotate(n=Count("id"))
    proof.findings.append(f"operations did not end: {list(states)}")


def _deliver(postbox: Postbox, name: str, surroundings: Surroundings) -> int:
    count = 0
    while not postbox.messages.empty():
        headers, body = postbox.messages.get()
        receive(
            connector_name=name,
            headers=headers,
            body=body,
            surroundings=surroundings,
            now=_CLOCK.now(),
        )
        count += 1
    return count


def _compare(side: _Side, proof: Proof) -> None:
    """Compare the vendor's services with what was ordered, one by one."""
    vendor = side.simulator.vendor
    proof.findings += [f"{side.name}: {name} exists or happened twice" for name in vendor.doubles()]
    rows = ServiceInstance.objects.filter(pk__in=side.ordered).values_list("id", "key")
    key_of = dict(rows)
    expected = {key_of[pk]: facts for pk, facts in side.ordered.items()}
    found = {thing.instance: _facts(side.kind, thing) for thing in vendor.live()}
    proof.services += len(found)
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            ordered, there = expected.get(key), found.get(key)
            proof.findings.append(f"{side.name} {key}: ordered {ordered}, at the vendor {there}")


def _facts(kind: ConnectorKind, thing: Thing) -> tuple[Decimal, str]:
    if kind is ConnectorKind.SERVICE_BROKER:
        return Decimal(thing.parameters["seats"]), thing.state
    return Decimal(thing.quantity), thing.state
