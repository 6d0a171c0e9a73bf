"""Odd texts that get through: each is sent with all other fields right, and read where it comes out again.

Texts of all scripts, mark-up and what spreadsheets take for formulas are kept and shown literally; what is not seen, or
shows as something else, is refused at its field and stored nowhere.
"""

import csv
import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from email.utils import parseaddr
from html import escape
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.acting import begin_acting
from entrepot.domain.parties.commands import set_role
from entrepot.domain.parties.kinds import FactorKind, RoleCode
from entrepot.domain.parties.models import Account, Brand, User
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.user_import import COLUMNS
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, shop
from tests.flows.test_user_import import check, take, work
from tests.support.clients import signed_in
from tests.support.mailbox import html_of, mail_server, send, tell, text_of
from tests.support.people import NOW, SETUP, user
from tests.web.odd.typed import form_of

pytestmark = pytest.mark.django_db
KEPT = (
    "Größe 😀 👩\u200d👧 شركة לוי 漢字 Zoe\u0308",
    "<script>alert(1)</script> {{7*7}} ${7*7} ' OR 1=1--",
    "=1+1",
)
"""Umlauts, four bytes, joined signs, right to left, marks on letters; mark-up, templates, SQL; a formula."""
FORMULAS = ("=1+1", "+1 Ltd", "-2+3", "@SUM(A1)")
REFUSED = ("Hanna\u202erobraH", "Han\u200bna", "Han\x00na", "x" * 10_000)
ONE_LINE = "Hanna\r\nBcc: b@c.example"


@pytest.fixture
def store(db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Everybody with something to sell, at one instant."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.PUBLIC_PORT = ""
    return shop()


@dataclass(frozen=True)
class Place:
    """Fields of a form: who types into them, on which page, and where they are read again.

    `to` is where the form goes if not to its own page. `more` gives the fields that the page leaves empty, for the text
    in a given place. `lines`: line breaks belong into the field. `braces`: double ones are nothing special there.
    `after` puts things back before the text is read.
    """

    who: str
    page: Callable[[Shop], str]
    names: tuple[str, ...]
    shown: Callable[[Shop], str]
    to: Callable[[Shop], str] | None = None
    more: Callable[[int], dict[str, str]] = field(default=lambda _place: {})
    lines: bool = False
    braces: bool = True
    after: Callable[[Shop, Client], None] = field(default=lambda _store, _client: None)


def _page(name: str) -> Callable[[Shop], str]:
    return lambda _store: reverse(name)


def _uma(name: str) -> Callable[[Shop], str]:
    return lambda store: reverse(name, args=[store.people.cleo.user_id])


def _cleo(name: str, query: str = "") -> Callable[[Shop], str]:
    return lambda store: reverse(name, args=[store.people.cleo.account_id]) + query


def _stop(_store: Shop, client: Client) -> None:
    client.post(reverse("stop-acting"))


def _release(store: Shop, client: Client) -> None:
    address = _cleo("reseller:account-release")(store)
    client.post(address, {**form_of(client.get(address), field="reason"), "reason": "over"})


def _passkey(store: Shop) -> str:
    row, _new = Authenticator.objects.get_or_create(
        user_id=store.people.cleo.user_id,
        type=FactorKind.PASSKEY.value,
        defaults={"data": {"name": "Laptop", "credential": {}}},
    )
    return reverse("own-passkey", args=[row.pk])


def _user(place: int) -> dict[str, str]:
    return {"login": f"odd.{place:04}", "email": f"odd.{place}@mail.example"}


def _portal(place: int) -> dict[str, str]:
    return {
        "slug": f"portal-{place}",
        "issuer": f"https://login{place}.company.example",
        "client_id": "cloud",
        "client_secret": "secret",
    }


def _role(_place: int) -> dict[str, str]:
    return {"users": "1"}


def _words(name: str, *, lines: bool) -> Place:
    def at(address: str) -> Callable[[Shop], str]:
        return lambda _store: reverse(address, args=["order_completed", "de"])

    page, to = at("reseller:message-words-of"), at("reseller:message-words-keep")
    return Place("sven", page, (name,), page, to=to, lines=lines, braces=False)


_HISTORY = _cleo("reseller:customer", "?tab=timeline")


def _order(name: str) -> Callable[[Shop], str]:
    return lambda store: reverse(name, args=[(Order.objects.first() or _placed(store)).pk])


def _placed(store: Shop) -> Order:
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(2)})])
    amount = estimate_order(cart, now=NOW).total.first
    place_order(cart, request_key="first", confirmed=amount, actor=SETUP, now=NOW)
    return Order.objects.get()


def _sub(name: str) -> Callable[[Shop], str]:
    return lambda store: reverse(
        name, args=[(Order.objects.first() or _placed(store)).subscription_id]
    )


_OFFICE = ("name", "street", "city", "region", "billing-name")
_SHOP = _cleo("reseller:customer")
PLACES = {
    "a new user": Place(
        *("cleo", _page("customer:user-new"), ("display_name",), _page("customer:users")),
        more=_user,
    ),
    "a user": Place("cleo", _uma("customer:user-edit"), ("display_name",), _uma("customer:user")),
    "oneself": Place("cleo", _page("profile"), ("display_name",), _page("profile")),
    "a role": Place(
        *("cleo", _page("customer:role-new"), ("name",), _page("customer:roles")), more=_role
    ),
    "a company": Place(
        "cleo", _page("customer:own-account-edit"), _OFFICE, _page("customer:account")
    ),
    "a portal": Place(
        *("cleo", _page("customer:portal-new"), ("name",), _page("customer:portals")),
        more=_portal,
    ),
    "a token": Place("cleo", _page("customer:token-new"), ("name",), _page("customer:directory")),
    "a passkey": Place("cleo", _passkey, ("name",), _page("own-security")),
    "a brand": Place("sven", _page("reseller:brand"), ("display_name",), _page("reseller:brand")),
    "an external ID": Place("sven", _cleo("reseller:account-edit"), ("external_id",), _SHOP),
    "a note": Place("sven", _SHOP, ("text",), _SHOP, to=_cleo("reseller:account-note"), lines=True),
    "an order's note": Place(
        *("sven", _order("reseller:order"), ("text",), _order("reseller:order")),
        to=_order("reseller:order-note"),
        lines=True,
    ),
    "a subscription's note": Place(
        *("sven", _sub("reseller:subscription"), ("text",), _sub("reseller:subscription")),
        to=_sub("reseller:subscription-note"),
        lines=True,
    ),
    "a hold": Place(
        *("sven", _cleo("reseller:account-hold"), ("reason",), _HISTORY), after=_release
    ),
    "acting": Place(
        *("sven", _cleo("reseller:account-act"), ("reason",), _HISTORY), after=_stop, lines=True
    ),
    "a subject": _words("subject", lines=False),
    "a message": _words("body", lines=True),
}


def _sent(store: Shop, client: Client, place: Place, typed: dict[str, str], number: int) -> Any:
    """Open the form and send it with what was typed; everything else as it stands there."""
    address = place.page(store)
    fields = form_of(client.get(address), field=place.names[0])
    target = place.to(store) if place.to else address
    return client.post(target, {**fields, **place.more(number), **typed})


def _shown(store: Shop, client: Client, place: Place) -> str:
    return str(client.get(place.shown(store)).content.decode())


@pytest.mark.parametrize("name", PLACES)
def test_odd_texts_are_kept_and_shown_literally_or_refused(store: Shop, name: str) -> None:
    place = PLACES[name]
    client = signed_in(getattr(store.people, place.who))
    for number, text in enumerate(KEPT):
        said = text if place.braces else text.replace("{{7*7}}", "")
        typed = {one: f"{said} {nth}" if nth else said for nth, one in enumerate(place.names)}
        answer = _sent(store, client, place, typed, number)
        assert answer.status_code in (200, 302), text
        place.after(store, client)
        shown = _shown(store, client, place)
        for one in typed.values():
            kept = " ".join(one.split())
            assert escape(one) in shown or escape(unicodedata.normalize("NFC", kept)) in shown, one
        assert "<script>alert" not in shown
    refused = (*REFUSED, *([] if place.lines else [ONE_LINE]))
    for number, text in enumerate(refused, start=len(KEPT)):
        # Of several fields each is the only wrong one once.
        wrong = {place.names[number % len(place.names)]: text}
        answer = _sent(store, client, place, wrong, number)
        assert answer.status_code in (409, 422), text[:40]
        assert text not in _shown(store, client, place), text[:40]


def test_odd_texts_reach_mails_as_they_were_typed_and_heads_have_one_line(
    store: Shop, settings: Any
) -> None:
    """Names of a company, person, brand, and a reason: in subject, sender, text and HTML of a mail."""
    cleo, sven = store.people.cleo, store.people.sven
    sam = user(cleo.account_id, "second.admin", "Sam", password=None)
    Account.objects.filter(pk=cleo.account_id).update(email="office@cleo.example")
    roles = (RoleCode.BILLING, RoleCode.READ_ONLY, RoleCode.ADMINISTRATOR)
    for number, text in enumerate((*KEPT[:2], FORMULAS[3])):
        Account.objects.filter(pk=cleo.account_id).update(name=text)
        Brand.objects.filter(account_id=sven.account_id).update(display_name=text)
        User.objects.filter(pk=sam).update(display_name=text)
        now, boss = NOW + timedelta(minutes=number), sven.viewer()
        set_role(user_id=sam, account_id=cleo.account_id, role=roles[number], actor=SETUP, now=now)
        begin_acting(boss, account_id=cleo.account_id, reason=text, actor=boss.actor(), now=now)
        with mail_server(settings) as server:
            tell(now=now)
            send(now=now)
        role, acted = sorted(server.mails, key=lambda mail: str(mail["To"]), reverse=True)
        assert str(role["Subject"]).strip() == f"Your role at {text} was changed"
        assert parseaddr(str(role["From"]))[0] == text
        assert f"Hello {text}," in text_of(role)
        assert f"Reason given: {text}" in text_of(acted)
        for mail in (role, acted):
            assert escape(text) in html_of(mail)
            assert "<script>alert" not in html_of(mail)
            assert mail["Bcc"] is None


def test_odd_names_come_in_by_a_file_and_go_out_in_one_that_no_spreadsheet_calculates(
    store: Shop, tmp_path: Path
) -> None:
    cleo, path = store.people.cleo, tmp_path / "users.csv"
    names = [*KEPT, *FORMULAS[1:], *REFUSED[:2], "x" * 151]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        for number, name in enumerate(names):
            rows.writerow({"login": f"odd.{number:04}", "display_name": name, "role": "user"})

    number, found = check(cleo, path)
    work(take(cleo, number, skip_bad=True))

    good = {f"odd.{place:04}": name for place, name in enumerate([*KEPT, *FORMULAS[1:]])}
    known = dict(User.objects.filter(login__startswith="odd.").values_list("login", "display_name"))
    assert known == {k: unicodedata.normalize("NFC", name) for k, name in good.items()}
    assert {one["line"] for one in found["faults"]} == {8, 9, 10}
    answer = signed_in(cleo).get(reverse("customer:users-export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    cells = {row["login"]: row["display_name"] for row in csv.DictReader(io.StringIO(text))}
    for login, name in known.items():
        assert cells[login] == (f"'{name}" if name.startswith(("=", "+", "-", "@")) else name)
