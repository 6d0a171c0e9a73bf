"""The worker's thread with real threads, real sockets and the real address for call-backs."""

import time

import pytest

from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    store,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Callback, Operation, VendorCall
from entrepot.domain.provisioning.results import Wanted
from entrepot.flows.provisioning import provisioning_thread, surroundings
from entrepot.ops.vendor_simulator.runner import SimulatorThread
from entrepot.ops.vendor_simulator.server import Settings
from tests.domain.provisioning.kit import ACTOR, CLOCK


@pytest.mark.django_db(transaction=True)
def test_the_worker_carries_out_an_order_and_the_vendor_calls_back(live_server, settings, tmp_path):
    settings.DATA = tmp_path
    secret = new_secret()
    behaviour = Settings(
        secret=secret,
        work_seconds=0.2,
        poll_after=600,
        callback_url=f"{live_server.url}/api/vendors/acme/callbacks",
    )
    with SimulatorThread(settings=behaviour) as simulator:
        settings.INSIDE_VENDORS = frozenset({simulator.address})
        store(
            directory=surroundings().secrets_directory,
            name="acme",
            secrets=ConnectorSecrets(keys=(Key(secret),)),
        )
        connector = add_connector(
            name="acme",
            kind=ConnectorKind.SIGNED_HTTP,
            base_url=f"http://{simulator.address}/signed",
            surroundings=surroundings(),
            actor=ACTOR,
            now=CLOCK.now(),
        )
        instance = open_instance(
            tenant_id=3, connector_id=connector, subscription_id=1, now=CLOCK.now()
        )
        with provisioning_thread():
            request = Request(3, instance, Action.CREATE, "order-1", Wanted({"sku": "MAIL"}, 5))
            pk = request_operation(request=request, actor=ACTOR, now=CLOCK.now())
            end = time.monotonic() + 10
            while time.monotonic() < end:
                if Operation.objects.get(pk=pk).state is State.SUCCEEDED:
                    break
                time.sleep(0.05)

    # Polling would have begun after ten minutes: the call-back brought the news.
    assert Operation.objects.get(pk=pk).state is State.SUCCEEDED
    assert [call.purpose.value for call in VendorCall.objects.all()] == ["send"]
    assert Callback.objects.get().state.value == "applied"
