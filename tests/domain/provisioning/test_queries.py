"""Who sees operations and their calls: whoever sees the subscription; follow-ups are the provider's."""

from decimal import Decimal

import pytest

from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, Feature, FollowUpKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import FollowUp
from entrepot.domain.provisioning.queries import calls_of, can, list_operations, open_follow_ups
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.subscriptions.models import Subscription
from tests.domain.resale.shop import shop
from tests.support.people import NOW, SETUP

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(db, tmp_path):
    """Cleo's subscription with a parked operation; returns people and the operation."""
    store = shop()
    subscription = Subscription.objects.get(pk=store.subscribe("5"))
    connector = add_connector(
        name="by-hand",
        kind=ConnectorKind.MANUAL,
        surroundings=Surroundings(tmp_path),
        actor=SETUP,
        now=NOW,
    )
    instance = open_instance(
        tenant_id=subscription.tenant_id,
        connector_id=connector,
        subscription_id=subscription.id,
        now=NOW,
    )
    wanted = Wanted({"sku": "X"}, Decimal(5))
    request = Request(subscription.tenant_id, instance, Action.CREATE, "ORD-1/1", wanted)
    pk = request_operation(request=request, actor=SETUP, now=NOW)
    mark_failed(operation_id=pk, comment="No stock", actor=SETUP, now=NOW)
    FollowUp.objects.create(
        kind=FollowUpKind.UNKNOWN_OPERATION, connector_id=connector, text="?", opened_at=NOW
    )
    return store.people, pk


def test_those_who_see_the_subscription_see_its_operations_and_nobody_else(ordered):
    people, pk = ordered
    seen = {name: list_operations(who.viewer()) for name, who in people.all.items()}

    assert {name for name, rows in seen.items() if rows} == {"harbor", "ria", "sven", "cleo"}
    [row] = seen["sven"]
    assert (row.id, row.state, row.error, row.can_resubmit) == (pk, State.PARKED, "No stock", True)
    assert row.connector == "by-hand"


def test_the_calls_of_a_foreign_operation_do_not_exist(ordered):
    people, pk = ordered

    assert calls_of(people.sven.viewer(), operation_id=pk) == ()
    with pytest.raises(NoSuchOperation):
        calls_of(people.rex.viewer(), operation_id=pk)


def test_follow_ups_are_shown_to_the_provider_only(ordered):
    people, _ = ordered
    seen = {name: len(open_follow_ups(who.viewer())) for name, who in people.all.items()}

    assert {name for name, count in seen.items() if count} == {"harbor"}


def test_a_list_is_filtered_and_continued(ordered):
    people, pk = ordered
    viewer = people.harbor.viewer()

    assert len(list_operations(viewer, state=State.PARKED)) == 1
    assert list_operations(viewer, state=State.PENDING) == ()
    assert len(list_operations(viewer, cause_prefix="ORD-1/")) == 1
    assert list_operations(viewer, cause_prefix="ORD-2/") == ()
    assert list_operations(viewer, before_id=pk) == ()
    for limit in (0, 201):
        with pytest.raises(ValueError, match="limit"):
            list_operations(viewer, limit=limit)


def test_what_a_connector_can_do_is_known_beforehand(ordered, tmp_path):
    connector = FollowUp.objects.get().connector_id

    assert can(connector_id=connector, what=Action.SUSPEND)
    assert not can(connector_id=connector, what=Feature.LIST)
    with pytest.raises(NoSuchOperation):
        can(connector_id=999_999, what=Action.CREATE)
