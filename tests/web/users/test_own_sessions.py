"""The own sessions: seen with where and when, ended one by one or all others, by their person only."""

from datetime import timedelta

import pytest

from entrepot.domain.parties.commands import Password, set_password
from entrepot.domain.parties.models import OpenSession
from entrepot.web.screens.users.browsers import browser_name
from tests.support.people import NOW, SETUP
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
PLACE = "/profile/sessions/"


def marks(client) -> list[str]:
    page = client.get(PLACE).content.decode()
    return [part.split('"')[0] for part in page.split('name="mark" value="')[1:]]


def test_people_see_their_sessions_and_end_them(people, at):
    here, phone, tablet = at(people.cleo), at(people.cleo), at(people.cleo)
    stranger = at(people.carl)
    assert "Your sessions" in words_of(here.get("/profile/"))

    page = words_of(here.get(PLACE))

    for text in ("Signed in now", "this one", "127.0.0.1", "Sign out everywhere else", "Signed in"):
        assert text in page
    keys = set(OpenSession.objects.values_list("session_key", flat=True))
    assert not any(key in here.get(PLACE).content.decode() for key in keys)
    assert len(marks(here)) == 2
    # A mark of somebody else's session ends nothing.
    stranger.post(PLACE, {"mark": marks(here)[0]})
    assert len(marks(here)) == 2
    ended = here.post(PLACE, {"mark": marks(here)[0]}, follow=True)
    assert "Signed out there." in words_of(ended)
    again = here.post(PLACE, {"mark": "x"}, follow=True)
    assert "That session is over already." in words_of(again)
    answers = [client.get("/profile/").status_code for client in (here, phone, tablet, stranger)]
    assert sorted(answers) == [200, 200, 200, 302]
    here.post(PLACE)
    assert [client.get("/profile/").status_code for client in (here, phone, tablet)] == [
        200,
        302,
        302,
    ]
    assert stranger.get("/profile/").status_code == 200
    assert "Ihre Sitzungen" in words_of(at(people.cleo, "de").get(PLACE))
    # A new password ends all of them.
    set_password(
        user_id=people.cleo.user_id,
        password=Password("nine green boats at noon"),
        actor=SETUP,
        now=NOW,
    )
    assert here.get(PLACE).status_code == 302


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_browsers_have_the_names_that_people_know(said, shown):
    assert browser_name(said) == shown


def test_wrong_passwords_are_seen_by_those_who_look_after_a_person(people, at, clock):
    here = at(people.cleo)
    here.post("/sign-out/")
    clock.advance(timedelta(minutes=1))
    for _ in range(6):
        here.post("/sign-in/", {"login": people.cleo.login, "password": "seven slow ferries"})
    answer = here.post("/sign-in/", {"login": people.cleo.login, "password": "x"})
    assert answer.status_code == 429
    uma = people.cleo.user_id
    sven = at(people.sven)
    place = f"/reseller/accounts/{people.cleo.account_id}/users/{uma}/"

    page = words_of(sven.get(place))

    for text in ("Locked", "Wrong password", "Too many attempts", "has to wait for 15 minutes"):
        assert text in page
