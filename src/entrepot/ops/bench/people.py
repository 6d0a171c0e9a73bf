"""The people who open the pages of a benchmark: they exist, sign in with a password and get sessions as everybody."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.management.base import CommandError
from django.test import Client

from entrepot.domain.parties.commands import Password, create_user, set_brand
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.infra.audit.recorder import Actor

PROVIDER = 1
# The first reseller has the largest share; see sql/01_parties.sql.
LARGE_RESELLER = 2
_NOW = datetime(2026, 3, 15, 8, 0, tzinfo=UTC)
_ACTOR = Actor(user_id=None, name="bench", channel="command")
PASSWORD = "a benchmark opens every page"  # noqa: S105 -- its world is thrown away
_HOST = "bench.localhost"


@dataclass(frozen=True, slots=True)
class Person:
    """One person at work for one account; `word` names them in figures."""

    word: str
    account_id: int
    user_id: int

    def viewer(self, *, now: datetime) -> Viewer:
        """Return the person as queries see them."""
        return build_viewer(user_id=self.user_id, account_id=self.account_id, now=now)

    def browser(self) -> Client:
        """Sign the person in and return the browser. Raises: CommandError when the sign-in is refused."""
        client = Client(SERVER_NAME=_HOST)
        answer = client.post("/sign-in/", {"login": login_of(self.word), "password": PASSWORD})
        if answer.status_code != 302:
            raise CommandError(f"{login_of(self.word)} could not sign in ({answer.status_code}).")
        return client


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who opens pages: one of each kind, and a small reseller beside the largest."""

    provider: Person
    large: Person
    small: Person
    customer: Person

    @property
    def every(self) -> tuple[Person, ...]:
        """Return them in the order of the tree."""
        return (self.provider, self.large, self.small, self.customer)


def name_host() -> None:
    """Give the provider an address, at which everybody signs in."""
    set_brand(
        account_id=PROVIDER,
        host=_HOST,
        display_name="Bench Cloud",
        document_prefix="BENCH",
        actor=_ACTOR,
        now=_NOW,
    )


def make_people() -> People:
    """Give the provider an address and everybody a login."""
    name_host()
    for word, account_id in _accounts().items():
        create_user(
            account_id=account_id,
            login=login_of(word),
            display_name=f"{word.title()} Person",
            role=RoleCode.ADMINISTRATOR,
            password=Password(PASSWORD),
            actor=_ACTOR,
            now=_NOW,
        )
    return known_people()


def known_people() -> People:
    """Return the people whom `make_people` made. Raises: CommandError in a world without them."""
    accounts = _accounts()
    users = dict(
        Membership.objects.filter(account_id__in=accounts.values()).values_list(
            "account_id", "user_id"
        )
    )
    if set(users) != set(accounts.values()):
        raise CommandError(
            "The people of this benchmark are missing. Make the world again without --reuse."
        )
    return People(
        **{word: Person(word, account, users[account]) for word, account in accounts.items()}
    )


def _accounts() -> dict[str, int]:
    """Choose them: the first customer of the largest reseller, and the reseller in the middle of the power law."""
    resellers = Account.objects.filter(kind=AccountKind.RESELLER)
    direct = resellers.filter(parent_id=PROVIDER).order_by("id")
    customers = Account.objects.filter(kind=AccountKind.CUSTOMER, parent_id=LARGE_RESELLER)
    return {
        "provider": PROVIDER,
        "large": LARGE_RESELLER,
        "small": direct.values_list("id", flat=True)[direct.count() // 2],
        "customer": customers.order_by("id").values_list("id", flat=True)[0],
    }


def login_of(word: str) -> str:
    """Return the login name of the person who is called by a word."""
    return f"bench.{word}"
