"""`entrepot bench reseller`: is a new reseller with 10,000 delegated plans ready to sell as soon as one with 10?"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median

from django.db import connection, transaction

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    Service,
    Vendor,
)
from entrepot.domain.parties.commands import (
    Address,
    create_user,
    open_account,
    open_provider,
    set_brand,
)
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.commands import (
    Level,
    Margin,
    MarginBasis,
    Terms,
    change_margin,
    open_chain,
)
from entrepot.domain.resale.price_desk import desk_page, places_of
from entrepot.domain.tax.commands import add_tax_category
from entrepot.infra.audit.recorder import Actor
from entrepot.ops.bench.cluster import checkpoint
from entrepot.ops.bench.measure import measured

RATIO_MAX = 1.5
_DAY = date(2026, 3, 15)
_NOW = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
_ACTOR = Actor(user_id=None, name="bench", channel="command")
_ADDRESS = Address(street="Kai 1", postal_code="20457", city="Hamburg")
_WRITTEN = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
)
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """What one new reseller costs with so many plans: `cpu_ms` of program and database, the median of its repeats.

    `sellable` plans had a cost and a price right after it.
    """

    plans: int
    statements: int
    rows_written: int
    cpu_ms: float
    clock_ms: float
    sellable: int


@dataclass(frozen=True, slots=True)
class ResellerFigures:
    """A new reseller among few and among many plans, in one run."""

    few: Readiness
    many: Readiness
    repeats: int

    @property
    def ratio(self) -> float:
        """Return how much more CPU a new reseller takes among many plans."""
        return round(self.many.cpu_ms / self.few.cpu_ms, 2)

    @property
    def broken(self) -> tuple[str, ...]:
        """Return one sentence for each promise that is broken."""
        return tuple(self._broken())

    def _broken(self) -> Iterator[str]:
        few, many = self.few, self.many
        if few.statements != many.statements:
            yield f"{few.statements} and {many.statements} statements"
        if few.rows_written != many.rows_written:
            yield f"{few.rows_written} and {many.rows_written} rows written"
        if self.ratio > RATIO_MAX:
            yield f"{self.ratio} times the CPU among many plans"
        for one in (few, many):
            if one.sellable != one.plans:
                yield f"{one.sellable} of {one.plans} plans could be sold"

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {**asdict(self), "ratio": self.ratio, "broken": list(self.broken)}


def bench_reseller(
    *, few: int, many: int, repeats: int, say: Callable[[str], None]
) -> ResellerFigures:
    """Open resellers under a provider with `few` plans, then under the same one with `many`."""
    provider = _provider()
    _initialise(provider, "warm-up")
    found = []
    for plans in (few, many):
        say(f"{plans:,} plans")
        _delegate(plans)
        checkpoint()
        found.append(_measured(provider, plans, repeats))
    return ResellerFigures(found[0], found[1], repeats)


def reseller_table(figures: ResellerFigures) -> str:
    """Write the figures for people."""
    head = f"{'delegated plans':>15}{'statements':>12}{'rows written':>14}{'CPU ms':>9}{'clock ms':>10}"
    rows = (
        f"{one.plans:>15,}{one.statements:>12}{one.rows_written:>14}{one.cpu_ms:>9.1f}{one.clock_ms:>10.1f}"
        for one in (figures.few, figures.many)
    )
    return "\n".join([head, *rows, f"CPU ratio {figures.ratio} (medians of {figures.repeats})"])


def _measured(provider: int, plans: int, repeats: int) -> Readiness:
    cpu, clock = [], []
    reseller = 0
    for place in range(repeats):
        with measured() as cost:
            for part in range(5):
                reseller = _initialise(provider, f"{plans}-{place}-{part}")
        cpu.append(cost.cpu * 1_000 / 5)
        clock.append(cost.seconds * 1_000 / 5)
    seen: list[str] = []

    def note(execute: Callable[..., object], text: str, *rest: object) -> object:
        seen.append(text)
        return execute(text, *rest)

    with transaction.atomic():
        before = _rows_written()
        with connection.execute_wrapper(note):
            _initialise(provider, f"{plans}-counted")
        written = _rows_written() - before
    return Readiness(
        plans=plans,
        statements=len(seen),
        rows_written=written,
        cpu_ms=round(median(cpu), 1),
        clock_ms=round(median(clock), 1),
        sellable=_sellable(reseller),
    )


def _rows_written() -> int:
    """Return the rows that this connection has written and not yet reported to the statistics."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return int(cursor.fetchone()[0])


def _initialise(provider: int, word: str) -> int:
    """Open a reseller with its brand, first person, terms, own purchases and default margin; return its id."""
    reseller = open_account(
        kind=AccountKind.RESELLER,
        parent_id=provider,
        name=f"Reseller {word}",
        country="DE",
        currency="EUR",
        opened_on=_DAY,
        actor=_ACTOR,
        now=_NOW,
        address=_ADDRESS,
    )
    _set_brand(reseller, word)
    create_user(
        account_id=reseller,
        login=f"admin.{word}",
        display_name="Ada Admin",
        role=RoleCode.ADMINISTRATOR,
        email="ada@mail.example",
        password=None,
        actor=_ACTOR,
        now=_NOW,
    )
    open_chain(
        customer_id=reseller,
        market="DE",
        open_missing=Terms(),
        actor=_ACTOR,
        now=_NOW,
        today=_DAY,
    )
    _set_default_margin(reseller)
    return reseller


def _set_brand(seller: int, word: str) -> None:
    set_brand(
        account_id=seller,
        host=f"{word}.localhost",
        display_name=f"Seller {word}",
        document_prefix=f"R{seller}",
        actor=_ACTOR,
        now=_NOW,
    )


def _set_default_margin(seller: int) -> None:
    change_margin(
        seller_id=seller,
        level=Level(),
        margin=Margin(basis=MarginBasis.COST, percent_ppm=200_000),
        valid_from=_DAY,
        business_date=_DAY,
        actor=_ACTOR,
        now=_NOW,
    )


def _sellable(reseller: int) -> int:
    """Count the plans that the reseller's price manager shows with cost and price."""
    login = create_user(
        account_id=reseller,
        login=f"seller.{reseller}",
        display_name="Sam Seller",
        role=RoleCode.ADMINISTRATOR,
        email="sam@mail.example",
        password=None,
        actor=_ACTOR,
        now=_NOW,
    )
    viewer = build_viewer(user_id=login, account_id=reseller, now=_NOW)
    (place,) = places_of(viewer)
    found, after = 0, None
    while True:
        page = desk_page(viewer, place=place, on_day=_DAY, limit=500, after=after)
        priced = (price for row in page.rows for price in row.prices)
        found += sum(one.price is not None and one.cost is not None for one in priced)
        after = page.after
        if after is None:
            return found


def _provider() -> int:
    provider = open_provider(
        name="Provider",
        country="DE",
        timezone="Europe/Berlin",
        currency="EUR",
        opened_on=_DAY,
        actor=_ACTOR,
        now=_NOW,
        address=_ADDRESS,
    )
    _set_brand(provider, "provider")
    _set_default_margin(provider)
    add_tax_category(code="standard", name="Standard", actor=_ACTOR, now=_NOW)
    vendor = Vendor.objects.create(code="vendor", name="Vendor")
    service = Service.objects.create(vendor=vendor, code="mail", name="Mail")
    Resource.objects.create(service=service, code="seat", name="Seat")
    return provider


def _delegate(plans: int) -> None:
    """Bring the number of published plans to `plans`: each with one period, one resource and one price."""
    seat = Resource.objects.select_related("service").get(code="seat")
    tax = add_tax_category(code=f"of-{plans}", name="Standard", actor=_ACTOR, now=_NOW)
    rows = Plan.objects.bulk_create(
        [
            Plan(
                service=seat.service,
                tax_category_id=tax,
                name=f"Plan {number:06}",
                product_code=f"P{number}",
                sku_code="0001",
            )
            for number in range(Plan.objects.count(), plans)
        ],
        batch_size=_BATCH,
    )
    PlanResource.objects.bulk_create(
        [PlanResource(plan=row, resource=seat) for row in rows], batch_size=_BATCH
    )
    periods = PlanPeriod.objects.bulk_create(
        [PlanPeriod(plan=row, term_months=12, billing_months=1) for row in rows],
        batch_size=_BATCH,
    )
    price = Decimal(10)
    CatalogPrice.objects.bulk_create(
        [
            CatalogPrice(
                plan_period=row,
                resource=seat,
                kind=PriceKind.RECURRING,
                market="DE",
                currency="EUR",
                unit_cost=price,
                retail_price=price * 2,
                listed_cost=price,
                listed_retail=price * 2,
                valid_from=_DAY,
            )
            for row in periods
        ],
        batch_size=_BATCH,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
