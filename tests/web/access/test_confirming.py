"""Asking again who sits there, before what is sensitive."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import path, reverse

from entrepot.config.urls import urlpatterns as real
from entrepot.web.access.guards import screen
from tests.isolation.addresses import every_address
from tests.support.codes import code_at
from tests.support.people import PASSWORD
from tests.web.access.test_second_factor import add_app

LATE = timedelta(minutes=10)


@screen(None, methods=("GET", "POST"), fresh=True)
def sensitive(request):
    return HttpResponse("a form" if request.method == "GET" else "done")


@screen(None, methods=("POST",), fresh=True)
def revoke(_request):
    return HttpResponse("revoked")


urlpatterns = [*real, path("sensitive/", sensitive), path("revoke/", revoke)]


@pytest.fixture(autouse=True)
def with_screens(settings):
    settings.ROOT_URLCONF = __name__


def test_a_sensitive_page_asks_again_after_ten_minutes_and_comes_back(people, signed_in, clock):
    client = signed_in(people.sven)
    clock.advance(LATE - timedelta(seconds=1))
    assert client.get("/sensitive/").content == b"a form"
    clock.advance(timedelta(seconds=1))

    asked = client.get("/sensitive/?of=7")
    assert asked.headers["Location"] == "/confirm/?next=%2Fsensitive%2F%3Fof%3D7"
    assert "Is it you?" in client.get(asked.headers["Location"]).content.decode()
    wrong = client.post("/confirm/", {"password": "wrong", "next": "/sensitive/?of=7"})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.content.decode()
    assert client.get("/sensitive/").status_code == 302

    back = client.post("/confirm/", {"password": PASSWORD, "next": "/sensitive/?of=7"})
    assert back.headers["Location"] == "/sensitive/?of=7"
    assert client.get("/sensitive/?of=7").content == b"a form"


def test_a_form_that_was_opened_in_time_is_taken_for_half_an_hour(people, signed_in, clock):
    client = signed_in(people.sven)
    clock.advance(timedelta(minutes=9))
    client.get("/sensitive/")

    clock.advance(timedelta(minutes=29, seconds=59))
    assert client.post("/sensitive/").content == b"done"
    clock.advance(timedelta(seconds=1))
    assert client.post("/sensitive/").headers["Location"] == "/confirm/?next=%2Fsensitive%2F"


def test_what_only_takes_forms_leads_back_to_the_page_with_the_button(people, signed_in, clock):
    client = signed_in(people.sven)
    assert client.post("/revoke/").content == b"revoked"
    clock.advance(LATE)

    page = "http://harbor.localhost/reseller/users/"
    asked = client.post("/revoke/", headers={"Referer": page})
    assert asked.headers["Location"] == "/confirm/?next=%2Freseller%2Fusers%2F"
    strange = client.post("/revoke/", headers={"Referer": "http://evil.example/x/"})
    assert strange.headers["Location"] == "/confirm/?next=%2F"
    part = client.post("/revoke/", headers={"HX-Request": "true", "Referer": page})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, asked.headers["Location"])
    away = client.post("/confirm/", {"password": PASSWORD, "next": "//evil.example"})
    assert away.headers["Location"] == "/"


def test_confirming_has_the_limits_of_signing_in(people, signed_in, clock):
    client = signed_in(people.sven)
    for _ in range(5):
        assert client.post("/confirm/", {"password": "wrong"}).status_code == 422
    assert client.post("/confirm/", {"password": PASSWORD}).status_code == 429
    assert client.get("/sensitive/").status_code == 200


def test_a_second_factor_does_as_well_as_the_password(people, signed_in, clock):
    client = signed_in(people.sven)
    secret = add_app(client, clock)
    clock.advance(LATE)
    page = client.get("/confirm/?next=/sensitive/").content.decode()
    assert "Continue with a code" in page
    assert client.post("/confirm/", {"code": "000000", "next": "/sensitive/"}).status_code == 422
    code = code_at(secret, clock.now())
    done = client.post("/confirm/", {"code": code, "next": "/sensitive/"})
    assert done.headers["Location"] == "/sensitive/"
    assert client.get("/sensitive/").content == b"a form"
    # It counts once here too.
    assert client.post("/confirm/", {"code": code, "next": "/sensitive/"}).status_code == 422


def test_the_sensitive_screens_say_so(people, signed_in, clock):
    names = {"own-app", "own-codes", "own-codes-file", "own-passkey-new", "own-passkey"}
    names |= {"own-factor-remove", "password-change", "account-act", "factor-demands"}
    names |= {
        "user-role",
        "users-role",
        "user-factors",
        "account-user-role",
        "account-user-factors",
    }
    names |= {"user-new", "account-user-new", "user-import-apply", "account-user-import-apply"}
    names |= {"role-new", "role", "role-remove"}
    names |= {"portal-new", "portal-edit", "portal-switch", "portal-delete"}
    names |= {"token-new", "token-revoke", "group-role"}
    fresh = {one.name for one in every_address() if one.fresh}
    assert names <= fresh

    client = signed_in(people.sven)
    clock.advance(LATE)
    for name, *args in (
        ("reseller:account-act", people.cleo.account_id),
        ("reseller:user-role", people.sven.user_id),
        ("password-change",),
        ("own-app",),
    ):
        asked = client.get(reverse(name, args=args))
        assert asked.headers["Location"].startswith("/confirm/?next="), name
        sent = client.post(reverse(name, args=args), {"reason": "T"})
        assert sent.headers["Location"].startswith("/confirm/?next="), name
