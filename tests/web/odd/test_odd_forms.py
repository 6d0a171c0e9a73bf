"""Odd forms: whatever a field carries, the answer says so or ignores it, and the program never breaks.

Which fields a form has is seen while it is sent: a field that only a right value of another one leads to is
found there, and tried too.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import Panel
from tests.web.odd.conftest import OddWorld
from tests.web.odd.headers import missing
from tests.web.odd.reads import Reads, noted
from tests.web.odd.test_odd_addresses import _filled

WEB = Path(__file__).resolve().parents[3] / "src" / "entrepot" / "web"
_POSTED = re.compile(r"\b(?:POST|posted)\.get(?:list)?\(\s*\"([a-z_]+)\"|_key\(request\.POST")
_FIELD = re.compile(r"^    ([a-z_]+) = forms\.", re.MULTILINE)
OWN_PAGES = (
    "/profile/",
    "/profile/sessions/",
    "/password/",
    "/switch/",
    "/language/",
    "/preference/",
)
SIGNED_IN = "session"
OUTSIDE = ("/sign-in/", "/password/reset/", "/password/reset/MQ/a-b/")
VALUES = (
    "a\x00b",
    "\x00",
    "\u202egnp.exe",
    "\ud800",
    "\U0001f600" * 50,
    "-1",
    "9" * 40,
    "1e999",
    "NaN",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "' OR 1=1--",
    "a\r\nBcc: b@c.example",
    "x" * 10_000,
)
# What a person would send; one field of it at a time is replaced by something odd.
USUAL = {
    "account": "cleo",
    "comment": "Agreed by phone",
    "day": "2026-03-16",
    "display_name": "Hanna Harbor",
    "email": "hanna@mail.example",
    "key": "a" * 32,
    "language": "en",
    "login": "hanna.harbor",
    "provider": "Stratus",
    "reason": "Agreed by phone",
    "subscription": "SUB-1",
    "timezone": "Europe/Berlin",
    "token": "0",
    "until": "2026-04-01",
    "version": "1",
}


def _names(folder: str = "") -> list[str]:
    """Find the names of all fields, or of those that the screens of a folder read."""
    found: set[str] = {"day", "reason", "token", "until"}
    for path in (WEB / "screens" / folder if folder else WEB).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(name for name in _POSTED.findall(text) if name)
        found.update(_FIELD.findall(text))
    return sorted(found - {"csrfmiddlewaretoken"})


def _writing(
    patterns: list[URLPattern | URLResolver], before: str, panel: str
) -> Iterator[tuple[str, str]]:
    """Give the addresses that take a form, each with the folder of its screen."""
    for one in patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _writing(one.url_patterns, address, panel)
        elif address.startswith(f"{panel}/") and "POST" in _methods(one):
            yield f"/{address}", one.callback.__module__.split(".")[3]


def _methods(one: URLPattern) -> tuple[str, ...]:
    return tuple(getattr(one.callback, "methods", ()))


def _sent(text: str) -> str:
    """Write a field as a browser that was tampered with sends it: a lone surrogate as its three bytes."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _post(client: Client, address: str, fields: dict[str, str]) -> Any:
    """Send a form, and take back what it wrote, so that a broken statement breaks one answer only."""
    body = "&".join(f"{name}={_sent(value)}" for name, value in fields.items())
    # A form that gives the session another key would leave the browser with one that is taken back.
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.post(address, body, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    client.cookies = cookies
    lacks = missing(answer, is_signed_in=SIGNED_IN in cookies)
    assert lacks == [], (address, answer.status_code)
    return answer


def _broken(
    client: Client, addresses: Sequence[str], names: Sequence[str], *, turn: int = 0
) -> list[tuple[str, str]]:
    """Send every form with each field that it reads odd in turn; name what failed. `turn` chooses the first value."""
    place = turn * 5 % len(VALUES)
    values = cycle(VALUES[place:] + VALUES[:place])
    found: list[tuple[str, str]] = []
    for address in addresses:
        with noted() as reads:
            if _post(client, address, dict(USUAL)).status_code >= 500:
                found.append((address, "as usual"))
            tried: set[str] = set()
            while left := sorted(_of(reads, names) - tried):
                tried.update(left)
                for name in left:
                    value = next(values)
                    if _post(client, address, {**USUAL, name: value}).status_code >= 500:
                        found.append((address, f"{name}={value[:20]!r}"))
        # Another value for each field at the next address.
        next(values)
    return found


def _of(reads: Reads, names: Sequence[str]) -> set[str]:
    """Give the fields to try: what was read, and every known one where all fields were gone through."""
    return (reads.names | (set(names) if reads.all else set())) - {"csrfmiddlewaretoken"}


def _email() -> str:
    """Return the stored address of the newest person, who is the browser's: another one would need the password."""
    return User.objects.order_by("-id").values_list("email", flat=True)[0]


def test_no_form_of_a_panel_breaks_whatever_is_in_it(world: OddWorld) -> None:
    names = _names()
    assert set(USUAL) - {"login"} <= set(names)
    tried: set[str] = set()
    for panel in Panel:
        client = world.browser(panel.value)
        forms = sorted(_writing(get_resolver().url_patterns, "", panel.value))
        # The own subscriptions of a reseller are the same screens as its customers' ones.
        forms = [one for one in forms if not one[0].startswith("/reseller/account/subscriptions/")]
        # One screen serves several panels: each of its forms is tried in the first of them that reads it.
        forms = [one for one in forms if one[0].split("/", 2)[2] not in tried]
        for turn, (address, screen) in enumerate(forms):
            with noted() as reads:
                assert _broken(client, [_filled(address, world)], _names(screen), turn=turn) == []
            if reads.names:
                tried.add(address.split("/", 2)[2])
        assert _broken(client, OWN_PAGES, names) == []


def test_no_form_of_signed_out_people_breaks_whatever_is_in_it(world: OddWorld) -> None:
    client = Client(SERVER_NAME="bench.localhost", raise_request_exception=False)
    names = ["login", "password", "again", "next"]
    assert _broken(client, OUTSIDE, names) == []


def test_a_megabyte_in_a_name_is_refused_with_the_limit(world: OddWorld) -> None:
    client = world.browser("reseller")

    inside = _post(client, "/profile/", {**USUAL, "display_name": "x" * 300_000})
    assert inside.status_code == 422
    assert "at most 150 characters (it has 300000)" in inside.content.decode()

    # 3 bytes each on the wire: more than the mebibyte that a form may have.
    beyond = _post(client, "/profile/", {**USUAL, "display_name": "x" * 1_000_000})
    assert beyond.status_code == 400
    assert "1 MiB" in beyond.content.decode()


@pytest.mark.parametrize(
    "name", ["Hanna \u202erobraH", "Hanna\u200b Harbor", "Hanna\r\nBcc: b@c.example", "Han\x00na"]
)
def test_a_name_that_shows_as_another_is_refused_and_nothing_is_stored(
    world: OddWorld, name: str
) -> None:
    client = world.browser("reseller")
    form = {**USUAL, "email": _email(), "display_name": name}
    before = list(User.objects.order_by("id").values_list("display_name", flat=True))

    answer = _post(client, "/profile/", form)

    assert answer.status_code == 422
    assert list(User.objects.order_by("id").values_list("display_name", flat=True)) == before
    text = answer.content.decode()
    assert "control characters" in text or "Null characters are not allowed" in text


def test_mark_up_in_a_name_is_shown_as_it_was_typed(world: OddWorld) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    client = world.browser("reseller")

    saved = client.post(
        "/profile/", {**USUAL, "email": _email(), "display_name": name}, follow=True
    )

    assert saved.status_code == 200
    text = saved.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text
    assert "<script>alert(1)" not in text
