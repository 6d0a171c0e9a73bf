"""Several workers and many messages at the same moment, with committed transactions."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection

from entrepot.domain.provisioning.connectors import signing
from entrepot.domain.provisioning.inbox import Received, process_callbacks, receive
from entrepot.domain.provisioning.kinds import ConnectorKind, Purpose
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Callback, Operation, VendorCall
from entrepot.domain.provisioning.pump import Pump
from tests.domain.provisioning.kit import CLOCK, PACE, kit, operation

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_call_back_a_hundred_times_at_once_has_one_effect(tmp_path):
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path) as vendor:
        pk = vendor.order()
        body = f'{{"operation": "{operation(pk).key}", "status": "succeeded"}}'.encode()
        headers = signing.headers_for(
            secrets=[vendor.secret], message_id="msg-1", now=CLOCK.now(), content=body
        )

        def deliver(_: int) -> Received:
            try:
                return receive(
                    connector_name=vendor.name,
                    headers=headers,
                    body=body,
                    surroundings=vendor.surroundings,
                    now=CLOCK.now(),
                )
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as threads:
            answers = Counter(threads.map(deliver, range(100)))
        process_callbacks(now=CLOCK.now())

    assert answers == {Received.STORED: 1, Received.KNOWN: 99}
    assert Callback.objects.count() == 1
    assert operation(pk).state is State.SUCCEEDED


def test_three_workers_share_the_work_and_send_everything_once(tmp_path):
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path) as vendor:
        pks = [vendor.order(tenant=1 + n % 4) for n in range(120)]
        # Long enough for a busy machine: a time-out would be asked about, and perhaps sent again.
        patient = replace(vendor.surroundings, call_seconds=10)

        def work(_: int) -> int:
            try:
                with Pump(surroundings=patient, clock=CLOCK, pace=PACE, in_flight=10) as pump:
                    return pump.run(stop=threading.Event(), until_idle=True).calls
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as threads:
            shares = list(threads.map(work, range(3)))

        assert vendor.vendor.doubles() == []
        assert len(vendor.vendor.live()) == 120
    states = Operation.objects.filter(pk__in=pks).values_list("state", flat=True)
    assert set(states) == {State.SUCCEEDED}
    sent = VendorCall.objects.filter(purpose=Purpose.SEND).values_list("operation_id", flat=True)
    assert max(Counter(sent).values()) == 1
    assert sum(shares) == VendorCall.objects.count()
