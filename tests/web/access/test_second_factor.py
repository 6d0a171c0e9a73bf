"""Second factors: added on the own page, asked for when signing in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.urls import reverse

from entrepot.domain.parties.commands import Password, set_password
from entrepot.domain.parties.models import OpenSession, SignIn, User
from entrepot.infra.audit.models import AuditEntry
from tests.support.codes import code_at
from tests.support.people import NOW, PASSWORD, SETUP
from tests.web.access.conftest import sign_in

STEP = timedelta(seconds=30)


def test_codes_are_those_of_the_standard():
    # RFC 6238, appendix B: the secret "12345678901234567890" at 59 s gives 94287082, of which six digits are 287082.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert code_at(secret, datetime.fromtimestamp(59, tz=UTC)) == "287082"


def add_app(client, clock):
    """Add an authenticator app by its form and return its secret."""
    page = client.get(reverse("own-app"))
    assert page.status_code == 200
    secret = page.context["secret"]
    answer = client.post(reverse("own-app"), {"code": code_at(secret, clock.now())})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def history(person):
    return list(
        SignIn.objects.filter(user_id=person.user_id)
        .order_by("id")
        .values_list("outcome", flat=True)
    )


@pytest.mark.parametrize("who", ["harbor", "sven", "cleo"])
def test_an_app_is_added_and_asked_for_in_every_panel(people, signed_in, at, clock, who):
    person = people.all[who]
    client = signed_in(person)
    assert "Set up an app" in client.get(reverse("own-security")).content.decode()
    page = client.get(reverse("own-app"))
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert client.get(reverse("own-app")).context["secret"] == page.context["secret"]
    secret = add_app(client, clock)
    codes = client.get(reverse("own-codes"))
    assert len(codes.context["codes"]) == 10
    assert "They are shown this once." in codes.content.decode()
    file = client.get(reverse("own-codes-file"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in file.content.decode() for code in codes.context["codes"])
    client.post(reverse("own-codes"), {"kept": "1"})
    assert client.get(reverse("own-codes")).context["codes"] == []
    assert client.get(reverse("own-codes-file")).status_code == 404
    assert "10 codes are left." in client.get(reverse("own-security")).content.decode()

    other = at(person.host.split(".")[0])
    waiting = other.post(
        "/sign-in/", {"login": person.login, "password": PASSWORD, "next": "/profile/"}
    )
    assert waiting.headers["Location"] == reverse("second-factor")
    assert other.get("/profile/").status_code == 302
    assert OpenSession.objects.filter(user_id=person.user_id).count() == 1
    asked = other.get(reverse("second-factor")).content.decode()
    assert "Your password is right." in asked
    clock.advance(STEP)
    done = other.post(reverse("second-factor"), {"code": code_at(secret, clock.now())})
    assert done.headers["Location"] == "/profile/"
    assert other.get("/profile/").status_code == 200
    assert history(person) == ["done", "factor_passed", "done"]


def test_secrets_are_sealed_in_the_database_and_in_the_session(people, signed_in, clock):
    client = signed_in(people.sven)
    page = client.get(reverse("own-app"))
    secret = page.context["secret"].replace(" ", "")
    assert "new_app" in client.session
    assert secret not in str(dict(client.session.items()))
    add_app(client, clock)

    rows = Authenticator.objects.filter(user_id=people.sven.user_id)
    assert sorted(row.type for row in rows) == ["recovery_codes", "totp"]
    assert all(secret not in str(row.data) for row in rows)
    entry = AuditEntry.objects.get(action="factor_added")
    assert (entry.object_id, entry.after) == (people.sven.user_id, {"kind": "totp", "name": ""})
    assert not AuditEntry.objects.filter(after__icontains=secret).exists()


def test_a_code_counts_once_and_only_for_its_time(people, signed_in, at, clock):
    secret = add_app(signed_in(people.sven), clock)
    first = code_at(secret, clock.now())

    def attempt(code):
        client = at("harbor")
        sign_in(client, people.sven.login)
        return client.post(reverse("second-factor"), {"code": code})

    # The code that had added the app is used up, in this and the next 30 seconds.
    assert attempt(first).status_code == 422
    clock.advance(STEP)
    assert attempt(first).status_code == 422
    now = code_at(secret, clock.now())
    assert attempt(f" {now[:3]} {now[3:]} ").status_code == 302
    again = attempt(now)
    assert again.status_code == 422
    assert "This code is not right, or it was used already." in again.content.decode()
    assert now not in again.content.decode()
    clock.advance(timedelta(minutes=2))
    # A clock that is one step behind is let in, one that is two behind is not.
    assert attempt(code_at(secret, clock.now() - 2 * STEP)).status_code == 422
    assert attempt(code_at(secret, clock.now() - STEP)).status_code == 302
    assert history(people.sven)[-2:] == ["factor_passed", "done"]


def test_what_is_no_code_is_refused_in_the_same_words(people, signed_in, at, clock):
    add_app(signed_in(people.sven), clock)
    foreign = add_app(signed_in(people.ria), clock)
    clock.advance(STEP)
    client = at("harbor")
    sign_in(client, people.sven.login)

    for text in ("", "1\x0023456", "9" * 10_000, "١٢٣٤٥٦", code_at(foreign, clock.now())):
        answer = client.post(reverse("second-factor"), {"code": text})
        assert answer.status_code == 422, text[:9]
        assert "This code is not right, or it was used already." in answer.content.decode()
    assert history(people.sven)[-5:] == ["factor_wrong"] * 5


def test_the_sixth_attempt_has_to_wait_and_other_networks_do_not(people, signed_in, at, clock):
    desk = signed_in(people.sven)
    secret = add_app(desk, clock)
    clock.advance(STEP)
    client = at("harbor", REMOTE_ADDR="203.0.113.9")
    sign_in(client, people.sven.login)
    for _ in range(5):
        assert client.post(reverse("second-factor"), {"code": "000000"}).status_code == 422
    right = code_at(secret, clock.now())

    shut = client.post(reverse("second-factor"), {"code": right})
    assert (shut.status_code, shut.headers["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes" in shut.content.decode()
    listed = desk.get(f"{reverse('reseller:users')}?state=locked").content.decode()
    page = desk.get(reverse("reseller:user", args=[people.sven.user_id])).content.decode()
    assert people.sven.login in listed
    assert "Locked" in listed
    assert "Too many wrong passwords or second factors came from one network" in page
    assert history(people.sven)[-1] == "locked"
    owner = at("harbor", REMOTE_ADDR="198.51.100.4")
    sign_in(owner, people.sven.login)
    assert owner.post(reverse("second-factor"), {"code": right}).status_code == 302


def test_a_recovery_code_counts_once(people, signed_in, at, clock):
    client = signed_in(people.cleo)
    add_app(client, clock)
    code = client.get(reverse("own-codes")).context["codes"][3]

    for expected in (302, 422):
        other = at("sven")
        sign_in(other, people.cleo.login)
        assert other.post(reverse("second-factor"), {"code": code}).status_code == expected
    assert "9 codes are left." in client.get(reverse("own-security")).content.decode()

    client.post(reverse("own-codes"))
    fresh = client.get(reverse("own-codes")).context["codes"]
    assert len(fresh) == 10
    assert code not in fresh
    other = at("sven")
    sign_in(other, people.cleo.login)
    assert other.post(reverse("second-factor"), {"code": fresh[0]}).status_code == 302


def test_removing_the_last_factor_takes_the_codes_along(people, signed_in, at, clock):
    client = signed_in(people.sven)
    add_app(client, clock)
    number = Authenticator.objects.get(type="totp").pk
    page = client.get(reverse("own-factor-remove", args=[number])).content.decode()
    assert "Your password alone is enough then." in page
    stranger = signed_in(people.ria)
    assert stranger.post(reverse("own-factor-remove", args=[number])).status_code == 404
    codes = Authenticator.objects.get(type="recovery_codes").pk
    assert client.post(reverse("own-factor-remove", args=[codes])).status_code == 404

    assert client.post(reverse("own-factor-remove", args=[number])).status_code == 302
    assert not Authenticator.objects.exists()
    assert client.post(reverse("own-codes")).status_code == 409
    assert sign_in(at("harbor"), people.sven.login).headers["Location"] == "/"


def test_a_link_for_a_new_password_does_not_pass_the_second_factor(people, signed_in, at, clock):
    add_app(signed_in(people.sven), clock)
    new = "another nine words that nobody has ever said"
    set_password(user_id=people.sven.user_id, password=Password(new), actor=SETUP, now=NOW)

    client = at("harbor")
    assert sign_in(client, people.sven.login, new).headers["Location"] == reverse("second-factor")
    assert client.get("/profile/").status_code == 302


def test_a_sign_in_that_waits_ends_with_the_person_and_can_be_given_up(
    people, signed_in, at, clock
):
    secret = add_app(signed_in(people.sven), clock)
    clock.advance(STEP)
    nobody = at("harbor")
    assert nobody.get(reverse("second-factor")).headers["Location"] == "/sign-in/"
    assert nobody.post(reverse("second-factor"), {"code": "1"}).headers["Location"] == "/sign-in/"
    client = at("harbor")
    sign_in(client, people.sven.login)
    assert client.post(reverse("second-factor-cancel")).headers["Location"] == "/sign-in/"
    assert client.get(reverse("second-factor")).headers["Location"] == "/sign-in/"

    sign_in(client, people.sven.login)
    User.objects.filter(pk=people.sven.user_id).update(is_active=False)
    gone = client.post(reverse("second-factor"), {"code": code_at(secret, clock.now())})
    assert gone.headers["Location"] == "/sign-in/"


def test_own_factors_are_closed_while_acting(people, signed_in):
    client = signed_in(people.sven)
    client.post(reverse("reseller:account-act", args=[people.cleo.account_id]), {"reason": "T"})

    for name in ("own-security", "own-app", "own-codes", "own-codes-file", "own-passkey-new"):
        assert client.get(reverse(name)).status_code == 403, name
    assert client.get(reverse("own-factor-remove", args=[1])).status_code == 403
    assert re.search("Security", client.get(reverse("customer:home")).content.decode()) is None


@pytest.mark.django_db(transaction=True)
def test_one_code_opens_one_session_even_when_it_comes_twice_at_once(people, signed_in, at, clock):
    secret = add_app(signed_in(people.sven), clock)
    clock.advance(STEP)
    code, waiting = code_at(secret, clock.now()), []
    for _ in range(4):
        client = at("harbor")
        sign_in(client, people.sven.login)
        waiting.append(client)
    start = Barrier(len(waiting))

    def send(client):
        start.wait()
        try:
            return client.post(reverse("second-factor"), {"code": code}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(waiting)) as pool:
        answers = sorted(pool.map(send, waiting))

    assert answers == [302, 422, 422, 422]
