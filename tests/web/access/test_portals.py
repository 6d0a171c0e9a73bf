"""Signing in through a portal: a real OpenID Connect provider on a socket, which misbehaves on request."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.cache import cache

from entrepot.domain.identity.commands import (
    PortalFacts,
    add_portal,
    change_portal,
    delete_portal,
    switch_portal,
)
from entrepot.domain.identity.models import ExternalIdentity, Portal
from entrepot.domain.parties.commands import delete_person, disable_person, give_role
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.kinds import AccountStatus, RoleCode, SignInOutcome
from entrepot.domain.parties.models import Account, Membership, SignIn, User
from entrepot.domain.parties.viewer import Acting
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from entrepot.ops.identity_simulator.people import SimulatedPerson, Trick
from entrepot.ops.identity_simulator.runner import IdentitySimulator
from tests.support.people import NOW, SETUP, user

BACK = "http://sven.localhost/sign-in/portal/cleo/back/"
GO = "/sign-in/portal/cleo/go/"
PAULA = {
    "preferred_username": "Paula.Portal",
    "name": "Paula Portal",
    "email": "paula@cleo.example",
    "phone_number": "+49 40 3003420",
    "locale": "de-DE",
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[IdentitySimulator]:
    """One portal for the file; every test has its own people and tricks."""
    with IdentitySimulator(people=[]) as running:
        running.register("shop", "s3cret & more", BACK)
        yield running


@pytest.fixture
def provider(simulator, clock, settings):
    simulator.authority.clock = clock
    simulator.authority.people = {"p-1": SimulatedPerson("p-1", dict(PAULA))}
    simulator.trick()
    settings.INSIDE_PORTALS = frozenset({simulator.address})
    settings.PORTAL_SECONDS = 1.0
    settings.PUBLIC_PORT = ""
    return simulator


def facts(provider, **changed):
    given = {
        "name": "Cleo's sign-in",
        "issuer": provider.issuer,
        "client_id": "shop",
        "scopes": "profile email",
        "login_claim": "preferred_username",
        "role": RoleCode.USER,
        "own_role_id": None,
        "domains": "cleo.example",
        "checks_second_factor": False,
    }
    return PortalFacts(**{**given, **changed})


@pytest.fixture
def portal(provider, people):
    """Cleo's portal, switched on."""
    viewer, who = people.cleo.viewer(), {"actor": SETUP, "now": NOW}
    number = add_portal(viewer, slug="cleo", secret="s3cret & more", facts=facts(provider), **who)
    switch_portal(viewer, portal_id=number, is_on=True, **who)
    return number


def through(client, *, person="p-1", go=GO, spoil=lambda query: query):
    """Go to the portal, say there who one is, and come back as a browser does."""
    there = client.get(go)
    assert there.status_code == 302, there.content.decode()
    sent = requests.post(
        there.headers["Location"], data={"person": person}, allow_redirects=False, timeout=5
    )
    assert sent.status_code == 302, sent.text
    back = urlsplit(sent.headers["Location"])
    query = {key: values[0] for key, values in parse_qs(back.query).items()}
    return client.get(back.path, spoil(query))


def refusal(answer, status=409):
    assert answer.status_code == status, answer.content.decode()
    assert "_auth_user_id" not in answer.wsgi_request.session
    return answer.content.decode()


def test_the_first_sign_in_creates_a_person_whose_identity_stays_outside(
    at, people, portal, provider
):
    client = at("sven")

    answer = through(client, go=f"{GO}?next=/customer/my-services/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/customer/my-services/")
    paula = User.objects.get(realm=people.cleo.host, login="paula.portal")
    told = (paula.display_name, paula.email, paula.phone, paula.language, paula.kept_by)
    assert told == ("Paula Portal", "paula@cleo.example", "+49403003420", "de", "Cleo's sign-in")
    assert (paula.signs_in_outside, paula.has_usable_password(), paula.is_active) == (
        True,
        False,
        True,
    )
    role = Membership.objects.get(user=paula)
    assert (role.account_id, role.role) == (people.cleo.account_id, RoleCode.USER)
    assert list(SignIn.objects.filter(user=paula).values_list("outcome", flat=True)) == [
        SignInOutcome.DONE
    ]
    entry = AuditEntry.objects.get(action="user_created", object_id=paula.pk)
    assert (entry.actor_name, entry.channel) == ("Cleo's sign-in", "portal")
    # Her pages are hers at once, and the session is one of her own.
    assert client.get("/customer/").status_code == 200
    assert client.get("/profile/sessions/").status_code == 200


def test_later_sign_ins_refresh_what_the_portal_keeps_and_leave_role_and_login(
    at, people, portal, provider
):
    through(at("sven"))
    paula = User.objects.get(login="paula.portal")
    viewer, who = people.cleo.viewer(), {"actor": SETUP, "now": NOW}
    give_role(
        viewer,
        account_id=people.cleo.account_id,
        user_id=paula.pk,
        role=RoleCode.SUPPORT,
        own_role_id=None,
        **who,
    )
    provider.authority.people["p-1"].claims |= {
        "name": "Paula Péron",
        "preferred_username": "peron",
    }
    del provider.authority.people["p-1"].claims["email"]

    assert through(at("sven")).status_code == 302

    paula.refresh_from_db()
    assert (paula.display_name, paula.login, paula.email) == (
        "Paula Péron",
        "paula.portal",
        "paula@cleo.example",
    )
    assert Membership.objects.get(user=paula).role is RoleCode.SUPPORT
    assert Membership.objects.get(user=paula).name_key == "paula peron"
    assert User.objects.filter(kept_by="Cleo's sign-in").count() == 1
    entry = AuditEntry.objects.get(action="user_refreshed", object_id=paula.pk)
    assert (entry.before, entry.after) == (
        {"display_name": "Paula Portal"},
        {"display_name": "Paula Péron"},
    )


WRONG = {
    Trick.OTHER_NONCE: "portal_token_invalid",
    Trick.OTHER_AUDIENCE: "portal_token_invalid",
    Trick.OTHER_ISSUER: "portal_issuer_differs",
    Trick.OTHER_KEY: "portal_token_invalid",
    Trick.UNSIGNED: "portal_token_invalid",
    Trick.NO_TOKEN: "portal_token_invalid",
    Trick.EXPIRED: "portal_token_expired",
    Trick.FROM_THE_FUTURE: "portal_token_expired",
    Trick.NO_LOGIN: "portal_claim_missing",
    Trick.CODE_REFUSED: "portal_code_refused",
}


def test_an_answer_that_is_not_right_lets_nobody_in_and_is_written_down(at, portal, provider):
    for trick, code in WRONG.items():
        provider.trick(trick)

        said = refusal(through(at("sven")))

        entry = AuditEntry.objects.filter(action="portal_refused").latest("id")
        assert (entry.object_id, entry.after["code"]) == (portal, code), trick
        assert "Once more through" in said
        # What a trace would tell stays with the account's own people.
        assert not entry.after["detail"] or entry.after["detail"] not in said
    assert AuditEntry.objects.filter(action="portal_refused").count() == len(WRONG)
    assert not User.objects.filter(kept_by="Cleo's sign-in").exists()
    # A minute off is no fault: clocks differ.
    provider.trick()
    provider.authority.clock = FixedClock(NOW + timedelta(seconds=55))
    assert through(at("sven")).status_code == 302


def test_a_portal_that_is_broken_slow_renamed_or_away_is_told_plainly(
    at, portal, provider, settings
):
    for trick, code, status in (
        (Trick.BROKEN, "portal_unreachable", 503),
        (Trick.SLOW, "portal_unreachable", 503),
        (Trick.RENAMED, "portal_issuer_differs", 409),
    ):
        cache.clear()
        provider.trick(trick)
        assert "You are not signed in" in refusal(at("sven").get(GO), status)
        assert AuditEntry.objects.filter(action="portal_refused").latest("id").after["code"] == code
    provider.trick()
    # Without leave of the operator no address inside is called.
    settings.INSIDE_PORTALS = frozenset()
    cache.clear()
    assert "https on port 443" in refusal(at("sven").get(GO))
    assert AuditEntry.objects.filter(action="portal_refused").count() == 4


def test_keys_that_were_changed_are_asked_for_once_more(at, portal, provider):
    assert through(at("sven")).status_code == 302
    provider.authority.rotate()

    assert through(at("sven")).status_code == 302


def test_an_answer_counts_once_for_its_browser_within_ten_minutes(at, portal, provider, clock):
    client, kept = at("sven"), {}
    assert through(client, spoil=lambda query: kept.setdefault("query", query)).status_code == 302

    replayed = client.get("/sign-in/portal/cleo/back/", kept["query"])
    assert replayed.status_code == 409
    assert "gehört zu keiner Anmeldung" in replayed.content.decode(), "in Paula's language"
    refusal(at("sven").get("/sign-in/portal/cleo/back/", kept["query"]))
    refusal(at("sven").get("/sign-in/portal/cleo/back/"))
    refusal(through(at("sven"), spoil=lambda query: {**query, "state": "x" * 43}))
    late = at("sven")

    def wait(query):
        clock.advance(timedelta(minutes=11))
        return query

    refusal(through(late, spoil=wait))
    # None of these is the portal's doing, and strangers write nothing here.
    assert not AuditEntry.objects.filter(action="portal_refused").exists()


def test_a_denial_another_issuer_and_a_code_of_somebody_else_let_nobody_in(at, portal, provider):
    assert "did not let you in" in refusal(through(at("sven"), person=""))
    elsewhere = {"iss": "https://elsewhere.example"}
    assert "another name" in refusal(through(at("sven"), spoil=lambda query: query | elsewhere))
    # A stolen code does not open in the thief's browser: the proof key is another one.
    stolen = {}
    through(at("sven"), spoil=lambda query: stolen.setdefault("query", query) and {})
    answer = through(at("sven"), spoil=lambda query: query | {"code": stolen["query"]["code"]})
    assert "took back what it had sent" in refusal(answer)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_next_leads_to_this_site_only(at, portal, target):
    answer = through(at("sven"), go=f"{GO}?next={target}")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_login_name_or_mail_address_that_somebody_has_is_not_taken_over(
    at, people, portal, provider
):
    local = user(people.cleo.account_id, "paula.portal", "Paula Local")
    User.objects.filter(pk=local).update(email="paula@cleo.example")

    said = refusal(through(at("sven")))

    assert "Somebody already signs in here as paula.portal" in said
    assert "to free it" in said
    assert ExternalIdentity.objects.count() == 0
    # The same mail address under another login is another person.
    provider.authority.people["p-1"].claims["preferred_username"] = "paula.other"
    assert through(at("sven")).status_code == 302
    assert User.objects.filter(email="paula@cleo.example").count() == 2


def test_who_is_disabled_deleted_or_whose_account_or_portal_is_out_of_use_is_not_let_in(
    at, people, portal, provider
):
    through(at("sven"))
    paula = User.objects.get(login="paula.portal")
    viewer, who = people.cleo.viewer(), {"actor": SETUP, "now": NOW}
    there = {"account_id": people.cleo.account_id, "user_id": paula.pk}

    disable_person(viewer, **there, **who)
    assert "cannot sign in here at present" in refusal(through(at("sven")))

    delete_person(viewer, **there, **who)
    assert not ExternalIdentity.objects.exists()
    # Somebody who was deleted comes as somebody new.
    assert through(at("sven")).status_code == 302
    assert User.objects.get(login="paula.portal").pk != paula.pk

    provider.authority.people["p-2"] = SimulatedPerson(
        "p-2", {**PAULA, "preferred_username": "petra"}
    )
    Account.objects.filter(pk=people.cleo.account_id).update(admin_hold=True)
    assert "is on hold" in refusal(through(at("sven"), person="p-2"))
    # Who is known reads on under a hold, as everybody of the account does.
    assert through(at("sven")).status_code == 302
    Account.objects.filter(pk=people.cleo.account_id).update(
        admin_hold=False, status=AccountStatus.CANCELLED
    )
    assert "is closed" in refusal(through(at("sven")))
    Account.objects.filter(pk=people.cleo.account_id).update(status=AccountStatus.ACTIVE)

    client = at("sven")
    assert through(client).status_code == 302
    switch_portal(viewer, portal_id=portal, is_on=False, **who)
    assert client.get("/profile/").status_code == 302, "signed out at once"
    assert "switched off" in refusal(at("sven").get(GO))
    assert "switched off" in at("sven").get("/sign-in/portal/cleo/").content.decode()


def test_people_find_their_portal_by_mail_domain_short_name_or_its_own_address(at, people, portal):
    page = at("sven").get("/sign-in/?next=/customer/invoices/").content.decode()
    # Portals of customers are not listed; the way to look for one is.
    assert "Cleo" not in page
    assert "/sign-in/portal/?next=%2Fcustomer%2Finvoices%2F" in page
    client = at("sven")
    for typed in ("anybody@CLEO.example", "cleo.example", "cleo"):
        answer = client.post("/sign-in/portal/", {"name": typed, "next": "/profile/"})
        assert answer.headers["Location"] == "/sign-in/portal/cleo/?next=%2Fprofile%2F"
    page = client.get("/sign-in/portal/cleo/?next=/profile/").content.decode()
    assert "/sign-in/portal/cleo/go/?next=%2Fprofile%2F" in page
    assert "127.0.0.1" in page
    for typed in ("uma.user", "x@other.example", "\0", "a" * 300, ""):
        assert client.post("/sign-in/portal/", {"name": typed}).status_code == 422
    # At another brand's address there is no such portal.
    assert at("ria").get("/sign-in/portal/cleo/").status_code == 404
    assert at("ria").get(GO).status_code == 404
    assert at("ria").post("/sign-in/portal/", {"name": "cleo.example"}).status_code == 422
    assert "/sign-in/portal/" not in at("ria").get("/sign-in/").content.decode()


def test_the_brands_own_portal_has_a_button_on_its_sign_in_page(at, people, provider):
    viewer, who = people.harbor.viewer(), {"actor": SETUP, "now": NOW}
    given = facts(provider, role=RoleCode.READ_ONLY, domains="")
    number = add_portal(viewer, slug="harbor-staff", secret="x", facts=given, **who)
    assert "/sign-in/portal/" not in at("harbor").get("/sign-in/").content.decode()
    switch_portal(viewer, portal_id=number, is_on=True, **who)

    page = at("harbor").get("/sign-in/").content.decode()

    assert "/sign-in/portal/harbor-staff/go/" in page
    assert "Sign in with Cleo&#x27;s sign-in" in page


def test_nobody_changes_here_what_the_portal_keeps(at, people, portal, provider):
    client = at("sven")
    through(client)
    paula = User.objects.get(login="paula.portal")
    profile = client.get("/profile/")
    body = profile.content.decode()
    assert "Cleo&#x27;s sign-in" in body
    answer = client.post(
        "/profile/",
        {
            "display_name": "Else",
            "email": "x@y.example",
            "language": "en",
            "timezone": "Europe/Berlin",
        },
    )
    assert answer.status_code == 302
    paula.refresh_from_db()
    assert (paula.display_name, paula.email) == ("Paula Portal", "paula@cleo.example")
    ok = client.post("/profile/", {"language": "en", "timezone": "Europe/Vienna"})
    assert ok.status_code == 302
    paula.refresh_from_db()
    assert (paula.language, paula.timezone) == ("en", "Europe/Vienna")
    assert "There is no password here" in client.get("/password/").content.decode()
    for place in ("/profile/", "/profile/security/", "/profile/sessions/"):
        shown = client.get(place)
        assert shown.status_code == 200
        assert "/password/" not in shown.content.decode()


def test_a_secret_that_the_portal_does_not_know_and_a_new_one(at, people, portal, provider):
    viewer, who = people.cleo.viewer(), {"actor": SETUP, "now": NOW}
    kept = Portal.objects.get(pk=portal)
    assert "s3cret" not in kept.sealed_secret
    change_portal(viewer, portal_id=portal, version=2, secret="wrong", facts=facts(provider), **who)
    assert "does not accept this site" in refusal(through(at("sven")))
    change_portal(
        viewer, portal_id=portal, version=3, secret="s3cret & more", facts=facts(provider), **who
    )
    assert through(at("sven")).status_code == 302


def test_deleting_a_portal_leaves_its_people_without_a_way_in_until_they_get_a_password(
    at, people, portal, provider
):
    client = at("sven")
    through(client)
    viewer, who = people.cleo.viewer(), {"actor": SETUP, "now": NOW}

    assert delete_portal(viewer, portal_id=portal, **who) == 1

    paula = User.objects.get(login="paula.portal")
    assert (paula.kept_by, paula.signs_in_outside, paula.has_usable_password()) == (
        "",
        False,
        False,
    )
    assert client.get("/profile/").status_code == 302
    assert at("sven").get(GO).status_code == 404


def test_nobody_sets_up_portals_on_behalf_of_others(people, provider):
    acting = Acting(1, people.ria.account_id, "Ria", "help", NOW + timedelta(hours=1))
    viewer = dataclasses.replace(people.cleo.viewer(), acting=acting)

    with pytest.raises(PartyRefused, match="not changed on behalf"):
        add_portal(viewer, slug="cleo", secret="x", facts=facts(provider), actor=SETUP, now=NOW)


def test_nobody_begins_or_comes_back_more_often_than_the_limit(at, portal, settings):
    settings.ACCOUNT_RATE_LIMITS = {"portal": "2/10m/key"}
    client = at("sven")

    answers = [client.get(GO).status_code for _ in range(3)]

    assert answers == [302, 302, 429]
    assert client.get("/sign-in/portal/cleo/back/").status_code == 429


def test_who_has_no_password_proves_at_the_portal_again_who_they_are(
    at, people, portal, provider, clock
):
    client = at("sven")
    through(client)
    again = f"{GO}?again=1&next=/profile/"
    clock.advance(timedelta(minutes=11))
    provider.trick(Trick.OLD_SIGN_IN)
    refused = through(client, go=again)
    assert refused.status_code == 409, "the portal did not ask again"
    provider.trick()

    proved = through(client, go=again)

    assert (proved.status_code, proved.headers["Location"]) == (302, "/profile/")
    assert client.session["proved"] == int(clock.now().timestamp())
    # Somebody else at the same screen does not prove it for her.
    provider.authority.people["p-2"] = SimulatedPerson(
        "p-2", {**PAULA, "preferred_username": "petra.portal"}
    )
    other = through(client, go=again, person="p-2")
    assert other.status_code == 409
    assert client.get("/profile/").wsgi_request.viewer.user_name == "Paula Portal"
