"""Django's test client with a person signed in, as a browser at the person's address."""

from datetime import UTC, datetime

from django.test import Client

from entrepot.domain.parties.models import User
from entrepot.web.access import sessions
from tests.support.people import PASSWORD, Person


def signed_in(person: Person, language: str = "en") -> Client:
    """Sign a person in who reads a language; the person's row has to be there."""
    User.objects.filter(pk=person.user_id).update(language=language)
    client = Client(SERVER_NAME=person.host)
    answer = client.post("/sign-in/", {"login": person.login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


_NEVER_ASKED = datetime(2099, 1, 1, tzinfo=UTC)


def proved(client: Client, *, now: datetime = _NEVER_ASKED) -> Client:
    """Let a browser that was signed in without the form have proved who sits there; without an instant for ever."""
    session = client.session
    sessions.prove(session, now=now)
    session.save()
    return client
