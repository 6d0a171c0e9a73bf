"""The world of the user benchmark: accounts that differ in nothing but how many people and subscriptions they have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources

from django.db import connection
from django.db.models import F

from entrepot.domain.catalog.models import Resource
from entrepot.domain.parties.commands import NewPerson, Password, create_user
from entrepot.domain.parties.commands.people import add_people
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Hub
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem, SubscriptionMoney
from entrepot.infra.audit.recorder import Actor
from entrepot.ops.bench.pages_world import write_parts
from entrepot.ops.bench.people import (
    LARGE_RESELLER,
    PASSWORD,
    PROVIDER,
    Person,
    login_of,
    name_host,
)
from entrepot.ops.bench.world import make_world

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
ACTOR = Actor(user_id=None, name="bench", channel="command")
_RESELLERS = 4
_DUE_PERCENT = 3
_LINES_PER_SUBSCRIPTION = 28
_ALL_CHARGES = 10_000
_DOCUMENTS = (
    "11_states",
    "13_charges",
    "14_documents",
    "15_lines",
    "16_history",
    "17_operation",
)
_DEAREST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Size:
    """How many people and subscriptions an account has."""

    people: int
    subscriptions: int


@dataclass(frozen=True, slots=True)
class Team:
    """An account of the world; `user_ids` are its people beside `person`, who opens the pages as administrator."""

    person: Person
    size: Size
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UsersWorld:
    """Three customers of one reseller by size, and two resellers with as many people as the few and the many."""

    few: Team
    middle: Team
    many: Team
    few_sellers: Team
    many_sellers: Team


def make_users_world(
    *, few: Size, middle: Size, many: Size, say: Callable[[str], None]
) -> UsersWorld:
    """Fill an empty, migrated database. The resellers' subscriptions suffice for three sizes together."""
    wanted = few.subscriptions + middle.subscriptions + many.subscriptions
    # The largest of four resellers has half of the customers, and some are left to the others.
    subscriptions = 3 * wanted + 500
    make_world(
        subscriptions=subscriptions,
        due_percent=_DUE_PERCENT,
        day=DAY,
        resellers=_RESELLERS,
        say=say,
    )
    Hub.objects.create(provider_id=PROVIDER)
    name_host()
    customers = Account.objects.filter(kind=AccountKind.CUSTOMER, parent_id=LARGE_RESELLER)
    ids = list(customers.order_by("id").values_list("id", flat=True)[:3])
    sizes = dict(
        zip(("few", "middle", "many"), zip(ids, (few, middle, many), strict=True), strict=True)
    )
    for account_id, size in sizes.values():
        _buy(account_id, size.subscriptions, kept=ids)
    teams = []
    for word, (account_id, size) in sizes.items():
        say(f"world: {size.people:,} people of one account")
        teams.append(_team(word, account_id, size))
    _add_documents(subscriptions, user_id=teams[0].person.user_id, say=say)
    sellers = [
        _team(word, account_id, Size(size.people, 0))
        for word, account_id, size in (
            ("few-sellers", LARGE_RESELLER + 1, few),
            ("many-sellers", LARGE_RESELLER, many),
        )
    ]
    with connection.cursor() as cursor:
        say("world: statistics")
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")
    return UsersWorld(*teams, *sellers)


def _add_documents(subscriptions: int, *, user_id: int, say: Callable[[str], None]) -> None:
    """Add a year of documents with the charges of each month, and what else home pages read."""
    lines = _LINES_PER_SUBSCRIPTION * subscriptions
    values: dict[str, int | date] = {
        "day": DAY,
        "lines": lines,
        "share": _ALL_CHARGES,
        "aside": 10,
        "user_id": user_id,
    }
    write_parts(names=_DOCUMENTS, values=values, say=say)


def add_service(team: Team, *, word: str, units: int) -> tuple[int, int]:
    """Let the first unit of a subscription of a team be a resource of its own; return subscription and resource."""
    resource = Resource.objects.create(
        service_id=1, code=word, name=word.title(), unit={"en": "seat", "de": "Platz"}
    )
    item = (
        SubscriptionItem.objects.select_related("subscription")
        .filter(
            subscription__customer_id=team.person.account_id,
            subscription__status=Status.ACTIVE,
            position=0,
            resource_id=F("subscription__plan_id"),
        )
        .order_by("id")[0]
    )
    SubscriptionItem.objects.filter(pk=item.pk).update(resource=resource, quantity=units)
    Subscription.objects.filter(pk=item.subscription_id).update(quantity=units)
    # The home page shows the dearest services.
    SubscriptionMoney.objects.filter(subscription_id=item.subscription_id).update(
        monthly_price=_DEAREST
    )
    return item.subscription_id, resource.pk


def login(word: str, place: int) -> str:
    """Give the login name of one of a team's people, counted from 1."""
    return f"{word}.{place:05}"


def _team(word: str, account_id: int, size: Size) -> Team:
    person = create_user(
        account_id=account_id,
        login=login_of(word),
        display_name="Ada Admin",
        role=RoleCode.ADMINISTRATOR,
        password=Password(PASSWORD),
        actor=ACTOR,
        now=NOW,
    )
    is_customer = account_id not in (LARGE_RESELLER, LARGE_RESELLER + 1)
    people = [
        NewPerson(
            login=login(word, place),
            display_name=f"Person {place:05}",
            email=f"{word}.{place:05}@mail.example",
            role=RoleCode.USER if is_customer else RoleCode.READ_ONLY,
        )
        for place in range(1, size.people)
    ]
    ids = add_people(account_id=account_id, people=people, actor=ACTOR, now=NOW, invites=False)
    return Team(Person(word, account_id, person), size, tuple(ids))


def _buy(customer: int, count: int, *, kept: Sequence[int]) -> None:
    text = resources.files(__package__).joinpath("sql", "21_bought.sql").read_text("utf-8")
    with connection.cursor() as cursor:
        cursor.execute(
            text,
            {"seller": LARGE_RESELLER, "customer": customer, "kept": list(kept), "bought": count},
        )
