"""`entrepot identity-simulator`: a sign-in portal (OpenID Connect) for tests and demonstrations."""

import os
import secrets
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import BaseCommand

from entrepot.demo.portal import OUTSIDERS, DemoPortal, read_portal
from entrepot.kernel.errors import Refused
from entrepot.ops.identity_simulator.people import SimulatedPerson, Trick, sample_people
from entrepot.ops.identity_simulator.runner import IdentitySimulator


class SimulatorRefused(Refused):
    """The portal cannot be played."""

    codes = frozenset({"demo_portal_missing", "port_taken"})


@dataclass(frozen=True, slots=True)
class Played:
    """What is played: the port, the one client with its secret and ways back, and who is known."""

    port: int
    client_id: str
    secret: str
    ways_back: tuple[str, ...]
    people: list[SimulatedPerson]


class Command(BaseCommand):
    """Serve until interrupted; see ops/identity_simulator/README.md."""

    help = "Run a simulated sign-in portal whose people are chosen on its page"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8098)
        parser.add_argument("--client-id", default="entrepot")
        parser.add_argument("--client-secret", default="")
        parser.add_argument("--back", action="append", default=[], metavar="ADDRESS")
        parser.add_argument(
            "--person", action="append", type=person, default=[], metavar="LOGIN=NAME"
        )
        parser.add_argument(
            "--trick",
            action="append",
            choices=[one.value for one in Trick],
            default=[],
            metavar="NAME",
        )
        parser.add_argument("--demo", action="store_true", help="play the portal of the demo world")
        parser.add_argument(
            "--web-port",
            type=int,
            default=int(os.environ.get("ENTREPOT_PORT") or 8000),
            help="port of the web pages, for the way back of --demo",
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Serve. Raises: SimulatorRefused."""
        chosen = Namespace(**options)
        played = play_demo(web_port=chosen.web_port) if chosen.demo else _asked(chosen)
        try:
            simulator = IdentitySimulator(people=played.people, port=played.port)
        except OSError as error:
            raise SimulatorRefused(
                "port_taken",
                "Port {port} is taken.",
                next_step="End the program that uses it, or name another one with --port.",
                port=played.port,
            ) from error
        simulator.register(played.client_id, played.secret, *played.ways_back)
        simulator.trick(*(Trick(name) for name in chosen.trick))
        if not chosen.demo:
            self.stdout.write(f"Issuer {simulator.issuer}")
            self.stdout.write(f"Client id {played.client_id}, client secret {played.secret}")
            self.stdout.write(
                f"The site calls it if ENTREPOT_INSIDE_PORTALS names {simulator.address}"
            )
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with simulator:
            stop.wait()


def person(text: str) -> SimulatedPerson:
    """Read `LOGIN=NAME`. Raises: ArgumentTypeError, which the command line shows."""
    login, _, name = text.partition("=")
    if not login.strip() or not name.strip():
        raise ArgumentTypeError("write LOGIN=NAME, such as paula.portal='Paula Portal'")
    return _person(login.strip(), name.strip(), domain="company.example")


def _person(login: str, name: str, *, domain: str) -> SimulatedPerson:
    claims = {"preferred_username": login, "name": name, "email": f"{login}@{domain}"}
    return SimulatedPerson(subject=f"simulated-{login}", claims=claims)


def _asked(chosen: Namespace) -> Played:
    secret = chosen.client_secret or secrets.token_urlsafe()
    people = chosen.person or sample_people()
    return Played(chosen.port, chosen.client_id, secret, tuple(chosen.back), people)


def play_demo(*, web_port: int) -> Played:
    """Return what the portal of the demo world is. Raises: SimulatorRefused."""
    portal: DemoPortal | None = read_portal(directory=settings.DATA)
    if portal is None:
        raise SimulatorRefused(
            "demo_portal_missing",
            "This installation has no demo world with a portal.",
            next_step="Build one with bin/entrepot seed-demo, or leave --demo out.",
        )
    people = [_person(one.login, one.name, domain=portal.domain) for one in OUTSIDERS]
    back = portal.way_back(web_port=web_port)
    return Played(portal.port, portal.client_id, portal.secret, (back,), people)
