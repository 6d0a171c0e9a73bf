"""The cases: every address, asked by every role for every object, and what is wrong with the answers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test import Client

from entrepot.domain.parties.viewer import Panel
from tests.isolation.addresses import Address, every_address, of_panel
from tests.isolation.oracle import CHANGING, Reader, Secrets, leaks, sees, text_of
from tests.isolation.world import BUYERS, World, marker
from tests.web.odd.test_odd_addresses import _names as names_of_queries
from tests.web.odd.test_odd_forms import USUAL
from tests.web.odd.test_odd_forms import _names as names_of_fields

PEOPLE: Mapping[Panel, str] = {
    Panel.PROVIDER: "harbor",
    Panel.RESELLER: "mid",
    Panel.CUSTOMER: "cust",
}
ROLES = ("administrator", "billing", "support", "read_only", "user")
# Whose objects stand in the place of an address: one's own, and of each relation one. Accounts are all asked for.
OWNERS: Mapping[Panel, Sequence[str]] = {
    # The operator of the hub may open nearly everything; what it may not see are amounts of lower tiers.
    Panel.PROVIDER: ("harbor", "north", "mid", "cust", "aliencust"),
    # own, child, grandchild, sibling, its customer, parent's customer, moved, closed, foreign ones
    Panel.RESELLER: (
        "mid",
        "cust",
        "leaf",
        "side",
        "sidecust",
        "upcust",
        "moved",
        "closed",
        "alien",
        "aliencust",
    ),
    # own, sibling, parent, moved, closed, neighbour of the parent, foreign ones
    Panel.CUSTOMER: ("cust", "sib", "mid", "moved", "closed", "sidecust", "aliencust", "direct"),
}
# Kinds of objects that belong to nobody, or to the operator of the hub.
OF_THE_HUB = frozenset(
    [
        "category",
        "connector",
        "day",
        "difference",
        "follow_up",
        "period",
        "plan",
        "resource",
        "service",
        "usage_import",
        "words",
    ]
)
# Addresses that answer for what never existed as for what is not ready, and change nothing.
UNLIKE_404: Mapping[str, int] = {
    "billing-compare": 409,
    "billing-prove": 409,
    "service-assign": 302,
    "service-options": 302,
    "task-fact-again": 302,
    "user-link": 302,
}
# A customer that was moved stays named on the documents of its former seller.
FORMER: Mapping[str, str] = {"mid": "moved"}
NEVER = 2_999_999
_WRITES = ("INSERT", "UPDATE", "DELETE")
_OWN_TABLES = ("session", "audit_entry", "django_session")


@dataclass
class Matrix:
    """The world with the browsers of its people, and what was found."""

    world: World
    secrets: Secrets
    cases: int = 0
    found: list[tuple[str, ...]] = field(default_factory=list)
    answered: dict[str, set[int]] = field(default_factory=dict)
    browsers: dict[Reader, Client] = field(default_factory=dict)

    def browser(self, reader: Reader) -> Client:
        """Return the browser of a person."""
        if reader not in self.browsers:
            self.browsers[reader] = self.world.browser(reader.word, reader.role)
        return self.browsers[reader]

    def ask(
        self,
        reader: Reader,
        method: str,
        address: str,
        fields: Mapping[str, object] | None = None,
        *,
        sent: Sequence[object] = (),
        **headers: str,
    ) -> "Said":
        """Ask as a person, undo what was written, and search the answer for what it must not hold."""
        self.cases += 1
        client = self.browser(reader)
        kept = {name: morsel.value for name, morsel in client.cookies.items()}
        with transaction.atomic(), _watched() as writes:
            if method == "GET":
                answer = client.get(address, dict[str, Any](fields or {}), headers=headers or None)
            else:
                answer = client.post(address, {**USUAL, **(fields or {})}, headers=headers or None)
            text = text_of(answer)
            transaction.set_rollback(True)
        # Messages for the next page are cookies: the next answer is not to have them.
        client.cookies.clear()
        client.cookies.load(kept)
        former = FORMER.get(reader.word) if "/invoices/" in address else None
        known = leaks(
            text,
            world=self.world,
            secrets=self.secrets,
            reader=reader,
            sent=[*sent, *(fields or {}).values()],
            former=former,
        )
        case = (reader.word, reader.role, method, address)
        self.found += [(*case, one) for one in known]
        if answer.status_code >= 500:
            self.found.append((*case, f"status {answer.status_code}"))
        return Said(answer.status_code, text, tuple(writes), case)


@dataclass(frozen=True)
class Said:
    """One answer: its status, all its text, and the tables that were written."""

    status: int
    text: str
    writes: tuple[str, ...]
    case: tuple[str, ...]

    def without(self, *asked: object) -> str:
        """Return the text without what changes with every answer, and without what was asked for."""
        text = CHANGING.sub("", self.text)
        for one in asked:
            text = text.replace(str(one), "N")
        return text


@contextmanager
def _watched() -> Iterator[list[str]]:
    """List the statements that write to a table of ours."""
    writes: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql).lstrip()[:300]
        if text.startswith(_WRITES) and not any(name in text[:60] for name in _OWN_TABLES):
            writes.append(text[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield writes


def objects_of_addresses(
    matrix: Matrix, panel: Panel, *, only: str = "", of: Sequence[str] = ()
) -> None:
    """Ask for everybody's objects at every address with a place: what is not one's own is as what never existed.

    `of` asks for the objects of fewer accounts.
    """
    reader, world = Reader(PEOPLE[panel]), matrix.world
    for address in of_panel(panel):
        if not address.kinds or only not in address.pattern:
            continue
        everybody = (*BUYERS, "harbor") if address.kinds == ("account",) else OWNERS[panel]
        owners = of or everybody
        for method in address.methods:
            never = _never(matrix, reader, method, address)
            for owner in owners:
                keys = _keys(world, address, owner)
                is_theirs = all(sees(world, reader, kind, owner) for kind in address.kinds)
                if keys is None or (method == "POST" and is_theirs and owner not in owners[:2]):
                    continue
                said = matrix.ask(reader, method, address.of(*keys), sent=keys)
                matrix.answered.setdefault(address.pattern, set()).add(said.status)
                if not is_theirs:
                    _same(matrix, said, never, keys, owner)


def _keys(world: World, address: Address, owner: str) -> tuple[object, ...] | None:
    """Return what fills the places of an address for an account; None if it has no such object."""
    found: list[object] = []
    for kind in address.kinds:
        ids = world.ids.get(kind, {})
        key = ids["harbor"] if kind in OF_THE_HUB else ids.get(owner)
        if key is None:
            return None
        found.append(key)
    return tuple(found)


def _never(matrix: Matrix, reader: Reader, method: str, address: Address) -> Said:
    """Ask for what was deleted, then for what never existed: one answer, and nothing written."""
    keys = [_unknown(address, number) for number in (NEVER - 1, NEVER)]
    gone, never = (matrix.ask(reader, method, address.of(key), sent=[key]) for key in keys)
    if never.status not in {404, UNLIKE_404.get(address.name)} or never.writes:
        matrix.found.append((*never.case, f"never existed: {never.status}", *never.writes))
    plain = Said(never.status, never.without(keys[1]), never.writes, never.case)
    _same(matrix, gone, plain, (keys[0],), "deleted")
    return plain


def _unknown(address: Address, number: int) -> object:
    if "billing_day:" in address.pattern:
        return f"2019-02-0{NEVER - number + 1}"
    if "slug:kind" in address.pattern:
        return f"no-kind-{number}"
    if "upload_key:" in address.pattern:
        return f"{number:032x}"
    return number


def _same(matrix: Matrix, said: Said, never: Said, asked: Sequence[object], owner: str) -> None:
    if (said.status, said.without(*asked)) != (never.status, never.text):
        matrix.found.append((*said.case, f"{owner}: not as what never existed ({said.status})"))
    if said.writes:
        matrix.found.append((*said.case, f"{owner}: wrote {said.writes[0]}"))


def lists_and_searches(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Open every address without a place, as it is and with what strangers have as its parameters."""
    reader, world = Reader(PEOPLE[panel]), matrix.world
    names = names_of_queries()
    for address in of_panel(panel):
        if address.kinds or only not in address.pattern or "GET" not in address.methods:
            continue
        said = matrix.ask(reader, "GET", address.pattern)
        matrix.answered.setdefault(address.pattern, set()).add(said.status)
        for asked in _foreign_queries(world, reader, names):
            matrix.ask(reader, "GET", address.pattern, asked)
        if address.name == "search":
            for target in ("suggestions", "palette-found"):
                for word in ("", *_strangers(world, reader)):
                    matrix.ask(
                        reader, "GET", address.pattern, {"q": _part(word)}, **{"HX-Target": target}
                    )


def _strangers(world: World, reader: Reader) -> list[str]:
    below = world.below(reader.word)
    return [
        word for word in ("alien", "aliencust", "sidecust", "upcust", "sib") if word not in below
    ]


def _part(word: str) -> str:
    """Return a part of a marker: what is found by it holds the rest."""
    return marker(word)[:-1] if word else "qw"


def _foreign_queries(world: World, reader: Reader, names: list[str]) -> Iterator[dict[str, object]]:
    yield {"q": "qw"}
    for word in _strangers(world, reader)[:1]:
        yield {"q": _part(word)}
        for kind in ("account", "subscription", "order"):
            key = world.ids[kind][word]
            yield {name: _usual_values.get(name, key) for name in names}


_usual_values: Mapping[str, object] = {
    "tab": "all",
    "q": "",
    "sort": "",
    "days": "90",
    "rows": "50",
}


# Forms that answer with a fresh secret each time, and where they are tried.
FRESH_SECRETS = {"token-new": "tests/web/identity/test_directory_screens.py"}


def forms_with_foreign_numbers(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Send every form without a place with the numbers of strangers in all its fields: as with unknown numbers."""
    reader, world = Reader(PEOPLE[panel]), matrix.world
    addresses = [*of_panel(panel), *(one for one in every_address() if one.name == "switch")]
    for address in addresses:
        if (
            (address.panel and address.kinds)
            or "POST" not in address.methods
            or address.name in FRESH_SECRETS
            or only not in address.pattern
        ):
            continue
        fields = [name for name in _fields(address) if name not in _usual_values]
        never = matrix.ask(reader, "POST", address.pattern, dict.fromkeys(fields, NEVER))
        for word in _strangers(world, reader)[:1]:
            for kind in ("account", "subscription", "order"):
                key = world.ids[kind][word]
                said = matrix.ask(reader, "POST", address.pattern, dict.fromkeys(fields, key))
                if (said.status, said.without(key)) != (never.status, never.without(NEVER)):
                    matrix.found.append((*said.case, f"{kind} of {word}: not as unknown"))
                if said.writes != never.writes:
                    matrix.found.append((*said.case, f"{kind} of {word}: wrote {said.writes}"))


@cache
def _fields(address: Address) -> list[str]:
    return ["for", "ids", "id", "customer", "account", "seller", *names_of_fields()]


def other_panels(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Ask for every address as a person of another panel, and as nobody: not there, or to the sign-in page."""
    stranger = Client(SERVER_NAME="qwharborwq.localhost")
    for address in of_panel(panel):
        if only not in address.pattern:
            continue
        keys = _keys(matrix.world, address, PEOPLE[panel]) or (_unknown(address, NEVER),)
        place = address.of(*keys)
        for word in sorted(set(PEOPLE.values()) - {PEOPLE[panel]}):
            said = matrix.ask(Reader(word), "GET", place, sent=keys)
            if said.status != 404:
                matrix.found.append((*said.case, f"another panel: {said.status}"))
        for ask in (stranger.get, stranger.post):
            matrix.cases += 1
            answer = ask(place)
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/sign-in/"):
                matrix.found.append(("nobody", place, str(answer.status_code)))


def other_roles(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Ask for every address in every role: without the privilege 403, with it nothing beyond what the role sees."""
    word = PEOPLE[panel]
    for role in ROLES[1:]:
        if (word, role) not in matrix.world.people:
            continue
        reader = Reader(word, role)
        for address in of_panel(panel):
            if only not in address.pattern:
                continue
            own = _keys(matrix.world, address, word) or _keys(matrix.world, address, "cust")
            keys = own or (_unknown(address, NEVER),)
            for method in address.methods:
                # What a role may open shows least to those who do not see prices: they look at it.
                if reader.may(address.capability) and (method == "POST" or role != "support"):
                    continue
                said = matrix.ask(reader, method, address.of(*keys), sent=keys)
                if not reader.may(address.capability) and said.status != 403:
                    matrix.found.append((*said.case, f"without the privilege: {said.status}"))
