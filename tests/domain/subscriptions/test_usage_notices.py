"""Shares of what is included: told once per resource, running period and share, whatever vendors correct."""

from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.subscriptions.commands.usage_notices import give_usage_notices
from entrepot.domain.subscriptions.events import IncludedUnitsUsed
from entrepot.domain.subscriptions.models import (
    SubscriptionEvent,
    SubscriptionItem,
    UsageNotice,
)
from entrepot.domain.usage.models import MeteredUsage
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.kernel.events import bus
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW
from tests.support.runs import run_within


@pytest.fixture
def store(db) -> Shop:
    return shop()


@pytest.fixture
def told(monkeypatch) -> list[tuple[int, int]]:
    """Collect what is published: subscription and share."""
    found: list[tuple[int, int]] = []
    publish = bus.publish

    def listen(event: object) -> None:
        if isinstance(event, IncludedUnitsUsed):
            found.append((event.subscription_id, event.share))
        publish(event)

    monkeypatch.setattr(bus, "publish", listen)
    return found


def _measured(store: Shop, included: str = "100") -> tuple[int, SubscriptionItem]:
    """Start a subscription with one unit of storage that includes so much a month."""
    number = store.subscribe("1")
    items = SubscriptionItem.objects.filter(subscription_id=number, resource_id=store.storage)
    items.update(included=Decimal(included), quantity=1)
    return number, items.get()


def _use(item: SubscriptionItem, quantity: str, on_day: date = START) -> None:
    MeteredUsage.objects.update_or_create(
        item_id=item.id,
        on_day=on_day,
        defaults={"tenant_id": item.tenant_id, "quantity": Decimal(quantity)},
    )


def _look(*numbers: int, on_day: date = START) -> int:
    return give_usage_notices(subscription_ids=numbers, on_day=on_day, now=NOW)


def test_each_share_is_told_once_whatever_is_corrected(store, told):
    number, item = _measured(store)
    run_within(day=START, now=NOW)
    _use(item, "79.999")
    assert _look(number) == 0
    _use(item, "80")
    assert (_look(number), _look(number)) == (1, 0)
    # Corrected down and up again, by the vendor or by more units: it was told.
    _use(item, "10")
    assert _look(number) == 0
    _use(item, "99")
    assert _look(number) == 0
    _use(item, "1", date(2026, 3, 2))
    assert _look(number) == 1
    SubscriptionItem.objects.filter(pk=item.pk).update(quantity=2)
    assert _look(number) == 0
    assert told == [(number, 80), (number, 100)]
    facts = [{"item": item.id, "share": share} for share in (80, 100)]
    facts[0] |= {"used": "80", "included": "100"}
    facts[1] |= {"used": "100", "included": "100"}
    lines = SubscriptionEvent.objects.filter(kind="usage_notice").order_by("id")
    assert [(one.subscription_id, one.facts) for one in lines] == [(number, one) for one in facts]
    out = OutboxEvent.objects.filter(kind="included_units_used").order_by("id")
    assert [(one.object_id, one.payload) for one in out] == [(number, one) for one in facts]


def test_what_passes_both_shares_at_once_is_told_of_the_larger_only(store, told):
    number, item = _measured(store)
    other, little = _measured(store)
    run_within(day=START, now=NOW)
    _use(item, "250")
    _use(little, "5")
    assert _look(number, other) == 1
    assert told == [(number, 100)]
    assert set(UsageNotice.objects.values_list("item_id", "share")) == {
        (item.id, 80),
        (item.id, 100),
    }


def test_the_next_period_begins_anew_and_nothing_is_told_where_nothing_is_included(store, told):
    number, item = _measured(store)
    free, boundless = _measured(store, included="0")
    later = store.subscribe("1", start_on=date(2026, 3, 20))
    waits = SubscriptionItem.objects.get(subscription_id=later, resource_id=store.storage)
    run_within(day=START, now=NOW)
    _use(item, "90")
    _use(boundless, "90")
    _use(waits, "90")
    assert _look(number, free, later) == 1
    for day in range(2, 32):
        run_within(day=date(2026, 3, day), now=NOW)
    run_within(day=date(2026, 4, 1), now=NOW)
    # March is billed; what was used in it is nothing of April.
    assert _look(number, on_day=date(2026, 4, 1)) == 0
    _use(item, "85", date(2026, 4, 1))
    assert _look(number, on_day=date(2026, 4, 1)) == 1
    starts = UsageNotice.objects.filter(item_id=item.id).values_list("period_start", flat=True)
    assert sorted(starts) == [START, date(2026, 4, 1)]
