"""The transition table of operations: where every message leads, and that nothing final is ever left."""

import pytest

from entrepot.domain.provisioning.lifecycle import (
    FINAL,
    NEXT,
    OPEN,
    VENDOR_NEWS,
    State,
    Trigger,
    allowed,
    following,
)

# How far an operation is; only our own look at the vendor (NOT_DONE) and people may lead back.
RANK = {
    State.INTENT: 0,
    State.RETRYING: 0,
    State.SENDING: 1,
    State.UNKNOWN: 1,
    State.PENDING: 2,
    State.CLEANING: 3,
    State.WITHDRAWN: 3,
    State.PARKED: 4,
    State.SUCCEEDED: 5,
    State.FAILED: 5,
    State.CANCELLED: 5,
}


def test_final_states_are_never_left():
    assert {state for (state, _) in NEXT} & FINAL == set()
    assert all(allowed(state) for state in OPEN)


def test_every_state_is_reached_and_every_trigger_leads_somewhere():
    reached = set(NEXT.values()) | {State.INTENT}
    assert reached == set(State)
    assert {trigger for (_, trigger) in NEXT} == set(Trigger)


@pytest.mark.parametrize("trigger", sorted(VENDOR_NEWS))
def test_news_of_a_vendor_never_lead_back(trigger: Trigger):
    moves = [(state, following(state, trigger)) for state in State]

    assert [(a, b) for a, b in moves if b is not None and RANK[b] < RANK[a]] == []


@pytest.mark.parametrize(
    ("before", "trigger", "after"),
    [
        (State.INTENT, Trigger.CLAIMED, State.SENDING),
        (State.RETRYING, Trigger.CLAIMED, State.SENDING),
        (State.SENDING, Trigger.LOST, State.UNKNOWN),
        (State.SENDING, Trigger.ACCEPTED, State.PENDING),
        (State.UNKNOWN, Trigger.NOT_DONE, State.RETRYING),
        (State.PENDING, Trigger.NOT_DONE, State.RETRYING),
        (State.PENDING, Trigger.LOST, State.PENDING),
        (State.PARKED, Trigger.SUCCEEDED, State.SUCCEEDED),
        (State.PARKED, Trigger.FAILED, None),
        (State.SUCCEEDED, Trigger.FAILED, None),
        (State.SUCCEEDED, Trigger.ACCEPTED, None),
        (State.CANCELLED, Trigger.SUCCEEDED, None),
        (State.WITHDRAWN, Trigger.SUCCEEDED, State.CANCELLED),
        (State.INTENT, Trigger.WITHDRAW, State.CANCELLED),
        (State.PENDING, Trigger.WITHDRAW, State.WITHDRAWN),
        (State.PARKED, Trigger.RESUBMIT, State.RETRYING),
        (State.PENDING, Trigger.RESUBMIT, None),
        (State.CLEANING, Trigger.CLEANED, State.PARKED),
    ],
)
def test_the_table_says_what_follows(before: State, trigger: Trigger, after: State | None):
    assert following(before, trigger) is after


def test_only_an_operation_that_was_never_sent_or_had_no_effect_is_cancelled_without_asking():
    at_once = {state for state in OPEN if following(state, Trigger.WITHDRAW) is State.CANCELLED}

    assert at_once == {State.INTENT, State.RETRYING}
