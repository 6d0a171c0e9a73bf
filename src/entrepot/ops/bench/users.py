"""`entrepot bench users`: accounts with thousands of people beside a small one, on pages and at vendors."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from entrepot.flows import wiring
from entrepot.kernel.clock import FixedClock
from entrepot.ops.bench.users_pages import PairFigures, pair_figures
from entrepot.ops.bench.users_vendors import (
    ASSIGN_SECONDS_MAX,
    GROWTH_MAX,
    PEOPLE_AT_ONCE,
    SPEED_MIN,
    Assigned,
    Latency,
    Provisioned,
    Vendors,
    press,
)
from entrepot.ops.bench.users_world import NOW, UsersWorld, add_service
from entrepot.web.middleware import ViewerMiddleware


@dataclass(frozen=True, slots=True)
class UserFigures:
    """What one benchmark measured. `sample` went in sequence; `provisioned` is by size within each kind of vendor."""

    pages: tuple[PairFigures, ...]
    untold: Assigned
    sample: Provisioned
    provisioned: tuple[Provisioned, ...]
    latency: Latency
    repeats: int

    def speed(self, one: Provisioned) -> float:
        """Tell how many times as fast it was as a call for each person in sequence.

        Such a call counts with its own time alone, as if nothing were to be done between two of them.
        """
        return self.sample.call_ms / one.per_person

    @property
    def growth(self) -> dict[int, float]:
        """Tell, by people per call, how much longer one person of many takes than one of the middle account."""
        found: dict[int, list[float]] = {}
        for one in self.provisioned:
            found.setdefault(one.at_once, []).append(one.per_person)
        return {at_once: many / middle for at_once, (middle, many) in found.items()}

    @property
    def assigned(self) -> tuple[Assigned, ...]:
        """Return what every press of the button cost."""
        return (self.untold, *(one.assigned for one in self.provisioned))

    @property
    def broken(self) -> tuple[str, ...]:
        """Return one sentence for each promise that is broken."""
        return (*(text for page in self.pages for text in page.broken), *self._broken())

    def _broken(self) -> Iterator[str]:
        for one in self.provisioned:
            name = f"{one.people:,} people, {one.at_once} at once"
            if one.there != one.people:
                yield f"{name}: {one.people - one.there:,} did not get the service"
            if self.speed(one) < SPEED_MIN:
                yield f"{name}: {self.speed(one):.1f} times as fast, promised are {SPEED_MIN:.0f}"
        for at_once, growth in self.growth.items():
            if growth > GROWTH_MAX:
                yield f"{at_once} at once: one person of many takes {growth:.2f} times as long"
        for press_ in self.assigned:
            if press_.cpu > ASSIGN_SECONDS_MAX:
                yield f"handing out to {press_.people:,} people took {press_.cpu:.1f} s of CPU"

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {**asdict(self), "growth": self.growth, "broken": list(self.broken)}


def bench_users(
    world: UsersWorld,
    vendors: Vendors,
    *,
    latency: Latency,
    sample: int,
    only: str,
    repeats: int,
    before_pages: Callable[[], None],
    say: Callable[[str], None],
) -> UserFigures:
    """Measure the connected world: `sample` calls in sequence, and pages with `only` in their names."""
    wiring.connect()
    # Sign-in reads the directory of static files, which a fresh checkout does not have.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    clock, ViewerMiddleware.clock = ViewerMiddleware.clock, FixedClock(NOW)
    try:
        resources = {}
        for team in (world.few, world.many):
            word = team.person.word
            say(f"a service for everybody of the {word}")
            _, resources[word] = add_service(team, word=f"held-{word}", units=team.size.people)
        press(world.few, resource=resources["few"], at_once=0)
        untold = press(world.many, resource=resources["many"], at_once=0)
        say("one call for each person in sequence")
        in_sequence = vendors.provision(world.middle, at_once=1, in_flight=1, first=sample)
        provisioned = []
        for at_once in (1, PEOPLE_AT_ONCE):
            for team in (world.middle, world.many):
                say(f"{team.size.people:,} people, {at_once} at once")
                provisioned.append(vendors.provision(team, at_once=at_once))
        before_pages()
        pages = pair_figures(world, resources=resources, only=only, repeats=repeats, say=say)
        return UserFigures(pages, untold, in_sequence, tuple(provisioned), latency, repeats)
    finally:
        ViewerMiddleware.clock = clock


def users_table(figures: UserFigures) -> str:
    """Write the figures for people."""
    return "\n".join(_lines(figures))


def _lines(figures: UserFigures) -> Iterator[str]:
    latency, sample = figures.latency, figures.sample
    yield (
        f"vendor: {latency.answer_seconds} s for a call and {latency.person_seconds} s for each person in it; "
        f"in sequence {sample.people:,} calls measured, {sample.call_ms:.0f} ms each"
    )
    yield f"{'people':>8}{'a call':>8}{'seconds':>10}{'ms each':>9}{'calls':>8}{'worker CPU':>12}{'speed':>8}"
    for one in figures.provisioned:
        yield (
            f"{one.people:>8,}{one.at_once:>8}{one.seconds:>10.1f}{one.per_person:>9.2f}{one.calls:>8,}"
            f"{one.worker_cpu:>12.1f}{figures.speed(one):>8.1f}"
        )
    for at_once, growth in figures.growth.items():
        yield f"{at_once} at once: one person of many takes {growth:.2f} times as long as one of fewer"
    yield ""
    yield f"{'handed out':>11}{'a call':>8}{'statements':>12}{'program s':>11}{'database s':>12}"
    for done in figures.assigned:
        yield (
            f"{done.people:>11,}{done.at_once:>8}{done.statements:>12}{done.web_cpu:>11.2f}"
            f"{done.database_cpu:>12.2f}"
        )
    yield ""
    yield f"{'page':<52}{'queries':>9}{'few ms':>9}{'many ms':>9}{'ratio':>7}"
    for page in figures.pages:
        queries = f"{page.few.queries}, {page.many.queries}"
        yield (
            f"{page.name:<52}{queries:>9}{page.few.server:>9.1f}{page.many.server:>9.1f}{page.ratio:>7.2f}"
        )
