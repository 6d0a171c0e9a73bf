"""`entrepot bench`: measure the program against its promises, in a database cluster of its own."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from entrepot.domain.seats.commands import PEOPLE_MAX
from entrepot.ops.bench.billing import bench_billing
from entrepot.ops.bench.cluster import checkpoint, connect_as, own_cluster
from entrepot.ops.bench.orders import ORDERS_MIN, OrderFigures, bench_orders, orders_table
from entrepot.ops.bench.pages import DAY, PageFigures, bench_pages
from entrepot.ops.bench.pages_report import table
from entrepot.ops.bench.pages_world import LINES_PER_SUBSCRIPTION_MAX, make_pages_world
from entrepot.ops.bench.provisioning import bench_provisioning
from entrepot.ops.bench.requests import can_measure
from entrepot.ops.bench.reseller import ResellerFigures, bench_reseller, reseller_table
from entrepot.ops.bench.users import UserFigures, bench_users, users_table
from entrepot.ops.bench.users_vendors import Latency, own_vendors
from entrepot.ops.bench.users_world import Size, make_users_world
from entrepot.ops.console import FAILED

_SUBSCRIPTIONS = {
    "billing": 100_000,
    "pages": 1_000_000,
    "orders": 100_000,
    "provisioning": 0,
    "reseller": 0,
    "users": 1_000,
}
_PAGES_SUBSCRIPTIONS_MIN = 2_000
_PLANS_FEW = 10
# As many as fill the first page of every list.
_FEW = 60
_SUBSCRIPTIONS_OF_ONE_MAX = 100_000


class Command(BaseCommand):
    """Run one benchmark; results belong into docs/benchmarks.md together with the command line."""

    help = "Measure billing, pages, orders, provisioning, a new reseller or many users in a cluster of its own"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", choices=sorted(_SUBSCRIPTIONS))
        parser.add_argument(
            "--subscriptions", type=int, help="default: 100,000 for billing, 1,000,000 for pages"
        )
        parser.add_argument("--json", action="store_true", help="print one object and nothing else")
        parser.add_argument("--keep", action="store_true", help="keep the cluster")
        billing = parser.add_argument_group("billing")
        billing.add_argument(
            "--due", default="100%", help="share of the customers that are due, for example 1%%"
        )
        billing.add_argument("--workers", type=int, default=2)
        billing.add_argument("--chunk", type=int, default=50_000, help="subscriptions per chunk")
        billing.add_argument("--no-orm", action="store_true", help="leave the ORM loop out")
        pages = parser.add_argument_group("pages")
        pages.add_argument(
            "--lines", type=int, help="invoice lines; default: three for each subscription"
        )
        pages.add_argument("--repeats", type=int, default=15, help="how often a page is opened")
        pages.add_argument("--only", default="", help="measure pages with this text in their name")
        pages.add_argument(
            "--reuse", action="store_true", help="measure the world that a run with --keep left"
        )

        orders = parser.add_argument_group("orders")
        orders.add_argument("--placed", type=int, default=1_200, help="orders placed end to end")
        orders.add_argument("--few", type=int, default=10_000, help="orders behind a short list")
        orders.add_argument("--many", type=int, default=10_000_000, help="orders behind a long one")
        parser.add_argument_group("reseller").add_argument(
            "--plans", type=int, default=10_000, help="delegated plans, compared with 10"
        )
        users = parser.add_argument_group("users")
        users.add_argument("--users", type=int, default=10_000, help="people of the large account")
        users.add_argument("--sample", type=int, default=250, help="calls made in sequence")
        vendors = parser.add_argument_group("provisioning")
        vendors.add_argument("--operations", type=int, default=5_000)
        vendors.add_argument(
            "--work-seconds", type=float, default=5.0, help="how long each takes at the vendor"
        )

    def handle(self, **options: Any) -> None:
        """Make the cluster, measure, print, remove the cluster."""

        def say(text: str) -> None:
            if not options["json"]:
                self.stdout.write(text)

        options["subscriptions"] = options["subscriptions"] or _SUBSCRIPTIONS[options["what"]]
        if options["what"] in _JUDGED:
            figures, text = _JUDGED[options["what"]](options, say)
            if options["json"]:
                text = json.dumps(figures.as_json())
            self.stdout.write(text)
            if figures.broken:
                self.stderr.write("\n".join(["Promises are broken:", *figures.broken]))
                sys.exit(FAILED)
            return
        measure = _provisioning if options["what"] == "provisioning" else _billing
        found = measure(options, say)
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for name, value in found.items():
                self.stdout.write(f"{name:36} {value:>16,}")


def _billing(options: Mapping[str, Any], say: Callable[[str], None]) -> dict[str, float]:
    due = str(options["due"]).rstrip("%")
    if not due.isdigit() or not 1 <= int(due) <= 100:
        raise CommandError(f"--due is {options['due']}; give a whole percentage from 1% to 100%.")
    with own_cluster(keep=options["keep"]):
        return bench_billing(
            subscriptions=options["subscriptions"],
            due_percent=int(due),
            workers=options["workers"],
            chunk_size=options["chunk"],
            with_orm=not options["no_orm"],
            checkpoint=checkpoint,
            say=say,
        ).as_json()


def _provisioning(options: Mapping[str, Any], say: Callable[[str], None]) -> dict[str, float]:
    operations, seconds = options["operations"], options["work_seconds"]
    if not 10 <= operations <= 1_000_000:
        raise CommandError(f"--operations is {operations}; give 10 to 1,000,000.")
    if not 0 <= seconds <= 3600:
        raise CommandError(f"--work-seconds is {seconds}; give 0 to 3,600.")
    with own_cluster(keep=options["keep"]):
        return bench_provisioning(operations=operations, work_seconds=seconds, say=say).as_json()


def _orders(options: Mapping[str, Any], say: Callable[[str], None]) -> tuple[OrderFigures, str]:
    placed, few, many = options["placed"], options["few"], options["many"]
    if not (placed >= 2 and ORDERS_MIN <= few < many and options["repeats"] >= 1):
        raise CommandError(f"Give 2 or more --placed, and {ORDERS_MIN:,} <= --few < --many.")
    with own_cluster(keep=options["keep"]):
        figures = bench_orders(
            subscriptions=options["subscriptions"],
            placed=placed,
            few=few,
            many=many,
            repeats=options["repeats"],
            say=say,
        )
    return figures, orders_table(figures)


def _reseller(
    options: Mapping[str, Any], say: Callable[[str], None]
) -> tuple[ResellerFigures, str]:
    plans, repeats = options["plans"], options["repeats"]
    if not (_PLANS_FEW < plans <= 1_000_000 and repeats >= 1):
        raise CommandError(f"--plans is {plans}; give more than {_PLANS_FEW}, up to 1,000,000.")
    if not can_measure():
        raise CommandError("The benchmark reads CPU times from /proc; run it on Linux.")
    with own_cluster(keep=options["keep"]):
        figures = bench_reseller(few=_PLANS_FEW, many=plans, repeats=repeats, say=say)
    return figures, reseller_table(figures)


def _users(options: Mapping[str, Any], say: Callable[[str], None]) -> tuple[UserFigures, str]:
    people, sample, latency = options["users"], options["sample"], Latency()
    subscriptions, repeats = options["subscriptions"], options["repeats"]
    middle = people // 4
    if not (middle > _FEW and people <= PEOPLE_MAX and 1 <= sample < middle):
        raise CommandError(
            f"Give more than {4 * _FEW} and at most {PEOPLE_MAX:,} --users, and a --sample below a quarter of them."
        )
    if not (_FEW <= subscriptions <= _SUBSCRIPTIONS_OF_ONE_MAX and repeats >= 1):
        raise CommandError(f"Give {_FEW} to {_SUBSCRIPTIONS_OF_ONE_MAX:,} --subscriptions.")
    if not can_measure():
        raise CommandError("The benchmark reads CPU times from /proc; run it on Linux.")

    def before_pages() -> None:
        connect_as("owner")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        checkpoint()
        connect_as("app")

    with own_cluster(keep=options["keep"]):
        world = make_users_world(
            few=Size(_FEW, _FEW),
            middle=Size(middle, max(_FEW, subscriptions // 4)),
            many=Size(people, subscriptions),
            say=say,
        )
        checkpoint()
        connect_as("app")
        with own_vendors(latency) as vendors:
            figures = bench_users(
                world,
                vendors,
                latency=latency,
                sample=sample,
                only=options["only"],
                repeats=repeats,
                before_pages=before_pages,
                say=say,
            )
    return figures, users_table(figures)


def _pages(options: Mapping[str, Any], say: Callable[[str], None]) -> tuple[PageFigures, str]:
    subscriptions = options["subscriptions"]
    lines = options["lines"] or 3 * subscriptions
    _check(subscriptions=subscriptions, lines=lines, repeats=options["repeats"])
    reuse = options["reuse"]
    with own_cluster(keep=options["keep"] or reuse, reuse=reuse):
        if not reuse:
            make_pages_world(subscriptions=subscriptions, lines=lines, day=DAY, say=say)
        checkpoint()
        connect_as("app")
        figures = bench_pages(repeats=options["repeats"], only=options["only"], say=say)
    return figures, table(figures)


_Judged = PageFigures | OrderFigures | ResellerFigures | UserFigures
_JUDGED: Mapping[str, Callable[..., tuple[_Judged, str]]] = {
    "pages": _pages,
    "orders": _orders,
    "reseller": _reseller,
    "users": _users,
}


def _check(*, subscriptions: int, lines: int, repeats: int) -> None:
    if not can_measure():
        raise CommandError("The page benchmark reads CPU times from /proc; run it on Linux.")
    if subscriptions < _PAGES_SUBSCRIPTIONS_MIN:
        raise CommandError(
            f"--subscriptions is {subscriptions}; lists need {_PAGES_SUBSCRIPTIONS_MIN:,} at least."
        )
    most = LINES_PER_SUBSCRIPTION_MAX * subscriptions
    if not 1 <= lines <= most:
        raise CommandError(
            f"--lines is {lines}; a year of {subscriptions:,} subscriptions has 1 to {most:,}."
        )
    if repeats < 1:
        raise CommandError(f"--repeats is {repeats}; a page has to be opened once at least.")
