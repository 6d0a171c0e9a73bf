"""Signing in: what bad input gets (rows 1 to 4 and 8 to 12 of the list of bad inputs)."""

import statistics
import time
from datetime import timedelta

import pytest
from django.test import Client

from entrepot.domain.parties.commands import disable_user, set_role
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership, OpenSession
from tests.support.people import NOW, PASSWORD, SETUP, account, user
from tests.web.access.conftest import sign_in

WHO = {"actor": SETUP, "now": NOW}
WRONG = "seven slow ferries leave at noon"


def without_token(body: bytes) -> str:
    import re

    text = re.sub(r'(value="|X-CSRFToken": ")[A-Za-z0-9]{64}"', "", body.decode())
    return re.sub(r'nonce="[^"]+"', "", text)


def test_people_type_their_login_and_reach_their_panel(signed_in, people):
    client = signed_in(people.cleo)

    answer = client.get("/profile/")

    assert answer.status_code == 200
    assert "Uma User" in answer.content.decode()
    assert answer.wsgi_request.viewer.account_id == people.cleo.account_id


def test_an_unknown_login_and_a_wrong_password_get_the_same_answer(at):
    unknown, wrong = (sign_in(at("sven"), login, WRONG) for login in ("nobody.here", "uma.user"))

    assert unknown.status_code == wrong.status_code == 422
    assert without_token(unknown.content).replace("nobody.here", "") == without_token(
        wrong.content
    ).replace("uma.user", "")
    assert "Login name or password is not right" in wrong.content.decode()


def test_an_unknown_login_takes_as_long_as_a_wrong_password(at, people, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1000/h/ip"}
    client = at("sven")

    def seconds(login: str) -> float:
        start = time.perf_counter()
        sign_in(client, login, WRONG)
        return time.perf_counter() - start

    sign_in(client, "uma.user", WRONG)
    pairs = [(seconds("uma.user"), seconds("nobody.here")) for _ in range(9)]
    known = statistics.median(known for known, _ in pairs)
    unknown = statistics.median(unknown for _, unknown in pairs)

    # One hash takes most of either request; without it the unknown login would be several times faster.
    assert 0.5 < unknown / known < 2


def test_a_disabled_user_gets_the_answer_of_a_wrong_password(at, people):
    helper = user(people.cleo.account_id, "helper.cleo", "Helper")
    disable_user(user_id=helper, **WHO)

    answer = sign_in(at("sven"), "helper.cleo")

    assert answer.status_code == 422
    assert "Login name or password is not right" in answer.content.decode()


def test_people_without_an_account_are_not_let_in(at, people):
    Membership.objects.filter(user_id=people.cleo.user_id).delete()

    assert sign_in(at("sven"), "uma.user").status_code == 422


def test_a_password_beyond_128_characters_is_refused_without_hashing(at, people, monkeypatch):
    hashed = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(
            f"django.contrib.auth.hashers.Argon2PasswordHasher.{name}",
            lambda *args: hashed.append(args),
        )

    answer = sign_in(at("sven"), "uma.user", "x" * 10_000)

    assert answer.status_code == 422
    assert hashed == []


@pytest.mark.parametrize("password", ["nul\0nul", "🧀" * 10, ""])
def test_odd_passwords_are_only_wrong(at, password):
    assert sign_in(at("sven"), "uma.user", password).status_code == 422


def test_the_sixth_try_is_refused_even_with_the_right_password(at):
    client = at("sven")
    for _ in range(5):
        assert sign_in(client, "uma.user", WRONG).status_code == 422

    answer = sign_in(client, "uma.user")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "sessionid" not in answer.cookies


def test_a_stranger_cannot_lock_the_owner_out(at):
    stranger, owner = at("sven", REMOTE_ADDR="203.0.113.9"), at("sven", REMOTE_ADDR="198.51.100.4")
    for _ in range(6):
        sign_in(stranger, "uma.user", WRONG)
    assert sign_in(stranger, "uma.user").status_code == 429

    assert sign_in(owner, "uma.user").status_code == 302


def test_a_forged_forwarding_header_does_not_reset_the_limit(at):
    client = at("sven")
    for number in range(6):
        sign_in(client, "uma.user", WRONG, headers={"X-Forwarded-For": f"192.0.2.{number}"})

    answer = sign_in(client, "uma.user", headers={"X-Forwarded-For": "192.0.2.99"})

    assert answer.status_code == 429


def test_the_session_gets_a_new_key_at_sign_in(at):
    client = at("sven")
    session = client.session
    session["planted"] = "by a stranger"
    session.save()
    before = session.session_key

    sign_in(client, "uma.user")

    assert client.session.session_key != before
    assert not OpenSession.objects.filter(session_key=before).exists()


def test_a_disabled_user_is_out_on_the_next_request(signed_in, people):
    helper = user(people.cleo.account_id, "helper.cleo", "Helper")
    client = signed_in(people.cleo)
    user(people.cleo.account_id, "other.admin", "Other")
    assert client.get("/profile/").status_code == 200

    disable_user(user_id=people.cleo.user_id, **WHO)

    answer = client.get("/profile/")
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=%2Fprofile%2F")
    assert helper


def test_a_changed_role_holds_on_the_next_request(signed_in, people):
    user(people.ria.account_id, "second.admin", "Second")
    client = signed_in(people.ria)
    before = client.get("/profile/").wsgi_request.viewer

    set_role(
        user_id=people.ria.user_id,
        account_id=people.ria.account_id,
        role=RoleCode.READ_ONLY,
        **WHO,
    )

    after = client.get("/profile/").wsgi_request.viewer
    assert len(after.capabilities) < len(before.capabilities)


def test_people_of_a_cancelled_account_are_out_on_the_next_request(signed_in, people):
    client = signed_in(people.cleo)

    Account.objects.filter(pk=people.cleo.account_id).update(status="cancelled")

    assert client.get("/profile/").status_code == 302


def test_people_of_a_moved_account_see_its_new_place_on_the_next_request(signed_in, people):
    client = signed_in(people.sven)
    harbor, ria, sven = (p.account_id for p in (people.harbor, people.ria, people.sven))
    other = account(AccountKind.RESELLER, ria, "Between")

    Account.objects.filter(pk=sven).update(parent_id=other, path=f"{harbor}.{ria}.{other}.{sven}.")

    viewer = client.get("/profile/").wsgi_request.viewer
    assert viewer.account_path == f"{harbor}.{ria}.{other}.{sven}."


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "javascript:alert(1)",
        "https://evil.example/",
        "http://rex.localhost/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        " //evil.example",
        "https:evil.example",
        "profile",
    ],
)
def test_a_foreign_next_leads_to_the_start_page(at, target):
    answer = at("sven").post(
        "/sign-in/", {"login": "uma.user", "password": PASSWORD, "next": target}
    )

    assert (answer.status_code, answer.url) == (302, "/")


def test_a_next_of_this_site_is_followed(at):
    answer = at("sven").post(
        "/sign-in/", {"login": "uma.user", "password": PASSWORD, "next": "/profile/?a=1"}
    )

    assert answer.url == "/profile/?a=1"


def test_signing_in_without_the_forms_token_is_refused(at):
    client = at("sven", enforce_csrf_checks=True)

    answer = sign_in(client, "uma.user")

    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()


def test_the_same_login_at_two_sellers_opens_each_in_its_own_brand_only(at, people):
    twin = user(people.carl.account_id, "uma.user", "Uma of Rex", password="another long sentence")

    first, second = at("sven"), at("rex")
    assert sign_in(first, "uma.user").status_code == 302
    assert sign_in(second, "uma.user").status_code == 422
    assert sign_in(second, "uma.user", "another long sentence").status_code == 302

    seen = [client.get("/profile/").wsgi_request.viewer.user_id for client in (first, second)]
    assert seen == [people.cleo.user_id, twin]
    assert sign_in(at("harbor"), "uma.user").status_code == 422


@pytest.mark.parametrize(
    "login", ["../rex.localhost/carl.user", "rex.localhost/carl.user", "%", "_"]
)
def test_a_login_cannot_reach_into_another_realm(at, login):
    assert sign_in(at("sven"), login).status_code == 422


def test_a_session_of_one_brand_opens_nothing_at_another(signed_in, people):
    client = signed_in(people.cleo)

    elsewhere = Client(SERVER_NAME="rex.localhost")
    elsewhere.cookies = client.cookies

    assert elsewhere.get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize(("who", "idle_minutes"), [("harbor", 30), ("ria", 30), ("cleo", 12 * 60)])
def test_an_idle_session_ends(signed_in, people, clock, who, idle_minutes):
    client = signed_in(people.all[who])
    clock.advance(timedelta(minutes=idle_minutes - 1))
    assert client.get("/profile/").status_code == 200

    clock.advance(timedelta(minutes=idle_minutes))

    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize(("who", "hours", "step"), [("ria", 12, 0.25), ("cleo", 14 * 24, 8)])
def test_a_session_in_use_ends_too(signed_in, people, clock, who, hours, step):
    client = signed_in(people.all[who])
    for _ in range(int(hours / step) - 1):
        clock.advance(timedelta(hours=step))
        assert client.get("/health").status_code == 200

    assert client.get("/profile/").status_code == 200
    clock.advance(timedelta(hours=step))
    assert client.get("/profile/").status_code == 302


def test_signing_out_takes_a_post_and_ends_the_session(signed_in, people):
    client = signed_in(people.cleo)
    key = client.session.session_key
    assert client.get("/sign-out/").status_code == 405

    answer = client.post("/sign-out/")

    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not OpenSession.objects.filter(session_key=key).exists()


def test_signed_in_people_do_not_see_the_sign_in_page(signed_in, people):
    assert signed_in(people.cleo).get("/sign-in/").url == "/"


def test_the_sign_in_page_carries_the_brand_of_the_address(at):
    page = at("sven").get("/sign-in/").content.decode()

    assert "Sven Cloud" in page
    assert "Harbor Cloud" in at("unknown").get("/sign-in/").content.decode()


def test_the_sign_in_page_speaks_german(at):
    page = at("sven", headers={"Accept-Language": "de"}).get("/sign-in/").content.decode()

    assert "Anmelden" in page
    assert "Sign in" not in page
