"""Who appears in the demo world: sellers, customers and people, read from the tables in `data`; pure."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.names import sort_key

SEED = 20260101
SMALL_EACH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How a seller bills those directly below it; the fields are those of `resale.commands.Terms`."""

    statement_day: int
    due_days: int
    grace_days: int = 14
    credit_limit: Decimal | None = None
    bill_on_hold: bool = True
    suspend_on_hold: bool = False
    rounds_per_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The provider or a reseller.

    `bought_on` is how its own seller bills it, `sells_on` how it bills its customers, in `sells_in`.
    """

    key: str
    parent: str | None
    name: str
    brand: str
    accent: str
    icon: str
    prefix: str
    country: str
    region: str
    postal_code: str
    city: str
    street: str
    language: str
    buys_in: str
    sells_in: str
    market: str
    bought_on: Conditions | None
    sells_on: Conditions

    @property
    def host(self) -> str:
        """Give the address at which its customers sign in; the provider's is `localhost` itself."""
        return "localhost" if self.parent is None else f"{self.key}.localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A company that uses services; `profile` says what it tends to buy, `seats` how many people it has."""

    seller: str
    name: str
    country: str
    postal_code: str
    city: str
    profile: str
    seats: int

    @property
    def domain(self) -> str:
        """Give a host name of the company below the reserved `example`."""
        words = "".join(c if c.isalnum() or c == " " else " " for c in sort_key(self.name)).split()
        plain = [word for word in words if word.isascii()]
        return "-".join(plain[:2]) + ".example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in; `account` is a seller's key or a customer's name."""

    login: str
    name: str
    account: str
    role: RoleCode
    language: str
    is_featured: bool


def dice(*purpose: object) -> random.Random:
    """Give a source of chance that depends on the purpose only, never on what was drawn before for others."""
    return random.Random(":".join(str(part) for part in (SEED, *purpose)))


def customers(*, small: bool) -> tuple[Customer, ...]:
    """Give the 120 customers in the order of the table; a small world has the first few of each seller."""
    taken: dict[str, int] = {}
    found = []
    for row in _rows("customers.csv"):
        seller = row["seller"]
        taken[seller] = taken.get(seller, 0) + 1
        if small and taken[seller] > SMALL_EACH and row["name"] not in SMALL_TOO:
            continue
        found.append(
            Customer(
                seller=seller,
                name=row["name"],
                country=row["country"],
                postal_code=row["postal_code"],
                city=row["city"],
                profile=row["profile"],
                seats=int(row["seats"]),
            )
        )
    return tuple(found)


def people(*, small: bool) -> tuple[Person, ...]:
    """Give everybody who signs in; the same login twice is one person who works for two accounts."""
    absent = {one.name for one in customers(small=False)} - {
        one.name for one in customers(small=small)
    }
    return tuple(
        Person(
            login=row["login"],
            name=row["name"],
            account=row["account"],
            role=RoleCode(row["role"]),
            language=row["language"],
            is_featured=row["featured"] == "yes",
        )
        for row in _rows("people.csv")
        if row["account"] not in absent
    )


SMALL_TOO = frozenset(
    {
        "Brightwater Clinics GmbH",
        "Everline Logistics GmbH",
        "Fjord Analytics GmbH",
        "Maple Ridge Outfitters Ltd.",
        "Redfern Robotics Inc.",
        "Studio Zeeklei",
    }
)
"""Customers whose own story also the small world tells."""


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("entrepot.demo").joinpath("data", name).read_text("utf-8")
    return csv.DictReader(text.splitlines())
