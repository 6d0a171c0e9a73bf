"""Forgotten and changed passwords (rows 6 and 7 of the list of bad inputs)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from entrepot.domain.parties.commands import edit_profile
from entrepot.domain.parties.models import User
from entrepot.infra.outbox.models import OutboxEvent
from tests.support.mailbox import send, tell
from tests.support.people import NOW, PASSWORD, SETUP, user
from tests.web.access.conftest import sign_in

NEW = "nine quiet cranes load the boat"


def ask(client, login, **extra):
    answer = client.post("/password/reset/", {"login": login}, **extra)
    tell(now=NOW)
    send(now=NOW)
    return answer


def link_of(message) -> str:
    return re.search(r"https?://\S+", message.body)[0]


def path_of(message) -> str:
    return re.sub(r"^https?://[^/]+", "", link_of(message))


def test_a_link_sets_the_password_once(at, people, outbox):
    client = at("sven")
    ask(client, "uma.user")
    path = path_of(outbox[0])
    assert outbox[0].to == ["uma.user@mail.example"]
    assert client.get(path).status_code == 200

    done = client.post(path, {"password": NEW, "again": NEW})

    assert (done.status_code, done.url) == (302, "/sign-in/")
    assert sign_in(at("sven"), "uma.user", NEW).status_code == 302
    for again in (client.get(path), client.post(path, {"password": NEW, "again": NEW})):
        assert again.status_code == 410
        assert "This link has expired" in again.content.decode()


def test_the_answer_does_not_tell_whether_a_login_exists(at, outbox):
    known, unknown = ask(at("sven"), "uma.user"), ask(at("sven"), "nobody.here")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert known.content == unknown.content
    assert len(outbox) == 1


def test_the_request_sends_nothing_and_does_the_same_for_every_login(at, people, outbox):
    for login in ("uma.user", "nobody.here"):
        assert at("sven").post("/password/reset/", {"login": login}).status_code == 302
    assert outbox == []
    facts = OutboxEvent.objects.filter(kind="password_reset_asked").order_by("id")
    assert [row.payload["login"] for row in facts] == ["uma.user", "nobody.here"]
    tell(now=NOW)
    send(now=NOW)
    assert [message.to for message in outbox] == [["uma.user@mail.example"]]


@pytest.mark.parametrize("login", ["uma.user@mail.example", "rex.localhost/carl.user", "carl.user"])
def test_only_login_names_of_the_own_brand_get_a_link(at, outbox, login):
    ask(at("sven"), login)

    assert outbox == []


def test_a_link_expires_after_30_minutes(at, people, outbox):
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as now:
        ask(at("sven"), "uma.user")
        path = path_of(outbox[0])
        now.shift(timedelta(minutes=30))
        assert at("sven").get(path).status_code == 200
        now.shift(timedelta(seconds=1))
        assert at("sven").get(path).status_code == 410


def test_a_link_expires_with_a_new_mail_address(at, people, outbox):
    ask(at("sven"), "uma.user")

    edit_profile(
        user_id=people.cleo.user_id,
        display_name="Uma User",
        email="new@mail.example",
        language="en",
        timezone="Europe/Berlin",
        actor=SETUP,
        now=NOW,
    )

    assert at("sven").get(path_of(outbox[0])).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/password/reset/MQ/abc-def/",
        "/password/reset/%00/x-y/",
        "/password/reset/" + "A" * 500 + "/x-y/",
        "/password/reset/OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x-y/",
        "/password/reset/ä/ö/",
    ],
)
def test_invented_links_are_expired_links(at, path):
    assert at("sven").get(path).status_code == 410


@pytest.mark.parametrize("host", ["evil.example", "rex.localhost.evil.example"])
def test_a_foreign_host_is_refused(at, outbox, host):
    answer = ask(at("sven"), "uma.user", headers={"Host": host})

    assert answer.status_code == 400
    assert outbox == []


def test_the_link_leads_to_the_brands_address_whatever_the_request_claims(at, outbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ask(at("harbor"), "ria.admin", headers={"Host": "evil.example:81"})
    ask(at("harbor"), "ria.admin", headers={"X-Forwarded-Host": "evil.example"})

    assert len(outbox) == 2
    assert all(link_of(message).startswith("http://harbor.localhost") for message in outbox)
    assert all("evil" not in message.body for message in outbox)


def test_the_mail_speaks_the_persons_language(at, people, outbox):
    User.objects.filter(pk=people.cleo.user_id).update(language="de")

    ask(at("sven", headers={"Accept-Language": "en"}), "uma.user")

    assert outbox[0].subject == "Passwort für Sven Cloud festlegen"
    assert "30 Minuten" in outbox[0].body


def test_asking_again_and_again_is_refused(at, outbox):
    client = at("sven")
    answers = [ask(client, "uma.user").status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert len(outbox) == 5


def test_people_without_a_password_set_their_first_one_by_a_link(at, people, outbox):
    user(people.cleo.account_id, "fresh.user", "Fresh", password=None)
    assert sign_in(at("sven"), "fresh.user", "anything at all is wrong").status_code == 422

    ask(at("sven"), "fresh.user")
    at("sven").post(path_of(outbox[0]), {"password": NEW, "again": NEW})

    assert sign_in(at("sven"), "fresh.user", NEW).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        (NEW, NEW + "!", "The two passwords differ."),
        ("short", "short", "too easy to guess"),
        ("x" * 129, "x" * 129, "128"),
    ],
)
def test_an_unusable_new_password_is_explained_and_the_link_stays_good(
    at, outbox, password, again, said
):
    ask(at("sven"), "uma.user")
    path = path_of(outbox[0])

    refused = at("sven").post(path, {"password": password, "again": again})

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert at("sven").post(path, {"password": NEW, "again": NEW}).status_code == 302


def test_a_reset_ends_all_sessions(signed_in, at, people, outbox):
    inside = signed_in(people.cleo)
    ask(at("sven"), "uma.user")

    at("sven").post(path_of(outbox[0]), {"password": NEW, "again": NEW})

    assert inside.get("/profile/").status_code == 302


def test_a_changed_password_ends_the_other_sessions_and_renews_this_one(signed_in, people):
    here, there = signed_in(people.cleo), signed_in(people.cleo)
    key = here.session.session_key

    answer = here.post("/password/", {"current": PASSWORD, "password": NEW, "again": NEW})

    assert answer.status_code == 302
    assert here.get("/profile/").status_code == 200
    assert here.session.session_key != key
    assert there.get("/profile/").status_code == 302


def test_changing_the_password_takes_the_present_one(signed_in, people):
    client = signed_in(people.cleo)

    answer = client.post("/password/", {"current": "wrong", "password": NEW, "again": NEW})

    assert answer.status_code == 422
    assert User.objects.get(pk=people.cleo.user_id).check_password(PASSWORD)


def test_a_new_mail_address_takes_the_present_password(signed_in, people):
    client = signed_in(people.cleo)
    facts = {
        "display_name": "Uma",
        "email": "thief@evil.example",
        "language": "en",
        "timezone": "Europe/Berlin",
    }

    assert client.post("/profile/", facts).status_code == 422
    assert User.objects.get(pk=people.cleo.user_id).email == "uma.user@mail.example"
    assert client.post("/profile/", {**facts, "current": PASSWORD}).status_code == 302
    assert User.objects.get(pk=people.cleo.user_id).email == "thief@evil.example"


def test_a_profile_without_a_new_address_takes_no_password(signed_in, people):
    client = signed_in(people.cleo)
    facts = {
        "display_name": "Uma <b>U.</b>",
        "email": "uma.user@mail.example",
        "language": "de",
        "timezone": "Europe/Vienna",
        "is_active": "",
        "realm": "rex.localhost",
    }

    assert client.post("/profile/", facts).status_code == 302

    page = client.get("/profile/").content.decode()
    assert "Uma &lt;b&gt;U.&lt;/b&gt;" in page
    assert '<html lang="de"' in page
    stored = User.objects.get(pk=people.cleo.user_id)
    assert (stored.realm, stored.is_active) == ("sven.localhost", True)


@pytest.mark.parametrize(
    ("field", "text"), [("timezone", "Mars/Base"), ("language", "xx"), ("display_name", "a\u202eb")]
)
def test_unusable_profile_values_are_told_at_their_field(signed_in, people, field, text):
    client = signed_in(people.cleo)
    facts = {
        "display_name": "Uma",
        "email": "uma.user@mail.example",
        "language": "en",
        "timezone": "Europe/Berlin",
        field: text,
    }

    answer = client.post("/profile/", facts)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
