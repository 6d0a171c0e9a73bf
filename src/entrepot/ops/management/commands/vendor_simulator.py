"""`entrepot vendor-simulator`: a vendor for tests and demonstrations that misbehaves on request."""

import asyncio
import signal
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from entrepot.domain.provisioning.connectors.secrets import new_secret
from entrepot.ops.vendor_simulator.faults import Fault, Faults
from entrepot.ops.vendor_simulator.runner import serve
from entrepot.ops.vendor_simulator.server import Settings, Simulator
from entrepot.ops.vendor_simulator.vendor import Vendor, load


class Command(BaseCommand):
    """Serve both protocols until interrupted; see ops/vendor_simulator/README.md."""

    help = "Run a simulated vendor that can be slow, fail, repeat itself or forget"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8099)
        parser.add_argument("--secret", default="")
        parser.add_argument("--user", default="broker")
        parser.add_argument("--password", default="broker")
        parser.add_argument("--work-seconds", type=float, default=0.0)
        parser.add_argument("--answer-seconds", type=float, default=0.0)
        parser.add_argument("--person-seconds", type=float, default=0.0)
        parser.add_argument("--poll-after", type=float, default=None)
        parser.add_argument("--callback-url", default="")
        parser.add_argument(
            "--fault", action="append", type=share, default=[], metavar="NAME=SHARE"
        )
        parser.add_argument("--careless", action="store_true")
        parser.add_argument("--state", type=Path, default=None)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, **options: Any) -> None:
        """Serve."""
        secret = options["secret"] or new_secret()
        settings = Settings(
            secret=secret,
            user=options["user"],
            password=options["password"],
            callback_url=options["callback_url"],
            work_seconds=options["work_seconds"],
            answer_seconds=options["answer_seconds"],
            person_seconds=options["person_seconds"],
            poll_after=options["poll_after"],
            careless=options["careless"],
        )
        try:
            faults = Faults(shares=dict(options["fault"]), seed=options["seed"])
        except ValueError as error:
            self.stderr.write(f"{error}.")
            raise SystemExit(2) from error
        state: Path | None = options["state"]
        vendor = load(state) if state else Vendor()
        simulator = Simulator(vendor=vendor, faults=faults, settings=settings)
        place = f"http://{options['host']}:{options['port']}"
        self.stdout.write(f"Signed contract at {place}/signed, secret {secret}")
        self.stdout.write(f"Service broker at {place}/broker, login {settings.user}")
        asyncio.run(_serve_until_told(simulator, options["host"], options["port"], state))


async def _serve_until_told(simulator: Simulator, host: str, port: int, state: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(simulator=simulator, host=host, port=port, state=state, stop=stop)


def share(text: str) -> tuple[Fault, float]:
    """Read `NAME=SHARE`. Raises: ArgumentTypeError, which the command line shows."""
    name, _, number = text.partition("=")
    try:
        fault, part = Fault(name), float(number)
    except ValueError as error:
        names = ", ".join(one.value for one in Fault)
        raise ArgumentTypeError(f"write NAME=SHARE with one of {names}") from error
    if not 0 <= part <= 1:
        raise ArgumentTypeError("a share lies between 0 and 1")
    return fault, part
