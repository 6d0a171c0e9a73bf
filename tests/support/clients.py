"""Django's test client with a person signed in, as a browser at the person's address."""

from django.test import Client

from entrepot.domain.parties.models import User
from tests.support.people import PASSWORD, Person


def signed_in(person: Person, language: str = "en") -> Client:
    """Sign a person in who reads a language; the person's row has to be there."""
    User.objects.filter(pk=person.user_id).update(language=language)
    client = Client(SERVER_NAME=person.host)
    answer = client.post("/sign-in/", {"login": person.login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client
