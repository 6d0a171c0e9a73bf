"""`entrepot bench pages`: every list in a large world, its first and its last page, short and long."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from entrepot.domain.billing.models import Invoice
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.kernel.clock import FixedClock
from entrepot.ops.bench.page_list import ListPage, every_list
from entrepot.ops.bench.pages_world import FEW_RESOURCES, MANY_RESOURCES, counted
from entrepot.ops.bench.people import People, Person, known_people
from entrepot.ops.bench.requests import Cost, Visit, costs_of
from entrepot.web.middleware import ViewerMiddleware

DAY = date(2026, 3, 15)
_NOW = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
SHORT, LONG = 5, 50
SERVER_MS_MAX = 50.0
RESOURCES_RATIO_MAX = 1.5


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list: its first and last page with 5 and with 50 rows."""

    name: str
    first_short: Cost
    first_long: Cost
    last_short: Cost
    last_long: Cost

    @property
    def costs(self) -> tuple[Cost, ...]:
        """Return all four."""
        return (self.first_short, self.first_long, self.last_short, self.last_long)

    @property
    def pairs(self) -> tuple[tuple[str, Cost, Cost], ...]:
        """Return the pages whose statements have to be as many for 5 as for 50 rows.

        Where 50 rows are all, the first page is the last one, and a short last page is no such pair.
        """
        first = ("first", self.first_short, self.first_long)
        if self.last_long.address == self.first_long.address:
            return (first,)
        return (first, ("last", self.last_short, self.last_long))

    @property
    def slowest(self) -> Cost:
        """Return the one that takes the server longest."""
        return max(self.costs, key=lambda cost: cost.server)


@dataclass(frozen=True, slots=True)
class ResourceFigures:
    """The page of a subscription with few and with many resources, as one person sees it."""

    name: str
    few: Cost
    many: Cost

    @property
    def ratio(self) -> float:
        """Return how much longer the server needs for many."""
        return self.many.server / self.few.server


@dataclass(frozen=True, slots=True)
class OtherFigures:
    """A page without a promise."""

    name: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What one benchmark measured; `broken` names every page that breaks a promise, and how."""

    subscriptions: int
    lines: int
    repeats: int
    lists: tuple[ListFigures, ...]
    resources: tuple[ResourceFigures, ...]
    others: tuple[OtherFigures, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """Return one sentence for each promise that a page breaks."""
        return (*broken_by_lists(self.lists), *broken_by_resources(self.resources))

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {**asdict(self), "broken": list(self.broken)}


def bench_pages(*, repeats: int, only: str = "", say: Callable[[str], None]) -> PageFigures:
    """Measure every page of the connected world that has `only` in its name; see docs/benchmarks.md.

    Raises: CommandError for a page that does not answer, and in a world without people.
    """
    people = known_people()
    # Sign-in reads the directory of static files, which a fresh checkout does not have.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    clock, ViewerMiddleware.clock = ViewerMiddleware.clock, FixedClock(_NOW)
    try:
        lists = [page for page in every_list(people, now=_NOW) if only in page.name]
        return PageFigures(
            **counted(),
            repeats=repeats,
            lists=tuple(_lists(lists, repeats=repeats, say=say)),
            resources=tuple(_resources(people, repeats=repeats, only=only, say=say)),
            others=tuple(_others(people, repeats=repeats, only=only, say=say)),
        )
    finally:
        ViewerMiddleware.clock = clock


def broken_by_lists(lists: Sequence[ListFigures]) -> Iterator[str]:
    """Tell which lists ask more statements for more rows, or take the server too long."""
    for one in lists:
        for place, short, long in one.pairs:
            if short.queries != long.queries:
                yield (
                    f"{one.name}, {place} page: {short.queries} queries for {SHORT} rows, "
                    f"{long.queries} for {LONG}"
                )
        if one.slowest.server >= SERVER_MS_MAX:
            yield (
                f"{one.name}: {one.slowest.server:.1f} ms of server time at {one.slowest.address}, "
                f"promised are less than {SERVER_MS_MAX:.0f}"
            )


def broken_by_resources(pages: Sequence[ResourceFigures]) -> Iterator[str]:
    """Tell whose page of a subscription gets slow with many resources."""
    for one in pages:
        if one.ratio > RESOURCES_RATIO_MAX:
            yield (
                f"{one.name}: {one.ratio:.2f} times as long with {MANY_RESOURCES:,} resources as with "
                f"{FEW_RESOURCES}, promised are {RESOURCES_RATIO_MAX} at most"
            )


def _lists(
    pages: Sequence[ListPage], *, repeats: int, say: Callable[[str], None]
) -> Iterator[ListFigures]:
    browsers = {person: person.browser() for person in {page.person for page in pages}}
    visits = [
        Visit(page.name, browsers[page.person], page.address(rows=rows, last=last))
        for page in pages
        for last in (False, True)
        for rows in (SHORT, LONG)
    ]
    costs = costs_of(visits, repeats=repeats, say=say)
    for place, page in enumerate(pages):
        yield ListFigures(page.name, *costs[4 * place : 4 * place + 4])


def _resources(
    people: People, *, repeats: int, only: str, say: Callable[[str], None]
) -> Iterator[ResourceFigures]:
    """Open both subscriptions as their customer, its seller and the provider."""
    found = (
        SubscriptionItem.objects.filter(subscription__customer_id=people.customer.account_id)
        .values_list("subscription_id")
        .annotate(items=Count("id"))
        .filter(items__in=(FEW_RESOURCES, MANY_RESOURCES))
    )
    numbers = {items: number for number, items in found}
    for person in (people.provider, people.large, people.customer):
        name = f"{person.word}: subscription page"
        if only in name:
            panel = person.viewer(now=_NOW).panel.value
            browser = person.browser()
            visits = [
                Visit(name, browser, reverse(f"{panel}:subscription", args=[numbers[items]]))
                for items in (FEW_RESOURCES, MANY_RESOURCES)
            ]
            few, many = costs_of(visits, repeats=repeats, say=say)
            yield ResourceFigures(name, few, many)


def _others(
    people: People, *, repeats: int, only: str, say: Callable[[str], None]
) -> Iterator[OtherFigures]:
    for person in people.every:
        browser = person.browser()
        visits = [
            Visit(name, browser, address)
            for name, address in _other_addresses(person)
            if only in name
        ]
        costs = costs_of(visits, repeats=repeats, say=say)
        for visit, cost in zip(visits, costs, strict=True):
            yield OtherFigures(visit.name, cost)


def _other_addresses(person: Person) -> Iterator[tuple[str, str]]:
    """Name the home page, the document with the most lines and, for the provider, the page of a run."""
    viewer = person.viewer(now=_NOW)
    panel = viewer.panel.value
    yield f"{person.word}: home", reverse(f"{panel}:home")
    sells = panel == "provider"
    mine = Invoice.objects.filter(**{"seller_id" if sells else "buyer_id": person.account_id})
    longest = mine.order_by("-lines", "id").values_list("id", flat=True).first()
    if longest is not None:
        yield f"{person.word}: invoice page", reverse(f"{panel}:invoice", args=[longest])
    if sells:
        newest = mine.order_by("-issued_on").values_list("issued_on", flat=True)[0]
        yield f"{person.word}: run page", reverse("provider:billing-run", args=[newest])
    else:
        yield f"{person.word}: account page", reverse(f"{panel}:account")
