"""The cases: every address, asked by every role for every object, and what is wrong with the answers."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from zlib import crc32

from django.test import Client

from entrepot.domain.parties.viewer import Panel
from tests.isolation.addresses import Address, every_address, of_panel
from tests.isolation.asking import Matrix, Said
from tests.isolation.oracle import Reader, sees
from tests.isolation.world import BUYERS, World, marker
from tests.web.odd.test_odd_addresses import _names as names_of_queries
from tests.web.odd.test_odd_forms import _names as names_of_fields

PEOPLE: Mapping[Panel, str] = {
    Panel.PROVIDER: "harbor",
    Panel.RESELLER: "mid",
    Panel.CUSTOMER: "cust",
}
ADMINISTRATOR = "administrator"
ROLES = (ADMINISTRATOR, "billing", "support", "read_only", "user")
# Whose objects stand in the place of an address: one's own, and of each relation one. Accounts are all asked for.
OWNERS: Mapping[Panel, Sequence[str]] = {
    # The operator of the hub may open nearly everything; what it may not see are amounts of lower tiers.
    Panel.PROVIDER: ("harbor", "north", "mid", "cust", "moved", "closed", "aliencust"),
    # own, child, grandchild, parent, sibling, its customer, parent's customer, moved, closed, foreign ones
    Panel.RESELLER: (
        "mid",
        "cust",
        "leaf",
        "north",
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
NEVER = 2_999_999


def objects_of_addresses(
    matrix: Matrix,
    panel: Panel,
    *,
    only: str = "",
    of: Sequence[str] = (),
    role: str = ADMINISTRATOR,
    is_short: bool = False,
) -> None:
    """Ask for everybody's objects at every address with a place: what is not one's own is as what never existed.

    Without the privilege it is so for everything, and the answer is 403. `of` and `is_short` ask for the objects of
    fewer accounts.
    """
    reader, world = Reader(PEOPLE[panel], role), matrix.world
    for address in of_panel(panel, only):
        if not address.kinds:
            continue
        everybody = (*BUYERS, "harbor") if address.kinds == ("account",) else OWNERS[panel]
        owners = of or (_short(world, reader, address, everybody) if is_short else everybody)
        may = reader.may(address.capability)
        for method in address.methods:
            never = _never(matrix, reader, method, address, is_short=is_short)
            for owner in owners:
                keys = keys_of(world, address, owner)
                is_theirs = may and _sees_all(world, reader, address, owner)
                if keys is None or (method == "POST" and is_theirs and owner not in owners[:2]):
                    continue
                is_own = is_theirs and owner == reader.word and role == ADMINISTRATOR
                said = matrix.ask(reader, method, address.of(*keys), sent=keys, is_compared=is_own)
                if role == ADMINISTRATOR:
                    matrix.answered.setdefault(address.pattern, set()).add(said.status)
                if not is_theirs:
                    _same(matrix, said, never, keys, owner)


def _sees_all(world: World, reader: Reader, address: Address, owner: str) -> bool:
    return all(sees(world, reader, kind, owner) for kind in address.kinds)


def _short(world: World, reader: Reader, address: Address, owners: Sequence[str]) -> list[str]:
    """Return whose objects a role is asked for in every run: one's own, and two drawn from address and role.

    They are strangers', or others of the own tree where there are no two. whole.py asks for all.
    """
    there = [one for one in owners if keys_of(world, address, one) is not None]
    own = [one for one in (reader.word, "cust") if one in there][:1]
    strangers = [one for one in there if not _sees_all(world, reader, address, one)]
    others = [one for one in there if one not in own]
    drawn = strangers if len(strangers) > 1 else others
    start = crc32(f"{address.pattern} {reader.role}".encode())
    places = range(start, start + min(2, len(drawn)))
    return [*own, *(drawn[place % len(drawn)] for place in places)]


def keys_of(world: World, address: Address, owner: str) -> tuple[object, ...] | None:
    """Return what fills the places of an address for an account; None if it has no such object."""
    found: list[object] = []
    for kind in address.kinds:
        ids = world.ids.get(kind, {})
        key = ids["harbor"] if kind in OF_THE_HUB else ids.get(owner)
        if key is None:
            return None
        found.append(key)
    return tuple(found)


def _never(
    matrix: Matrix, reader: Reader, method: str, address: Address, *, is_short: bool
) -> Said:
    """Ask for what never existed, and before it for what was deleted: one answer, and nothing written."""
    numbers = (NEVER,) if is_short else (NEVER, NEVER - 1)
    keys = [_unknown(address, number) for number in numbers]
    never, *gone = (matrix.ask(reader, method, address.of(key), sent=[key]) for key in keys)
    usual = {404, UNLIKE_404.get(address.name)} if reader.may(address.capability) else {403}
    if never.status not in usual or never.writes:
        matrix.found.append((*never.case, f"never existed: {never.status}", *never.writes))
    plain = Said(never.status, never.without(keys[0]), never.writes, never.case)
    for said in gone:
        _same(matrix, said, plain, keys[1:], "deleted")
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
    for address in of_panel(panel, only):
        if address.kinds or "GET" not in address.methods:
            continue
        said = matrix.ask(reader, "GET", address.pattern, is_compared=True)
        matrix.answered.setdefault(address.pattern, set()).add(said.status)
        for asked in _foreign_queries(world, reader, names):
            matrix.ask(reader, "GET", address.pattern, asked)
        if address.name == "search":
            for target in ("suggestions", "palette-found"):
                for word in ("", *_strangers(world, reader)):
                    matrix.ask(
                        reader,
                        "GET",
                        address.pattern,
                        {"q": _part(word)},
                        headers={"HX-Target": target},
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
    addresses = [*of_panel(panel, only), *(one for one in every_address() if one.name == "switch")]
    for address in addresses:
        if (
            (address.panel and address.kinds)
            or "POST" not in address.methods
            or address.name in FRESH_SECRETS
        ):
            continue
        fields = [name for name in _fields() if name not in _usual_values]
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
def _fields() -> list[str]:
    return ["for", "ids", "id", "customer", "account", "seller", *names_of_fields()]


def other_panels(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Ask for every address as a person of another panel, and as nobody: not there, or to the sign-in page."""
    stranger = Client(SERVER_NAME="qwharborwq.localhost")
    for address in of_panel(panel, only):
        keys = keys_of(matrix.world, address, PEOPLE[panel]) or (_unknown(address, NEVER),)
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


def other_roles(matrix: Matrix, panel: Panel, *, only: str = "", is_short: bool = True) -> None:
    """Ask for every address in every other role: without the privilege 403, with it what the role sees."""
    word = PEOPLE[panel]
    for role in ROLES[1:]:
        if (word, role) not in matrix.world.people:
            continue
        reader = Reader(word, role)
        objects_of_addresses(matrix, panel, only=only, role=role, is_short=is_short)
        for address in of_panel(panel, only):
            if address.kinds:
                continue
            for method in address.methods:
                may = reader.may(address.capability)
                # What a role may open shows least to those who do not see prices: they look at it.
                if may and is_short and (method == "POST" or role != "support"):
                    continue
                said = matrix.ask(reader, method, address.pattern)
                if not may and said.status != 403:
                    matrix.found.append((*said.case, f"without the privilege: {said.status}"))
