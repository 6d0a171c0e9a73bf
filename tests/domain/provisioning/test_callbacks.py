"""Call-backs from the address that vendors call to the operation: rows 56 to 65 of the quality page."""

import gzip
import json
from datetime import timedelta

import pytest
from django.test import Client

from entrepot.api import callbacks
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.connectors import signing
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    rotate,
    store,
)
from entrepot.domain.provisioning.dispatch import claim
from entrepot.domain.provisioning.inbox import BODY_LIMIT, GRACE, process_callbacks
from entrepot.domain.provisioning.kinds import Action, CallbackState, ConnectorKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import (
    Callback,
    CallbackRefusal,
    Connector,
    FollowUp,
    Operation,
)
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.provisioning.rules import Pace
from entrepot.kernel.clock import FixedClock
from tests.domain.provisioning.kit import ACTOR, CLOCK

pytestmark = pytest.mark.django_db
NOW = CLOCK.now()
INSIDE = frozenset({"127.0.0.1:9"})


class Vendor:
    """A vendor that signs and sends; the clock of our side can be moved."""

    def __init__(self, directory, name: str = "acme") -> None:
        self.name, self.directory = name, directory
        self.secret = new_secret()
        store(directory=directory, name=name, secrets=ConnectorSecrets(keys=(Key(self.secret),)))
        self.connector_id = add_connector(
            name=name,
            kind=ConnectorKind.SIGNED_HTTP,
            base_url="http://127.0.0.1:9/",
            surroundings=Surroundings(directory, INSIDE),
            actor=ACTOR,
            now=NOW,
        )
        self.sent = 0

    def order(self, cause: str = "order-1") -> Operation:
        instance = open_instance(
            tenant_id=3, connector_id=self.connector_id, subscription_id=1, now=NOW
        )
        wanted = Wanted({"sku": "MAIL"}, 5)
        request = Request(3, instance, Action.CREATE, cause, wanted)
        pk = request_operation(request=request, actor=ACTOR, now=NOW)
        return Operation.objects.get(pk=pk)

    def send(self, content: object, *, body: bytes | None = None, **changes) -> int:
        self.sent += 1
        raw = json.dumps(content).encode() if body is None else body
        headers = signing.headers_for(
            secrets=[changes.pop("secret", self.secret)],
            message_id=changes.pop("message_id", f"msg-{self.name}-{self.sent}"),
            now=changes.pop("signed_at", NOW),
            content=raw,
        )
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        response = Client().post(
            f"/api/vendors/{self.name}/callbacks",
            data=raw,
            content_type="application/json",
            headers=headers,
        )
        return response.status_code


@pytest.fixture
def vendor(tmp_path, settings, monkeypatch) -> Vendor:
    settings.DATA = tmp_path
    monkeypatch.setattr(callbacks, "clock", FixedClock(NOW))
    return Vendor(tmp_path / "connectors")


def succeeded(operation: Operation) -> dict[str, str]:
    return {"operation": operation.key, "status": "succeeded", "vendor_id": "V-1"}


def state(operation: Operation) -> State:
    return Operation.objects.get(pk=operation.pk).state


def process(*, seconds: float = 0) -> int:
    return process_callbacks(now=NOW + timedelta(seconds=seconds))


def test_a_signed_call_back_is_stored_and_then_applied(vendor: Vendor):
    operation = vendor.order()

    assert vendor.send(succeeded(operation)) == 202
    assert state(operation) is State.INTENT

    assert process() == 1
    assert state(operation) is State.SUCCEEDED
    assert Callback.objects.get().state is CallbackState.APPLIED


def test_what_is_not_rightly_signed_is_counted_and_not_stored(vendor: Vendor):
    operation = vendor.order()
    content = succeeded(operation)
    truncated = "v1,AAAA"

    statuses = [
        vendor.send(content, secret=new_secret()),
        vendor.send(content, webhook_signature=truncated),
        vendor.send(content, webhook_signature=""),
        vendor.send(content, signed_at=NOW - timedelta(minutes=6)),
        vendor.send(content, signed_at=NOW + timedelta(minutes=6)),
    ]

    assert statuses == [401] * 5
    assert not Callback.objects.exists()
    counts = CallbackRefusal.objects.values_list("connector_name", "reason", "count")
    assert sorted(counts) == [
        ("acme", "callback_outside_window", 2),
        ("acme", "callback_signature_wrong", 2),
        ("acme", "callback_unsigned", 1),
    ]


def test_the_right_signature_over_other_bytes_is_refused(vendor: Vendor):
    operation = vendor.order()
    content = succeeded(operation)
    compact = json.dumps(content, separators=(",", ":")).encode()

    signed = json.dumps(content).encode()
    headers = signing.headers_for(
        secrets=[vendor.secret], message_id="msg-other", now=NOW, content=signed
    )
    response = Client().post(
        "/api/vendors/acme/callbacks",
        data=compact,
        content_type="application/json",
        headers=headers,
    )

    assert response.status_code == 401


def test_an_unknown_connector_answers_as_a_wrong_signature_and_fills_one_row(vendor: Vendor):
    for name in ("nobody", "somebody", "anybody"):
        response = Client().post(
            f"/api/vendors/{name}/callbacks", data=b"{}", content_type="application/json"
        )
        assert (response.status_code, response.json()) == (401, {"error": "callback_refused"})

    assert CallbackRefusal.objects.values_list("connector_name", "count").get() == ("", 3)


def test_during_a_rotation_the_old_secret_counts_and_afterwards_it_does_not(
    vendor: Vendor, monkeypatch
):
    operation = vendor.order()
    old, new = vendor.secret, rotate(directory=vendor.directory, name="acme", now=NOW)

    assert vendor.send(succeeded(operation), secret=old) == 202
    assert vendor.send(succeeded(operation), secret=new) == 202

    later = NOW + timedelta(hours=48)
    monkeypatch.setattr(callbacks, "clock", FixedClock(later))
    assert vendor.send(succeeded(operation), secret=old, signed_at=later) == 401
    assert vendor.send(succeeded(operation), secret=new, signed_at=later) == 202


def test_the_same_message_a_hundred_times_has_one_effect(vendor: Vendor):
    operation = vendor.order()

    statuses = {vendor.send(succeeded(operation), message_id="msg-1") for _ in range(100)}
    process()

    assert statuses == {202}
    assert Callback.objects.count() == 1
    assert state(operation) is State.SUCCEEDED


def test_a_failure_after_the_success_is_kept_and_ignored(vendor: Vendor):
    operation = vendor.order()
    vendor.send(succeeded(operation))
    vendor.send({"operation": operation.key, "status": "failed", "text": "no"})

    process()

    assert state(operation) is State.SUCCEEDED
    last = Callback.objects.order_by("-id").first()
    assert (last.state, last.note) == (CallbackState.IGNORED, "failed while succeeded")
    assert not FollowUp.objects.exists()


def test_a_late_success_wakes_a_parked_operation(vendor: Vendor):
    operation = vendor.order()
    vendor.send({"operation": operation.key, "status": "failed", "text": "no"})
    process()
    assert state(operation) is State.PARKED

    vendor.send(succeeded(operation))
    process()

    assert state(operation) is State.SUCCEEDED


def test_a_call_back_before_the_answer_makes_the_answer_old_news(vendor: Vendor):
    from entrepot.domain.provisioning.dispatch import Report, record
    from entrepot.domain.provisioning.results import Accepted

    operation = vendor.order()
    claimed = claim(now=NOW, pace=Pace(), most=1, most_of_tenant=1, most_of_connector=1)
    assert state(operation) is State.SENDING
    vendor.send(succeeded(operation))
    process()

    record(reports=[Report(claimed[0], Accepted("ref"), 5)], now=NOW, pace=Pace())

    assert state(operation) is State.SUCCEEDED


def test_an_unknown_operation_is_taken_tried_for_a_minute_and_told_to_people(vendor: Vendor):
    assert vendor.send({"operation": "op-unknown", "status": "succeeded"}) == 202

    process()
    assert Callback.objects.get().state is CallbackState.STORED
    assert not FollowUp.objects.exists()

    process(seconds=GRACE.total_seconds())
    assert Callback.objects.get().state is CallbackState.UNMATCHED
    assert FollowUp.objects.get().kind.value == "unknown_operation"
    assert process(seconds=10_000) == 0


def test_an_operation_of_another_connector_is_unknown(vendor: Vendor):
    operation = vendor.order()
    other = Vendor(vendor.directory, "other")

    assert other.send(succeeded(operation)) == 202
    process(seconds=GRACE.total_seconds())

    assert state(operation) is State.INTENT
    assert FollowUp.objects.get().connector_id == other.connector_id


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"operation": 5, "status": "succeeded"}',
        b'{"operation": "op-1", "status": "exploded"}',
        b"\xff\xfe",
        b"[" * 50_000,
        b"",
        b'{"operation": "op-\\ud800", "status": "succeeded"}',
        b'{"operation": "op-1", "status": "failed", "text": "no\\u0000"}',
        b'{"operation": "op-1", "status": "succeeded", "vendor_id": "\\udfff"}',
    ],
)
def test_a_signed_message_that_nobody_understands_is_kept_for_people(vendor: Vendor, body: bytes):
    assert vendor.send(None, body=body) == 202

    process()

    assert bytes(Callback.objects.get().body) == body
    assert FollowUp.objects.get().kind.value == "unreadable_callback"


def test_large_and_compressed_bodies_are_refused_without_being_read(vendor: Vendor):
    five_megabytes = b"x" * 5_000_000
    bomb = gzip.compress(b"0" * 5_000_000)

    assert vendor.send(None, body=five_megabytes) == 413
    assert vendor.send(None, body=b"x" * (BODY_LIMIT + 1)) == 413
    assert vendor.send(None, body=b"x" * BODY_LIMIT) == 202
    assert vendor.send(None, body=bomb, content_encoding="gzip") == 413
    assert Callback.objects.count() == 1


def test_only_posts_are_taken():
    assert Client().get("/api/vendors/acme/callbacks").status_code == 405


def test_a_vendor_whose_secrets_are_missing_is_refused_like_anybody(vendor: Vendor):
    (vendor.directory / "acme.json").unlink()

    assert vendor.send({"operation": "op-1", "status": "succeeded"}) == 401
    assert Connector.objects.get().name == "acme"
