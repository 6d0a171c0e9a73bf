"""Operations that take their time at a vendor: how long one worker needs for thousands of them, and how fair it is."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operations,
)
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    store,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Operation, ServiceInstance
from entrepot.domain.provisioning.pump import Pump
from entrepot.domain.provisioning.results import Wanted
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import SystemClock

_CLOCK = SystemClock()
_ACTOR = Actor(user_id=None, name="bench", channel="command")
_CHUNK = 1_000
_MASS_TENANT, _SINGLE_TENANT = 1, 2


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds by the clock, CPU seconds of the worker's process alone (database and vendor run in others).

    `single_seconds` is what one order of another tenant took that was placed in the middle of the mass order.
    """

    operations: int
    work_seconds: float
    seconds: float
    worker_cpu_seconds: float
    calls: int
    single_seconds: float
    unfinished: int

    def as_json(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def bench_provisioning(
    *, operations: int, work_seconds: float, say: Callable[[str], None]
) -> Figures:
    """Carry out a mass order of one tenant and, in its middle, one order of another. Uses the connected database."""
    with tempfile.TemporaryDirectory() as directory:
        secrets, secret = Path(directory), new_secret()
        with vendor(secret=secret, work_seconds=work_seconds, poll_after=work_seconds) as address:
            store(directory=secrets, name="bench", secrets=ConnectorSecrets(keys=(Key(secret),)))
            surroundings = Surroundings(secrets, frozenset({address}))
            connector_id = add_connector(
                name="bench",
                kind=ConnectorKind.SIGNED_HTTP,
                base_url=f"http://{address}/signed",
                surroundings=surroundings,
                actor=_ACTOR,
                now=_CLOCK.now(),
            )
            _order(connector_id, _MASS_TENANT, operations)
            say(f"{operations} operations are waiting")
            return _work(connector_id, surroundings, operations, work_seconds)


def _work(
    connector_id: int, surroundings: Surroundings, operations: int, work_seconds: float
) -> Figures:
    start, cpu = time.monotonic(), time.process_time()
    placed: datetime | None = None
    stop = threading.Event()
    with Pump(surroundings=surroundings, clock=_CLOCK) as pump:
        while placed is None:
            pump.round()
            if pump.worked.calls >= operations // 10:
                placed = _CLOCK.now()
                _order(connector_id, _SINGLE_TENANT, 1)
        pump.run(stop=stop, until_idle=True)
        calls = pump.worked.calls
    seconds, cpu = time.monotonic() - start, time.process_time() - cpu
    single = Operation.objects.get(tenant_id=_SINGLE_TENANT)
    waited = (single.settled_at - placed).total_seconds() if single.settled_at else -1.0
    left = Operation.objects.exclude(state=State.SUCCEEDED).count()
    return Figures(
        operations, work_seconds, round(seconds, 1), round(cpu, 1), calls, round(waited, 1), left
    )


def _order(connector_id: int, tenant: int, count: int) -> None:
    now = _CLOCK.now()
    if count == 1:
        pks = [
            open_instance(tenant_id=tenant, connector_id=connector_id, subscription_id=1, now=now)
        ]
    else:
        rows = [
            ServiceInstance(
                tenant_id=tenant,
                connector_id=connector_id,
                subscription_id=number,
                key=f"bench-{number}",
                created_at=now,
                changed_at=now,
            )
            for number in range(count)
        ]
        pks = [row.id for row in ServiceInstance.objects.bulk_create(rows, batch_size=_CHUNK)]
    wanted = Wanted({"sku": "MAIL-10"}, Decimal(5))
    for first in range(0, len(pks), _CHUNK):
        requests = [
            Request(tenant, pk, Action.CREATE, f"bench-{pk}", wanted)
            for pk in pks[first : first + _CHUNK]
        ]
        request_operations(requests=requests, actor=_ACTOR, now=_CLOCK.now())


@contextmanager
def vendor(*, secret: str, **seconds: float) -> Iterator[str]:
    """Run the simulator in a process of its own with its options for seconds; yields host:port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["vendor-simulator", "--port", str(port), "--secret", secret]
    words += [
        word
        for name, value in seconds.items()
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "entrepot.cli", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the simulated vendor did not start")
