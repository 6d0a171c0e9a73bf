"""Passkeys without a browser: what is kept, what proves somebody, and what does not."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from entrepot.infra.audit.models import AuditEntry
from tests.support.passkeys import Device
from tests.web.access.conftest import sign_in
from tests.web.access.test_second_factor import history

NEW, SECOND = "own-passkey-new", "second-factor"


def asked(client, name=NEW):
    """Open a page and return what it asks the browser for."""
    return client.get(reverse(name)).context["options"]


def add(client, host, name="Laptop"):
    device = Device(host)
    made = device.make(asked(client))
    answer = client.post(reverse(NEW), {"name": name, "answer": made})
    assert answer.status_code == 302, answer.content.decode()
    return device


def test_a_passkey_is_kept_by_its_name_and_opens_the_session(people, signed_in, at):
    client = signed_in(people.sven)
    device = add(client, "harbor.localhost")
    page = client.get(reverse("own-security")).content.decode()
    assert "Laptop" in page
    number = Authenticator.objects.get(type="webauthn").pk
    for wrong in ("", "x" * 81, "a\x00b", "a\u202eb"):
        assert (
            client.post(reverse("own-passkey", args=[number]), {"name": wrong}).status_code == 422
        )
    assert client.post(reverse("own-passkey", args=[number]), {"name": "Office"}).status_code == 302
    entry = AuditEntry.objects.get(action="factor_renamed")
    assert (entry.before, entry.after) == ({"name": "Laptop"}, {"name": "Office"})
    stranger = signed_in(people.ria)
    assert stranger.get(reverse("own-passkey", args=[number])).status_code == 404

    other = at("harbor")
    sign_in(other, people.sven.login)
    options = asked(other, SECOND)
    # A passkey that the person does not have, and one of somebody else.
    hers = add(stranger, "harbor.localhost")
    for wrong in (Device("harbor.localhost"), hers):
        assert other.post(reverse(SECOND), {"answer": wrong.prove(options)}).status_code == 422
        options = asked(other, SECOND)
    proof = device.prove(options)
    assert other.post(reverse(SECOND), {"answer": proof}).headers["Location"] == "/"
    assert history(people.sven)[-4:] == ["factor_wrong", "factor_wrong", "factor_passed", "done"]


def test_an_answer_counts_once_here_and_now(people, signed_in, at):
    device = add(signed_in(people.cleo), "sven.localhost")
    client = at("sven")
    sign_in(client, people.cleo.login)
    old = device.prove(asked(client, SECOND))
    # Another question has been asked since: the answer to the first one is none.
    new = asked(client, SECOND)
    assert client.post(reverse(SECOND), {"answer": old}).status_code == 422
    elsewhere = device.prove(asked(client, SECOND), origin="http://evil.sven.localhost")
    assert client.post(reverse(SECOND), {"answer": elsewhere}).status_code == 422
    assert client.post(reverse(SECOND), {"answer": device.prove(new)}).status_code == 422
    good = device.prove(asked(client, SECOND))
    assert client.post(reverse(SECOND), {"answer": good}).status_code == 302

    # A copy of the device has not counted on.
    again = at("sven")
    sign_in(again, people.cleo.login)
    copied = device.prove(asked(again, SECOND), counts=False)
    assert again.post(reverse(SECOND), {"answer": copied}).status_code == 422


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        "[" * 5_000,
        '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
        '{"rawId": "AAAA", "response": {"clientDataJSON": "AAAA", "attestationObject": "n5-f"}}',
        '{"rawId": 7, "response": "x\\u0000"}',
        '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}',
        "x" * 20_001,
    ],
)
def test_what_is_no_passkey_is_refused_in_words(people, signed_in, answer):
    client = signed_in(people.sven)
    asked(client)

    refused = client.post(reverse(NEW), {"name": "Laptop", "answer": answer})

    assert refused.status_code == 422
    assert "no passkey that can be used here" in refused.content.decode()
    assert not Authenticator.objects.exists()


def test_a_new_passkey_answers_its_own_question_only(people, signed_in):
    client = signed_in(people.sven)
    device = Device("harbor.localhost")
    first = asked(client)
    asked(client)
    stale = client.post(reverse(NEW), {"name": "Laptop", "answer": device.make(first)})
    assert stale.status_code == 422
    foreign = device.make(asked(client), origin="https://harbor.localhost.example")
    assert client.post(reverse(NEW), {"name": "A", "answer": foreign}).status_code == 422
    made = json.loads(device.make(asked(client)))
    del made["response"]["attestationObject"]
    broken = client.post(reverse(NEW), {"name": "A", "answer": json.dumps(made)})
    assert broken.status_code == 422
    assert not Authenticator.objects.exists()
