"""Screens of sign-in portals: set up, tested, switched, looked at, deleted; by whom, and by whom not."""

from dataclasses import replace

import pytest
from django.core.cache import cache

from entrepot.domain.identity.models import Portal
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.kernel.clock import FixedClock
from entrepot.ops.identity_simulator.people import SimulatedPerson, Trick
from entrepot.ops.identity_simulator.runner import IdentitySimulator
from entrepot.web.middleware import ViewerMiddleware
from tests.support.clients import signed_in
from tests.support.people import NOW, cast, user
from tests.web.access.test_portals import BACK, through

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings, monkeypatch):
    """A portal that knows Paula, and the time of all requests."""
    settings.PUBLIC_PORT, settings.PORTAL_SECONDS = "", 1.0
    cache.clear()
    clock = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", clock)
    paula = SimulatedPerson("p-1", {"preferred_username": "paula.portal", "name": "Paula Portal"})
    with IdentitySimulator(people=[paula], clock=clock) as running:
        running.register("shop", "s3cret", BACK)
        settings.INSIDE_PORTALS = frozenset({running.address})
        yield running


def typed(provider, **changed):
    given = {
        "name": "Cleo's sign-in",
        "slug": "cleo",
        "issuer": provider.issuer,
        "client_id": "shop",
        "client_secret": "s3cret",
        "login_claim": "preferred_username",
        "scopes": "openid profile",
        "role": "user",
        "domains": "cleo.example, clinics.example",
    }
    return {**given, **changed}


def text(answer):
    return answer.content.decode()


def test_an_administrator_sets_a_portal_up_tests_it_and_sees_who_came(provider):
    people = cast()
    client = signed_in(people.cleo)
    assert "No portal yet" in text(client.get("/customer/sign-in/"))
    assert client.get("/customer/sign-in/new/").status_code == 200
    made = client.post("/customer/sign-in/new/", typed(provider))
    portal = Portal.objects.get()
    assert made.headers["Location"] == f"/customer/sign-in/{portal.pk}/"
    page = text(client.get(made.headers["Location"]))
    assert BACK in page
    assert "http://sven.localhost/sign-in/portal/cleo/" in page
    assert "s3cret" not in page
    page = f"/customer/sign-in/{portal.pk}/"
    found = client.post(f"{page}test/")
    assert f"{provider.issuer}/keys" in text(found)
    provider.trick(Trick.RENAMED)
    fault = client.post(f"{page}test/")
    assert (fault.status_code, "https://elsewhere.example" in text(fault)) == (409, True)
    provider.trick()

    assert client.post(f"{page}switch/", {"on": "1"}).status_code == 302
    browser = signed_in(people.cleo)
    browser.logout()
    assert through(browser).status_code == 302
    shown = text(client.get(page))
    assert "Paula Portal" in shown
    assert "1 person" in shown
    paula = User.objects.get(login="paula.portal")
    of_paula = text(client.get(f"/customer/users/{paula.pk}/"))
    assert "are kept by Cleo&#x27;s sign-in" in of_paula
    assert "None: signing in at the portal is enough." in of_paula
    assert "Activation link" not in of_paula

    # An administrator gives another role; it holds from Paula's next page on.
    assert browser.get("/customer/users/").status_code == 403
    given = client.post(f"/customer/users/{paula.pk}/role/", {"role": "support"})
    assert given.status_code == 302
    assert browser.get("/customer/users/").status_code == 200
    consequences = text(client.get(f"{page}delete/"))
    assert "1 person came through it" in consequences
    assert client.post(f"{page}delete/").headers["Location"] == "/customer/sign-in/"
    assert browser.get("/customer/").status_code == 302
    assert "Show a link to hand over" in text(client.get(f"/customer/users/{paula.pk}/"))


def test_what_cannot_be_a_portal_is_refused_beside_its_field_with_the_typing_kept(provider):
    people = cast()
    client = signed_in(people.cleo)
    for wrong, said in (
        ({"slug": "a"}, "cannot be part of an address"),
        ({"issuer": "login.cleo.example"}, "not the address of a portal"),
        ({"domains": "gmail.com"}, "open to everybody"),
        ({"domains": "no domain"}, "is not a mail domain"),
        ({"role": "own-1"}, "is not one of the available choices"),
        ({"client_secret": ""}, "This field is required"),
        ({"login_claim": "a b"}, "not the name of a fact"),
        ({"name": "a\u202eb"}, "invisible control characters"),
        ({"name": "\0"}, "Null characters"),
    ):
        answer = client.post("/customer/sign-in/new/", typed(provider, **wrong))
        assert answer.status_code == 422, wrong
        assert said in text(answer), wrong
        # The typing is kept, but for the secret.
        assert "s3cret" not in text(answer)
        assert 'value="shop"' in text(answer)
    assert not Portal.objects.exists()
    client.post("/customer/sign-in/new/", typed(provider))
    again = client.post("/customer/sign-in/new/", typed(provider))
    assert again.status_code == 409
    assert "Another portal has the short name cleo" in text(again)


def test_a_portal_is_changed_with_its_version_and_keeps_its_secret_and_its_issuer(provider):
    people = cast()
    client = signed_in(people.cleo)
    client.post("/customer/sign-in/new/", typed(provider))
    portal = Portal.objects.get()
    page = f"/customer/sign-in/{portal.pk}/"
    sealed = portal.sealed_secret
    renamed = typed(provider, name="Clinic login", client_secret="", version="1")

    assert client.post(f"{page}edit/", renamed).status_code == 302

    portal.refresh_from_db()
    assert (portal.name, portal.sealed_secret, portal.version) == ("Clinic login", sealed, 2)
    stale = client.post(f"{page}edit/", typed(provider, version="1"))
    assert stale.status_code == 409
    assert "changed by somebody else" in text(stale)
    client.post(f"{page}switch/", {"on": "1"})
    browser = signed_in(people.cleo)
    browser.logout()
    through(browser)
    moved = typed(provider, issuer="https://elsewhere.example", client_secret="", version="3")
    refused = client.post(f"{page}edit/", moved)
    assert refused.status_code == 409
    assert "another issuer would give their names to others" in text(refused)
    assert "Clinic login" in text(client.get(page))
    paula = User.objects.get(login="paula.portal")
    assert paula.kept_by == "Clinic login"
    edit = f"/customer/users/{paula.pk}/edit/"
    assert "disabled" in text(client.get(edit))
    facts = {"display_name": "Else", "email": "", "phone": "", "language": "de", "version": "1"}
    assert client.post(edit, facts).status_code == 302
    paula.refresh_from_db()
    assert (paula.display_name, paula.language) == ("Paula Portal", "de")


def test_portals_are_their_accounts_own_and_for_administrators(provider):
    people = cast()
    signed_in(people.cleo).post("/customer/sign-in/new/", typed(provider))
    number = Portal.objects.get().pk
    # The sellers above see accounts below, but not how their people sign in.
    for person, panel in (
        (people.sven, "reseller"),
        (people.ria, "reseller"),
        (people.harbor, "provider"),
    ):
        client = signed_in(person)
        assert client.get(f"/{panel}/sign-in/").status_code == 200
        for act in ("", "edit/", "delete/"):
            assert client.get(f"/{panel}/sign-in/{number}/{act}").status_code == 404
        for act in ("edit/", "delete/", "test/", "switch/"):
            assert (
                client.post(f"/{panel}/sign-in/{number}/{act}", typed(provider)).status_code == 404
            )
    helper = user(people.cleo.account_id, "helper.cleo", "Helper", role=RoleCode.SUPPORT)
    client = signed_in(replace(people.cleo, user_id=helper, login="helper.cleo"))
    assert client.get("/customer/sign-in/").status_code == 403
    assert client.get(f"/customer/sign-in/{number}/").status_code == 403
    # Another customer's domain and short name are taken at the same address only.
    other = signed_in(people.carl).post("/customer/sign-in/new/", typed(provider))
    assert other.status_code == 302
