"""The bus: order, transaction behaviour and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from entrepot.kernel.events import Bus


@dataclass(frozen=True)
class SeatAdded:
    subscription_id: int


@dataclass(frozen=True)
class SeatBilled:
    subscription_id: int


@dataclass(frozen=True)
class SpecialSeatAdded(SeatAdded):
    pass


@dataclass
class Loose:
    value: int


def test_subscribers_run_in_the_order_of_subscription_with_the_event():
    bus, seen = Bus(), []
    bus.subscribe(SeatAdded, lambda event: seen.append(("first", event.subscription_id)))
    bus.subscribe(SeatAdded, lambda event: seen.append(("second", event.subscription_id)))

    bus.publish(SeatAdded(7))

    assert seen == [("first", 7), ("second", 7)]


def test_an_event_without_subscribers_goes_nowhere():
    bus, seen = Bus(), []
    bus.subscribe(SeatBilled, seen.append)

    bus.publish(SeatAdded(7))

    assert seen == []


def test_a_subscriber_of_a_base_class_does_not_get_events_of_its_subclass():
    bus, seen = Bus(), []
    bus.subscribe(SeatAdded, seen.append)

    bus.publish(SpecialSeatAdded(7))

    assert seen == []


def test_an_error_reaches_the_publisher_and_stops_the_rest():
    bus, seen = Bus(), []

    def fail(_event):
        raise RuntimeError("no paper")

    bus.subscribe(SeatAdded, seen.append)
    bus.subscribe(SeatAdded, fail)
    bus.subscribe(SeatAdded, lambda _event: seen.append("never"))

    with pytest.raises(RuntimeError, match="no paper"):
        bus.publish(SeatAdded(7))

    assert seen == [SeatAdded(7)]


def test_an_event_published_by_a_subscriber_is_handled_before_the_next_subscriber():
    bus, seen = Bus(), []
    bus.subscribe(SeatAdded, lambda event: bus.publish(SeatBilled(event.subscription_id)))
    bus.subscribe(SeatAdded, seen.append)
    bus.subscribe(SeatBilled, seen.append)

    bus.publish(SeatAdded(7))

    assert seen == [SeatBilled(7), SeatAdded(7)]


def test_a_handler_subscribes_to_a_type_once_and_to_two_types_freely():
    bus, seen = Bus(), []
    handler = seen.append
    bus.subscribe(SeatAdded, handler)
    bus.subscribe(SeatBilled, handler)

    with pytest.raises(ValueError, match="already subscribes to SeatAdded"):
        bus.subscribe(SeatAdded, handler)

    assert bus.handlers(SeatAdded) == (handler,)


@pytest.mark.parametrize("event_type", [Loose, str])
def test_only_frozen_dataclasses_can_be_subscribed_to(event_type):
    with pytest.raises(TypeError, match="not a frozen dataclass"):
        Bus().subscribe(event_type, print)


@pytest.mark.parametrize("event", [Loose(1), "text", SeatAdded])
def test_only_instances_of_frozen_dataclasses_can_be_published(event):
    with pytest.raises(TypeError, match="not a frozen dataclass"):
        Bus().publish(event)
