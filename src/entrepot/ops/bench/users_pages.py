"""Pages of a large account beside those of a small one: the same statements, and hardly more server time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from entrepot.ops.bench.people import Person
from entrepot.ops.bench.requests import Cost, Visit, costs_of
from entrepot.ops.bench.users_world import UsersWorld

RATIO_MAX = 1.5


@dataclass(frozen=True, slots=True)
class PairFigures:
    """One page as it is for the small and for the large account."""

    name: str
    few: Cost
    many: Cost

    @property
    def ratio(self) -> float:
        """Return how much more server time the large account's page takes."""
        return self.many.server / self.few.server

    @property
    def broken(self) -> Iterator[str]:
        """Tell which promises the page breaks, one sentence each."""
        # Fewer are in order: what is added up for a few rows is left out for many.
        if self.few.queries < self.many.queries:
            yield f"{self.name}: {self.few.queries} and {self.many.queries} queries"
        if self.ratio > RATIO_MAX:
            yield f"{self.name}: {self.ratio:.2f} times the server time, promised are {RATIO_MAX}"


def pair_figures(
    world: UsersWorld,
    *,
    resources: dict[str, int],
    only: str,
    repeats: int,
    say: Callable[[str], None],
) -> tuple[PairFigures, ...]:
    """Open every page with `only` in its name for both sizes, in turns; `resources` are the teams' services by word."""
    both = (world.few, world.many)
    sides = [
        [
            *_visits(team.person, _of_customer(resources[team.person.word])),
            *_visits(seller.person, _of_seller()),
            # The same person looks at both customers.
            *_visits(world.many_sellers.person, _of_its_customer(team.person.account_id)),
        ]
        for team, seller in zip(both, (world.few_sellers, world.many_sellers), strict=True)
    ]
    pairs = [
        (name, few, many) for (name, few), (_, many) in zip(*sides, strict=True) if only in name
    ]
    visits = [visit for _, few, many in pairs for visit in (few, many)]
    costs = costs_of(visits, repeats=repeats, say=say)
    return tuple(
        PairFigures(name, costs[2 * place], costs[2 * place + 1])
        for place, (name, _, _) in enumerate(pairs)
    )


_Address = tuple[str, str, dict[str, str]]


def _visits(person: Person, addresses: Iterator[_Address]) -> Iterator[tuple[str, Visit]]:
    browser = person.browser()
    for name, path, query in addresses:
        address = f"{path}?{urlencode(query)}" if query else path
        yield name, Visit(f"{person.word}: {name}", browser, address)


_SEARCHES = (
    ("one person", {"q": "person 00007"}),
    ("everybody", {"q": "person"}),
    ("a login", {"q": "many.00007"}),
    ("nobody", {"q": "nobody here"}),
)


def _of_customer(resource: int) -> Iterator[_Address]:
    yield "home", reverse("customer:home"), {}
    yield from _people("users", reverse("customer:users"))
    yield "subscriptions", reverse("customer:subscriptions"), {}
    yield "subscriptions, all", reverse("customer:subscriptions"), {"tab": "all"}
    yield "subscriptions, search", reverse("customer:subscriptions"), {"tab": "all", "q": "plan 01"}
    yield "services", reverse("customer:services"), {}
    page = reverse("customer:service", args=[resource])
    yield "service", page, {}
    yield "service, failed", page, {"state": "failed"}
    for label, query in _SEARCHES:
        yield f"service, search for {label}", page, query
    choose = reverse("customer:service-assign", args=[resource])
    yield "hand out", choose, {}
    for label, query in _SEARCHES:
        yield f"hand out, search for {label}", choose, query
    yield "search", reverse("customer:search"), {"q": "person 00007"}


def _of_seller() -> Iterator[_Address]:
    yield from _people("seller: own users", reverse("reseller:users"))
    yield "seller: search", reverse("reseller:search"), {"q": "person 00007"}


def _of_its_customer(customer: int) -> Iterator[_Address]:
    path = reverse("reseller:account-users", args=[customer])
    yield from _people("seller: users of a customer", path)


def _people(name: str, path: str) -> Iterator[_Address]:
    yield name, path, {}
    yield f"{name}, ready", path, {"state": "ready"}
    yield f"{name}, disabled", path, {"state": "disabled"}
    for label, query in _SEARCHES:
        yield f"{name}, search for {label}", path, query
