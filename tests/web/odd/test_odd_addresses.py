"""Odd addresses: whatever stands in the path or the query, no screen of a panel breaks.

The addresses come from the resolver and the names of the parameters from the sources, so that a new
screen or a new parameter is tried without being named here.
"""

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from entrepot.domain.parties.viewer import Panel
from tests.web.odd.conftest import OddWorld
from tests.web.odd.headers import missing
from tests.web.odd.reads import noted

WEB = Path(__file__).resolve().parents[3] / "src" / "entrepot" / "web"
_PARAMETER = re.compile(r"\b(?:GET|query|posted|asked|values)\.get(?:list)?\(\s*\"([a-z_]+)\"")
_CONVERTER = re.compile(r"<(?:[a-z_]+:)?([a-z_]+)>")

ODD_VALUES = (
    "%00",
    "a%00b",
    "%25",
    "_",
    "-1",
    "0",
    "1e9",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 40,
    "%D9%A3",
    "%C2%B2",
    "%ED%A0%80",
    "%FF",
    "%F0%9F%98%80",
    "%E2%80%AE",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "0001-01",
    "9999-12",
    "2026-13",
    "NaN",
    "Infinity",
    "1.234,56",
    "0.1234",
    "-",
    "-password",
    "__class__",
    "%27%20OR%201%3D1--",
    "%7B%7B7*7%7D%7D",
    "%5B%5D",
    "%7B%7D",
    "null",
    "eyJhIjoxfQ",
    "AAAA",
    "~",
    "1~2",
    "1.2",
    "1:2",
    "2026-03-15~9223372036854775808",
    "2026-03-15.99999999999999999999",
    "(((((((((((((((((((((a*)*)*)*",
)
PLACES = ("after", "before", "page", "last", "open")
_FURTHER = 3
ODD_NUMBERS = ("0", "9223372036854775807", "9223372036854775808", "9" * 60)
ODD_DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "0000-00-00")


def _names() -> list[str]:
    """Find the names of all parameters that a screen reads."""
    found: set[str] = set()
    for path in WEB.rglob("*.py"):
        found.update(_PARAMETER.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def _addresses(panel: str) -> list[str]:
    """Give the addresses of a panel that answer to GET, with their places as `<name>`."""
    return sorted(_reading(get_resolver().url_patterns, "", panel))


def _reading(patterns: list[URLPattern | URLResolver], before: str, panel: str) -> Iterator[str]:
    for one in patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _reading(one.url_patterns, address, panel)
        elif address.startswith(f"{panel}/") and "GET" in getattr(one.callback, "methods", ()):
            yield f"/{address}"


def _filled(address: str, world: OddWorld) -> str:
    """Fill the places of an address with what exists."""
    words = [word for word in address.split("/") if word in world.numbers]
    number = world.numbers[words[-1]] if words else 1
    values = {
        "account": str(world.numbers["accounts"]),
        "change": "1",
        "day": world.day.isoformat(),
        "key": "0" * 32,
        "kind": "order_completed",
        "language": "de",
        "number": str(number),
        "resource_id": str(world.numbers["resources"]),
    }
    return _CONVERTER.sub(lambda match: values.get(match[1], str(number)), address)


def _with_odd_places(address: str) -> Iterator[str]:
    if "<int:" in address:
        yield from (_CONVERTER.sub(number, address) for number in ODD_NUMBERS)
    if "day>" in address:
        yield from (_CONVERTER.sub(day, address) for day in ODD_DAYS)


def _queries(names: list[str], place: int) -> Iterator[str]:
    """Give every name an odd value, each time other ones, and some values to all names.

    A place in a list that cannot be read is refused before the rest is looked at, so half of the
    queries leave the places out.
    """
    turn = place * 7 % len(ODD_VALUES)
    values = cycle(ODD_VALUES[turn:] + ODD_VALUES[:turn])
    others = [name for name in names if name not in PLACES]
    # What PostgreSQL does not take goes to every name of every screen: NUL, and a number above bigint.
    for value in ("a%00b", "9223372036854775808"):
        yield "&".join(f"{name}={value}" for name in others)
    for asked in (names, others, others):
        yield "&".join(f"{name}={next(values)}" for name in asked)
    yield "&".join(f"{name}={next(values)}" for name in PLACES)
    yield "&".join(f"{name}={next(values)}" for name in others for _ in range(2))
    yield f"q={'x' * 10_000}&after={'1' * 10_000}&tab={'y' * 10_000}"


def _is_shown_before(address: str, panel: Panel) -> bool:
    """Tell whether a panel that comes before this one has the same address below its own."""
    within = address.split("/", 2)[2]
    before = list(Panel)[: list(Panel).index(panel)]
    return any(f"/{other.value}/{within}" in _addresses(other.value) for other in before)


def _status(client: Client, address: str) -> int:
    """Ask, and take back what the answer may have written, so that a broken statement breaks one answer only.

    Every answer, whatever it is, has the headers that browsers need.
    """
    with transaction.atomic():
        answer = client.get(address)
        if answer.streaming:
            for _ in answer:
                pass
        transaction.set_rollback(True)
    assert missing(answer) == [], (address, answer.status_code)
    return answer.status_code


def test_the_names_of_parameters_are_found() -> None:
    assert {"q", "after", "before", "page", "sort", "tab", "days", "why"} <= set(_names())


@pytest.mark.slow
@pytest.mark.parametrize("panel", list(Panel))
def test_no_address_of_a_panel_breaks_whatever_is_in_it(world: OddWorld, panel: Panel) -> None:
    client, names = world.browser(panel.value), _names()
    addresses = _addresses(panel.value)
    assert len(addresses) > 8
    broken: list[tuple[int, str]] = []
    shown: list[int] = []
    for place, address in enumerate(addresses):
        usual = _filled(address, world)
        shown.append(_status(client, usual))
        first, *more = [f"{usual}?{query}" for query in _queries(names, place)]
        with noted() as reads:
            shown_odd = _status(client, first)
        # Without a parameter that is read, others say nothing more; a further panel has other columns only.
        asked = more[: _FURTHER if _is_shown_before(address, panel) else None]
        asked = asked if reads.names or reads.all else []
        if shown_odd >= 500:
            broken.append((shown_odd, first[:160]))
        for odd in [*asked, *_with_odd_places(address)]:
            status = _status(client, odd)
            if status >= 500:
                broken.append((status, odd[:160]))
    assert broken == []
    assert max(shown) < 500
    # Most screens show something of the world: a panel of missing pages would prove nothing.
    assert shown.count(200) > 0.6 * len(shown)
