"""Panels, menus, accounts, languages: who gets where."""

import pytest
from django.conf import settings as live_settings
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, include, path

from entrepot.config import urls as real_urls
from entrepot.domain.parties import queries
from entrepot.domain.parties.commands import add_membership
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import User
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.kernel.errors import BadInput, Conflict, Refused
from entrepot.web.access.guards import screen
from entrepot.web.access.menu import has_address, menu_of
from tests.support.people import NOW, SETUP, account

WHO = {"actor": SETUP, "now": NOW}


@screen(Capability.VIEW_ACCOUNTS)
def account_screen(request, number):
    facts = queries.account_page(request.viewer, account_id=number)
    return HttpResponse(facts.row.name)


@screen(Capability.RUN_BILLING, methods=("POST",))
def billing_button(request):
    return HttpResponse("started")


@screen(Capability.VIEW_ACCOUNTS)
def refusing_screen(request, code):
    kinds = {"bad": BadInput, "conflict": Conflict, "refused": Refused}
    raise kinds[code]("not_now", "Not {when}.", next_step="Wait.", when="<now>")


def _panel(name):
    pages = [
        path("accounts/<int:number>/", account_screen, name="account"),
        path("billing/", billing_button, name="billing"),
        path("refusing/<str:code>/", refusing_screen, name="refusing"),
    ]
    return path(f"{name}/", include((pages, name)))


class Pages:
    """The real addresses with test screens in the panels."""

    urlpatterns = [
        *[p for p in real_urls.urlpatterns if str(p.pattern) not in {f"{x}/" for x in Panel}],
        *[_panel(name) for name in Panel],
    ]


@pytest.fixture
def pages(db):
    has_address.cache_clear()
    with override_settings(ROOT_URLCONF=Pages):
        yield
    has_address.cache_clear()


SEES = {
    "harbor": {"harbor", "ria", "sven", "cleo", "rex", "carl"},
    "ria": {"ria", "sven", "cleo"},
    "sven": {"sven", "cleo"},
    "cleo": {"cleo"},
    "rex": {"rex", "carl"},
    "carl": {"carl"},
}
PANEL = {"harbor": "provider", "cleo": "customer", "carl": "customer"}


@pytest.mark.parametrize("who", SEES)
def test_a_foreign_object_answers_exactly_as_a_missing_one(pages, signed_in, people, who):
    client, panel = signed_in(people.all[who]), PANEL.get(who, "reseller")
    missing = client.get(f"/{panel}/accounts/987654321/")
    assert missing.status_code == 404

    for whose, other in people.all.items():
        answer = client.get(f"/{panel}/accounts/{other.account_id}/")
        if whose in SEES[who]:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 404
        assert _same(answer, missing)
        assert other.name not in answer.content.decode()


def _same(one, other):
    import re

    # The address itself comes back in the forms of the frame.
    changing = rb"[A-Za-z0-9]{64}|nonce-[^'\"]+|/accounts/\d+/"
    bodies = [re.sub(changing, b"", a.content) for a in (one, other)]
    names = [sorted(a.headers) for a in (one, other)]
    return bodies[0] == bodies[1] and names[0] == names[1]


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("panel", list(Panel))
def test_the_panel_of_another_kind_does_not_exist(pages, signed_in, people, who, panel):
    client, number = signed_in(people.all[who]), people.all[who].account_id

    answer = client.get(f"/{panel}/accounts/{number}/")

    assert answer.status_code == (200 if panel == PANEL.get(who, "reseller") else 404)


@pytest.mark.parametrize("panel", list(Panel))
def test_signed_out_people_are_sent_to_the_sign_in_page_and_back(pages, at, panel):
    answer = at("sven").get(f"/{panel}/accounts/7/?tab=a")

    assert answer.status_code == 302
    assert answer.url == f"/sign-in/?next=%2F{panel}%2Faccounts%2F7%2F%3Ftab%3Da"


def test_a_fragment_request_of_signed_out_people_leads_the_whole_page_to_sign_in(pages, at):
    answer = at("sven").get("/customer/accounts/7/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in/")


def test_a_missing_capability_is_told_and_other_methods_are_refused(pages, signed_in, people):
    reseller, provider = signed_in(people.ria), signed_in(people.harbor)

    assert reseller.post("/reseller/billing/").status_code == 403
    assert provider.post("/provider/billing/").content == b"started"
    assert provider.get("/provider/billing/").status_code == 405


@pytest.mark.parametrize(("code", "status"), [("bad", 400), ("conflict", 409), ("refused", 409)])
def test_a_refusal_is_a_page_that_says_what_to_do(pages, signed_in, people, code, status):
    answer = signed_in(people.ria).get(f"/reseller/refusing/{code}/")

    assert answer.status_code == status
    assert "Not &lt;now&gt;. Wait." in answer.content.decode()


def test_pages_of_signed_in_people_are_not_kept(signed_in, people, at):
    answer = signed_in(people.cleo).get("/profile/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.headers["X-Request-Id"]) == 32
    assert "no-store" in at("sven").get("/sign-in/").headers["Cache-Control"]


def test_colours_are_kept_by_browsers_whoever_asks(signed_in, people, at):
    """They are the same for everybody, and their address changes with what they show."""
    mine, anybody = (one.get("/brand.css?3b4fd8") for one in (signed_in(people.cleo), at("sven")))

    assert mine.content == anybody.content != b""
    assert mine.headers["Cache-Control"] == "public, max-age=3600"
    # Nothing in the answer depends on who asks, so that a proxy may give it to the next one.
    assert "Cookie" not in mine.headers.get("Vary", "")
    assert mine.cookies == {}


def test_security_headers_are_on_every_page(at):
    headers = at("sven").get("/sign-in/").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_people_switch_between_their_accounts_by_post(signed_in, people):
    second = account(AccountKind.CUSTOMER, people.sven.account_id, "Zeta Zoo")
    add_membership(user_id=people.cleo.user_id, account_id=second, role=RoleCode.BILLING, **WHO)
    client = signed_in(people.cleo)
    key = client.session.session_key
    assert "Zeta Zoo" in client.get("/switch/").content.decode()
    assert client.get(f"/switch/?account={second}").wsgi_request.viewer.account_id != second

    answer = client.post("/switch/", {"account": second})

    viewer = client.get("/profile/").wsgi_request.viewer
    assert answer.status_code == 302
    assert (viewer.account_id, viewer.role) == (second, RoleCode.BILLING)
    assert client.session.session_key != key


def test_the_menu_switches_with_one_click(signed_in, people):
    second = account(AccountKind.CUSTOMER, people.sven.account_id, "Zeta Zoo")
    add_membership(user_id=people.cleo.user_id, account_id=second, role=RoleCode.BILLING, **WHO)

    page = signed_in(people.cleo).get("/profile/").content.decode()

    menu = page.split('<details class="switcher menu">')[1].split("</details>")[0]
    assert menu.count('<form method="post" action="/switch/">') == 1
    assert menu.count("csrfmiddlewaretoken") == 1
    assert f'name="account" value="{second}"' in menu
    assert f'value="{people.cleo.account_id}"' not in menu


def test_a_page_that_does_not_exist_offers_only_what_is_there(signed_in, people, at):
    client = signed_in(people.cleo)

    inside = client.get("/customer/nowhere/")
    outside = at(people.cleo.host).get("/nowhere/")

    assert inside.status_code == outside.status_code == 404
    assert "Use the search or start from the menu." in inside.content.decode()
    assert 'id="global-search"' in inside.content.decode()
    assert 'aria-label="Main menu"' in inside.content.decode()
    assert "There is no such page" in outside.content.decode()
    assert "Use the search" not in outside.content.decode()


@pytest.mark.parametrize("wanted", ["sven", "", "0", "x", "99999999999999999999"])
def test_nobody_switches_to_an_account_that_is_not_theirs(signed_in, people, wanted):
    client = signed_in(people.cleo)
    number = people.sven.account_id if wanted == "sven" else wanted

    assert client.post("/switch/", {"account": number}).status_code == 404
    assert client.get("/profile/").wsgi_request.viewer.account_id == people.cleo.account_id


def test_a_lost_account_falls_back_to_the_other_one(signed_in, people):
    second = account(AccountKind.CUSTOMER, people.sven.account_id, "Zeta Zoo")
    add_membership(user_id=people.cleo.user_id, account_id=second, role=RoleCode.BILLING, **WHO)
    client = signed_in(people.cleo)
    client.post("/switch/", {"account": second})

    User.objects.get(pk=people.cleo.user_id).memberships.filter(account_id=second).delete()

    assert client.get("/profile/").wsgi_request.viewer.account_id == people.cleo.account_id


def test_the_language_is_kept_with_the_person_and_in_the_browser(signed_in, people, at):
    client, stranger = signed_in(people.cleo), at("sven")

    for browser in (client, stranger):
        answer = browser.post("/language/", {"language": "de", "next": "/sign-in/"})
        assert (answer.status_code, answer.url) == (302, "/sign-in/")

    assert User.objects.get(pk=people.cleo.user_id).language == "de"
    assert '<html lang="de"' in stranger.get("/sign-in/").content.decode()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "javascript:x", ""])
def test_choosing_a_language_leads_to_no_other_site(at, target):
    answer = at("sven").post("/language/", {"language": "de", "next": target})

    assert answer.url == "/"


def test_an_unknown_language_changes_nothing(at):
    answer = at("sven").post("/language/", {"language": "../../etc", "next": "/sign-in/"})

    assert answer.status_code == 302
    assert live_settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_the_start_page_leads_on(signed_in, people, at):
    assert at("sven").get("/").url == "/sign-in/"
    for person in people.all.values():
        answer = signed_in(person).get("/")
        assert answer.status_code == 302
        assert answer.url != "/sign-in/"


def test_menus_show_only_what_exists_and_is_allowed(pages, signed_in, people):
    page = signed_in(people.harbor).get("/profile/").content.decode()
    menu = page.split('<nav class="nav"')[1].split("</nav>")[0]

    # Of the provider's menu the test screens have "billing" only.
    assert menu.count("<li>") == 1
    assert 'href="/provider/billing/"' in menu
    assert "/reseller/" not in menu


def test_health_answers_without_a_session(at):
    answer = at("sven").get("/health")

    assert (answer.status_code, answer.json()) == (200, {"database": True})
    assert not answer.cookies


def test_the_brands_style_sheet_carries_its_colour(at):
    answer = at("sven").get("/brand.css")

    assert answer.headers["Content-Type"].startswith("text/css")
    assert "#3b4fd8" in answer.content.decode()


# Menu entries whose screens do not exist yet. The list may only shrink.
WITHOUT_SCREEN = {
    "provider:credit",
}


def test_menu_entries_lead_to_screens():
    has_address.cache_clear()
    names = {e.url_name for panel in Panel for group in menu_of(panel) for e in group.entries}

    dead = {name for name in names if not has_address(name)}

    assert dead <= WITHOUT_SCREEN


def test_shortcut_letters_are_unique_in_each_menu():
    for panel in Panel:
        keys = [e.key for group in menu_of(panel) for e in group.entries if e.key]
        assert len(keys) == len(set(keys))


def _screens(resolver, prefix=""):
    for entry in resolver.url_patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _screens(entry, address)
        elif isinstance(entry, URLPattern):
            yield address, entry.callback


def test_every_address_of_a_panel_names_a_capability():
    unguarded = [
        address
        for address, view in _screens(get_resolver())
        if address.split("/")[0] in set(Panel) and not getattr(view, "is_screen", False)
    ]

    assert unguarded == []
