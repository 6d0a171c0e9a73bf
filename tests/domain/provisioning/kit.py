"""The kit in which every connector is tested: a simulated vendor on a real port, a postbox for its call-backs, a
pump with a fast pace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from entrepot.domain.provisioning.commands.connectors import add_connector
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
from entrepot.domain.provisioning.inbox import receive
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.lifecycle import FINAL, State
from entrepot.domain.provisioning.models import Callback, Operation
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

ACTOR = Actor(user_id=7, name="Petra Provision", channel="screen")
CLOCK = SystemClock()
PACE = Pace(
    retry_seconds=0.02,
    retry_seconds_max=0.1,
    ask_seconds=0.02,
    ask_seconds_max=0.1,
    poll_seconds=0.02,
    poll_seconds_max=0.1,
    attempts_max=8,
    asks_max=12,
    give_up_seconds=30,
    lease_seconds=20,
)
CALL_SECONDS = 1.0
TENANT = 41
BROKER_PRODUCT = {
    "service_id": SERVICE_ID,
    "plan_id": "small-plan-id",
    "quantity_parameter": "seats",
}
SIGNED_PRODUCT = {"sku": "MAIL-10"}


@dataclass
class Kit:
    """One connector with its vendor."""

    kind: ConnectorKind
    connector_id: int
    name: str
    simulator: SimulatorThread
    postbox: Postbox
    surroundings: Surroundings
    secret: str
    product: dict[str, str]
    pump: Pump
    pace: Pace = PACE
    subscriptions: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    @property
    def vendor(self):
        return self.simulator.vendor

    def expect(self, *faults: Fault) -> None:
        self.simulator.faults.expect(faults)

    def wanted(self, quantity: str = "5", **parameters: object) -> Wanted:
        return Wanted(dict(self.product), Decimal(quantity), parameters)

    def order(self, *, tenant: int = TENANT, cause: str = "", wanted: Wanted | None = None) -> int:
        """Ask for a new service; return the operation."""
        number = next(self.subscriptions)
        instance = open_instance(
            tenant_id=tenant,
            connector_id=self.connector_id,
            subscription_id=number,
            now=CLOCK.now(),
        )
        return self.ask(
            instance, Action.CREATE, cause or f"order-{tenant}-{number}", wanted, tenant=tenant
        )

    def ask(
        self,
        instance: int,
        action: Action,
        cause: str,
        wanted: Wanted | None = None,
        *,
        tenant: int = TENANT,
    ) -> int:
        if wanted is None and action in {Action.CREATE, Action.CHANGE}:
            wanted = self.wanted()
        request = Request(tenant, instance, action, cause, wanted)
        return request_operation(request=request, actor=ACTOR, now=CLOCK.now())

    def deliver(self) -> int:
        """Hand the call-backs that came to the inbox; return how many."""
        count = 0
        while not self.postbox.messages.empty():
            headers, body = self.postbox.messages.get()
            receive(
                connector_name=self.name,
                headers=headers,
                body=body,
                surroundings=self.surroundings,
                now=CLOCK.now(),
            )
            count += 1
        return count

    def settle(self, *, seconds: float = 15, callbacks: bool = True) -> None:
        """Work until nothing goes on by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            delivered = self.deliver() if callbacks else 0
            did = self.pump.round()
            moving = Operation.objects.exclude(state__in=[*FINAL, State.PARKED]).exists()
            waiting = Callback.objects.filter(due_at__lte=CLOCK.now()).exists()
            if not moving and not waiting and not did and not delivered:
                return
            if not did:
                time.sleep(0.005)
        states = list(Operation.objects.values_list("cause", "state", "error")[:5])
        raise AssertionError(f"still moving after {seconds} s: {states}")

    def late_post(self, *, seconds: float = 0.3) -> None:
        """Give call-backs that are on their way time to arrive, and take them in."""
        time.sleep(seconds)
        self.deliver()
        self.settle()


def operation(pk: int) -> Operation:
    return Operation.objects.select_related("instance").get(pk=pk)


@contextmanager
def kit(kind: ConnectorKind, directory: Path, **changes: object) -> Iterator[Kit]:
    """Start a vendor, add its connector and open a pump."""
    secret = new_secret()
    settings = Settings(secret=secret)
    for name, value in changes.items():
        setattr(settings, name, value)
    faults = Faults(slow_seconds=0.1, late_seconds=0.3, hang_seconds=2.2)
    with Postbox() as postbox, SimulatorThread(settings=settings, faults=faults) as simulator:
        settings.callback_url = postbox.url
        path = "signed" if kind is ConnectorKind.SIGNED_HTTP else "broker"
        name = f"vendor-{path}"
        secrets = ConnectorSecrets("broker", "broker", (Key(secret),))
        store(directory=directory, name=name, secrets=secrets)
        surroundings = Surroundings(directory, frozenset({simulator.address}), CALL_SECONDS)
        connector_id = add_connector(
            name=name,
            kind=kind,
            base_url=f"http://{simulator.address}/{path}",
            surroundings=surroundings,
            actor=ACTOR,
            now=CLOCK.now(),
        )
        with Pump(surroundings=surroundings, clock=CLOCK, pace=PACE) as pump:
            product = SIGNED_PRODUCT if path == "signed" else BROKER_PRODUCT
            yield Kit(
                kind, connector_id, name, simulator, postbox, surroundings, secret, product, pump
            )


def at_pace(base: Pace = PACE, **changes: float) -> Pace:
    return replace(base, **changes)
