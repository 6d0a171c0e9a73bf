"""`entrepot bench orders`: orders placed end to end in a second, and lists of few and of very many orders."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.urls import reverse

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Hub
from entrepot.flows.orders import estimate_order, place_order
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import FixedClock
from entrepot.ops.bench.cluster import connect_as
from entrepot.ops.bench.measure import measured
from entrepot.ops.bench.orders_world import fill_orders, run_file
from entrepot.ops.bench.pages import SERVER_MS_MAX
from entrepot.ops.bench.people import PROVIDER, make_people
from entrepot.ops.bench.requests import Cost, Visit, costs_of
from entrepot.ops.bench.world import make_world
from entrepot.web.middleware import ViewerMiddleware

DAY = date(2026, 3, 15)
ORDERS_MIN = 10_000
PER_SECOND_MIN = 60.0
RATIO_MAX = 1.5
# Clients at once: while one waits for the disk to keep its order, others go on, as at a server.
_CLIENTS = 4
_ROWS = 50
_DEPTH = 20
_NOW = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
_ACTOR = Actor(user_id=None, name="bench", channel="command")


@dataclass(frozen=True, slots=True)
class ListCost:
    """One list page with few and with many orders behind it."""

    name: str
    few: Cost
    many: Cost

    @property
    def ratio(self) -> float:
        """Return how much longer the server needs among many orders."""
        return self.many.server / self.few.server


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """`per_second` by the clock of all processes; CPU per order of theirs and of the database server.

    `round_trips` to the database are those of one order with one line, its estimate included; several statements may
    be sent at once.
    """

    placed: int
    completed: int
    per_second: float
    cpu_ms: float
    database_ms: float
    round_trips: int
    few: int
    many: int
    lists: tuple[ListCost, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """Return one sentence for each promise that is broken."""
        return tuple(self._broken())

    def _broken(self) -> Iterator[str]:
        if self.completed < self.placed:
            yield f"{self.placed - self.completed} of {self.placed} orders were not completed"
        if self.per_second < PER_SECOND_MIN:
            yield f"{self.per_second:.0f} orders a second; promised are {PER_SECOND_MIN:.0f}"
        for one in self.lists:
            if one.few.queries != one.many.queries:
                yield f"{one.name}: {one.few.queries} and {one.many.queries} queries"
            if one.ratio > RATIO_MAX:
                yield f"{one.name}: {one.ratio:.2f} times as long among many orders"
            if one.many.server >= SERVER_MS_MAX:
                yield f"{one.name}: {one.many.server:.1f} ms of server time"

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {**asdict(self), "broken": list(self.broken)}


def bench_orders(
    *,
    subscriptions: int,
    placed: int,
    few: int,
    many: int,
    repeats: int,
    say: Callable[[str], None],
) -> OrderFigures:
    """Place orders from four clients, then open lists with `few` and with `many` orders in the database."""
    make_world(subscriptions=subscriptions, due_percent=3, day=DAY, say=say)
    Hub.objects.create(provider_id=PROVIDER)
    people = make_people()
    run_file("19_plan_resources")
    say("placing orders")
    seconds, cpu, server = _place_all(placed)
    completed = Order.objects.filter(code=Code.COMPLETED).count()
    round_trips = _round_trips(Order.objects.values_list("customer_id", flat=True)[0])
    Order.objects.filter(request_key__startswith="place-").delete()
    clock, ViewerMiddleware.clock = ViewerMiddleware.clock, FixedClock(_NOW)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    costs = []
    try:
        for size in (few, many):
            connect_as("owner")
            fill_orders(size, subscriptions=subscriptions, say=say)
            connect_as("app")
            visits = list(_visits(people.provider.browser(), say))
            costs.append(
                (
                    [visit.name for visit in visits],
                    costs_of(visits, repeats=repeats, say=lambda _text: None),
                )
            )
    finally:
        ViewerMiddleware.clock = clock
    names = costs[0][0]
    pairs = zip(names, costs[0][1], costs[1][1], strict=True)
    return OrderFigures(
        placed=placed,
        completed=completed,
        per_second=round(placed / seconds, 1),
        cpu_ms=round(cpu / placed * 1_000, 1),
        database_ms=round(server / placed * 1_000, 1),
        round_trips=round_trips,
        few=few,
        many=many,
        lists=tuple(ListCost(name, one, other) for name, one, other in pairs),
    )


def orders_table(figures: OrderFigures) -> str:
    """Write the figures for people."""
    head = f"{'list':28}{'queries':>9}{figures.few:>14,}{figures.many:>14,}{'ratio':>8}"
    placed = f"{figures.placed:,} orders placed, {figures.completed:,} completed"
    cpu = f"CPU {figures.cpu_ms} ms in the program, {figures.database_ms} ms in the database"
    return "\n".join(
        [
            f"{placed}: {figures.per_second} a second from {_CLIENTS} clients",
            f"each: {figures.round_trips} round trips to the database, {cpu}",
            "",
            f"{head}   (ms of server time, {_ROWS} rows)",
            *(
                f"{one.name:28}{one.many.queries:>9}{one.few.server:>14.1f}{one.many.server:>14.1f}{one.ratio:>8.2f}"
                for one in figures.lists
            ),
        ]
    )


def _place_all(count: int) -> tuple[float, float, float]:
    """Place `count` orders from several processes, each with a connection of its own.

    Return the seconds by the clock, the CPU seconds of these processes, and those of the database server.
    """
    customers = list(
        Account.objects.filter(kind=AccountKind.CUSTOMER)
        .order_by("external_id", "-id")
        .values_list("id", flat=True)[:count]
    )
    connection.close()
    shares = [customers[place::_CLIENTS] for place in range(_CLIENTS)]
    with ProcessPoolExecutor(_CLIENTS, mp_context=get_context("fork")) as pool:
        # The first order of a process reads what later ones know.
        list(pool.map(_place_share, [share[:1] for share in shares], ["warm-"] * _CLIENTS))
        with measured() as cost:
            cpu = sum(pool.map(_place_share, shares, ["place-"] * _CLIENTS))
    Order.objects.filter(request_key__startswith="warm-").delete()
    return cost.seconds, cpu, cost.server


def _round_trips(customer: int) -> int:
    """Count how often one order goes to the database, from the estimate to its delivery."""
    seen: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        seen.append(sql)
        return execute(sql, *rest)

    _place_share([customer], "known-")
    with connection.execute_wrapper(note):
        _place_share([customer], "counted-")
    Order.objects.exclude(request_key__startswith="place-").delete()
    return len(seen)


def _place_share(customers: Sequence[int], key: str) -> float:
    """Place one order for each customer as a person does: see what it costs, then order it. Return CPU seconds."""
    before = time.process_time()
    for customer in customers:
        plan = 1 + customer % 100
        cart = Cart(customer, [Line(plan, {plan: Decimal(1 + customer % 9)})])
        amount = estimate_order(cart, now=_NOW).total.first
        place_order(
            cart,
            request_key=f"{key}{os.getpid()}-{customer}",
            confirmed=amount,
            actor=_ACTOR,
            now=_NOW,
        )
    return time.process_time() - before


def _visits(browser: object, say: Callable[[str], None]) -> Iterator[Visit]:
    """Give first and deep pages of all orders: unfiltered, by status, by customer, by number."""
    path = reverse("provider:orders")
    newest = Order.objects.order_by("-id").values_list("id", flat=True)[0]
    oldest = Order.objects.order_by("id").values_list("id", flat=True)[0]
    deep = oldest + min(_ROWS * _DEPTH, newest - oldest)
    for name, query in (
        ("all", ""),
        ("failed", "tab=error&"),
        ("completed", "tab=completed&"),
        ("by customer", "q=customer+0001&"),
        ("by number", f"q=SO{oldest + 5000:06d}&"),
    ):
        for where, place in (("first", ""), ("deep", f"before={deep}&")):
            if place and name == "by number":
                continue
            yield Visit(f"{name}, {where}", browser, f"{path}?{query}{place}rows={_ROWS}")  # type: ignore[arg-type]
    say(f"{Order.objects.count():,} orders")
