"""Signatures against the published example of Standard Webhooks, and everything that is no signature."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.domain.provisioning.connectors import signing
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    load,
    new_secret,
    rotate,
    store,
)
from entrepot.domain.provisioning.errors import CallbackRefused, ProvisioningRefused

# The example that the libraries of Standard Webhooks test themselves with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(TIMESTAMP, UTC)


def headers(**changes: str) -> dict[str, str]:
    found = {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }
    return found | {name.replace("_", "-"): value for name, value in changes.items()}


def check(given: dict[str, str], *, body: bytes = BODY, now: datetime = NOW, secrets=(SECRET,)):
    return signing.verify(secrets=secrets, headers=given, content=body, now=now)


def code(*args: object, **kwargs: object) -> str:
    with pytest.raises(CallbackRefused) as refusal:
        check(*args, **kwargs)
    return refusal.value.code


def test_the_published_example_is_signed_and_verified():
    made = signing.signature(
        secret=SECRET, message_id=MESSAGE_ID, timestamp=TIMESTAMP, content=BODY
    )

    assert made == SIGNATURE
    assert check(headers()).message_id == MESSAGE_ID


@pytest.mark.parametrize(
    "given",
    [
        {},
        headers(webhook_signature=""),
        headers(webhook_id=""),
        headers(webhook_id="x" * 201),
        headers(webhook_id="tab\there"),
        headers(webhook_timestamp="soon"),
        headers(webhook_timestamp="-5"),
        headers(webhook_timestamp="٣٤"),
        headers(webhook_timestamp="1" * 12),
    ],
)
def test_a_message_without_usable_headers_is_unsigned(given: dict[str, str]):
    assert code(given) == "callback_unsigned"


@pytest.mark.parametrize(
    "wrong",
    [SIGNATURE[:-5], "v1,", "v2," + SIGNATURE[3:], "nonsense", "v1,ä", SIGNATURE.lower()],
)
def test_a_truncated_or_other_signature_is_wrong(wrong: str):
    assert code(headers(webhook_signature=wrong)) == "callback_signature_wrong"


def test_the_right_signature_over_re_serialised_content_is_wrong():
    assert code(headers(), body=b'{"test":2432232314}') == "callback_signature_wrong"


@pytest.mark.parametrize("minutes", [6, -6])
def test_six_minutes_are_too_old_and_too_early(minutes: int):
    assert code(headers(), now=NOW + timedelta(minutes=minutes)) == "callback_outside_window"


@pytest.mark.parametrize("seconds", [300, -300])
def test_five_minutes_are_not(seconds: int):
    assert check(headers(), now=NOW + timedelta(seconds=seconds)).sent_at == NOW


def test_one_right_signature_among_several_is_enough():
    assert check(headers(webhook_signature=f"v1,AAAA {SIGNATURE}"))


def test_no_secret_lets_nobody_in():
    assert code(headers(), secrets=()) == "callback_signature_wrong"


def test_during_a_rotation_both_secrets_count_and_afterwards_the_new_one_only(tmp_path):
    old = new_secret()
    store(directory=tmp_path, name="acme", secrets=ConnectorSecrets(keys=(Key(old),)))

    new = rotate(directory=tmp_path, name="acme", now=NOW)

    secrets = load(directory=tmp_path, name="acme")
    assert secrets.valid(NOW) == (new, old)
    assert secrets.valid(NOW + timedelta(hours=47)) == (new, old)
    assert secrets.valid(NOW + timedelta(hours=48)) == (new,)


def test_a_second_rotation_keeps_two_secrets_at_most(tmp_path):
    store(directory=tmp_path, name="acme", secrets=ConnectorSecrets(keys=(Key(new_secret()),)))
    first = rotate(directory=tmp_path, name="acme", now=NOW)

    second = rotate(directory=tmp_path, name="acme", now=NOW + timedelta(hours=1))

    assert load(directory=tmp_path, name="acme").valid(NOW) == (second, first)


def test_secrets_that_others_can_read_are_refused_and_ours_are_private(tmp_path):
    store(directory=tmp_path, name="acme", secrets=ConnectorSecrets("ann", "pass"))
    path = tmp_path / "acme.json"
    assert path.stat().st_mode & 0o777 == 0o600

    path.chmod(0o644)

    with pytest.raises(ProvisioningRefused) as refusal:
        load(directory=tmp_path, name="acme")
    assert refusal.value.code == "secret_file_readable"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"keys": 5}', '{"keys": [{"secret": "short"}]}'])
def test_a_file_that_holds_no_secrets_is_missing(tmp_path, text: str):
    (tmp_path / "acme.json").write_text(text)
    (tmp_path / "acme.json").chmod(0o600)

    with pytest.raises(ProvisioningRefused) as refusal:
        load(directory=tmp_path, name="acme")
    assert refusal.value.code == "secret_missing"


def test_secrets_have_no_readable_form():
    secrets = ConnectorSecrets("ann", "canary-word", (Key(SECRET),))

    assert "canary-word" not in repr(secrets)
    assert SECRET not in repr(secrets)
