"""The cast of all stories: one provider, two branches of resellers, their customers and one person at each.

    Harbor (provider)
      Ria (reseller)  ->  Sven (her sub-reseller)  ->  Cleo (customer, user Uma)
      Rex (reseller in another branch)
      Carl (customer of Rex)

`cast()` builds them through the commands, as an operator would.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from entrepot.domain.parties.commands import (
    Address,
    Password,
    create_user,
    open_account,
    open_provider,
    set_brand,
)
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import User
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.infra.audit.recorder import Actor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPENED_ON = date(2026, 1, 1)
SETUP = Actor(user_id=None, name="setup", channel="command")
PASSWORD = "seven slow ferries leave at dawn"


@dataclass(frozen=True)
class Person:
    """One account with the one person who works for it."""

    account_id: int
    user_id: int
    login: str
    host: str
    name: str

    def viewer(self, *, now: datetime = NOW) -> Viewer:
        """Return the person at work for the account."""
        return build_viewer(user_id=self.user_id, account_id=self.account_id, now=now)

    def viewer_with(self, *more: Capability) -> Viewer:
        """Return the person at work with additional privileges."""
        viewer = self.viewer()
        return replace(viewer, capabilities=viewer.capabilities | set(more))


@dataclass(frozen=True)
class Cast:
    """Everybody; every access test asks all of them."""

    harbor: Person
    ria: Person
    sven: Person
    cleo: Person
    rex: Person
    carl: Person

    @property
    def all(self) -> dict[str, Person]:
        """Return the people by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def cast() -> Cast:
    """Open the accounts and create their administrators. Uma is Cleo's person."""
    provider_id = open_provider(
        name="Harbor Distribution",
        country="DE",
        currency="EUR",
        opened_on=OPENED_ON,
        timezone="Europe/Berlin",
        actor=SETUP,
        now=NOW,
    )
    brand(provider_id, "harbor", "HAR")
    harbor = _person(provider_id, "harbor.admin", "Hanna Harbor", "harbor.localhost")
    ria_id = account(AccountKind.RESELLER, provider_id, "Ria IT Services")
    brand(ria_id, "ria", "RIA")
    sven_id = account(AccountKind.RESELLER, ria_id, "Sven Systems")
    brand(sven_id, "sven", "SVN")
    cleo_id = account(AccountKind.CUSTOMER, sven_id, "Cleo Clinics")
    rex_id = account(AccountKind.RESELLER, provider_id, "Rex Networks")
    brand(rex_id, "rex", "REX")
    carl_id = account(AccountKind.CUSTOMER, rex_id, "Carl Carpentry")
    return Cast(
        harbor=harbor,
        ria=_person(ria_id, "ria.admin", "Ria Reseller", "harbor.localhost"),
        sven=_person(sven_id, "sven.admin", "Sven Subreseller", "harbor.localhost"),
        cleo=_person(cleo_id, "uma.user", "Uma User", "sven.localhost"),
        rex=_person(rex_id, "rex.admin", "Rex Rival", "harbor.localhost"),
        carl=_person(carl_id, "carl.user", "Carl Carpenter", "rex.localhost"),
    )


def account(kind: AccountKind, parent_id: int, name: str, **facts: object) -> int:
    """Open one more account below a seller."""
    return open_account(
        kind=kind,
        parent_id=parent_id,
        name=name,
        country="DE",
        currency="EUR",
        opened_on=OPENED_ON,
        actor=SETUP,
        now=NOW,
        address=Address(street="Kai 1", postal_code="20457", city="Hamburg"),
        **facts,  # type: ignore[arg-type]
    )


def brand(account_id: int, word: str, prefix: str) -> None:
    """Give a seller the address `<word>.localhost`."""
    set_brand(
        account_id=account_id,
        host=f"{word}.localhost",
        display_name=f"{word.title()} Cloud",
        document_prefix=prefix,
        actor=SETUP,
        now=NOW,
    )


def user(
    account_id: int,
    login: str,
    name: str,
    *,
    role: RoleCode = RoleCode.ADMINISTRATOR,
    password: str | None = PASSWORD,
) -> int:
    """Create a person for an account; the mail address is made from the login.

    The one password of the cast is hashed once per process and stored ready-made: six hashes a test would take most
    of its time.
    """
    is_usual = password == PASSWORD
    created = create_user(
        account_id=account_id,
        login=login,
        display_name=name,
        role=role,
        email=f"{login}@mail.example",
        password=None if is_usual or password is None else Password(password),
        actor=SETUP,
        now=NOW,
    )
    if is_usual:
        User.objects.filter(pk=created).update(password=_usual_hash())
    return created


@cache
def _usual_hash() -> str:
    return make_password(PASSWORD)


def _person(account_id: int, login: str, name: str, host: str) -> Person:
    return Person(account_id, user(account_id, login, name), login, host, name)
