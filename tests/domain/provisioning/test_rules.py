"""What follows from an answer: the next look, the retry by class of error, the end of patience."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entrepot.domain.provisioning.kinds import Action, ErrorClass
from entrepot.domain.provisioning.lifecycle import State, Trigger
from entrepot.domain.provisioning.results import Absent, Accepted, Done, Refused, Unknown
from entrepot.domain.provisioning.rules import Pace, Standing, decide, wait_seconds

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PACE = Pace()
SENT = Standing(
    state=State.SENDING,
    action=Action.CREATE,
    attempts=1,
    polls=0,
    give_up_at=None,
    key_spread=0.0,
    can_clean=False,
)


def seconds(step) -> float:
    return (step.due_at - NOW).total_seconds()


def after(outcome, **changes):
    return decide(standing=replace(SENT, **changes), outcome=outcome, now=NOW, pace=PACE)


@pytest.mark.parametrize(("attempts", "expected"), [(1, 5), (2, 10), (3, 20), (4, 40), (7, 320)])
def test_what_may_pass_is_sent_again_with_waits_that_double(attempts: int, expected: int):
    # 5 s after the first sending, then twice as long each time: 5 * 2 ** (attempts - 1).
    step = after(Refused(ErrorClass.TEMPORARY, "later"), attempts=attempts)

    assert step.trigger is Trigger.NOT_DONE
    assert seconds(step) == expected


def test_a_wait_ends_at_its_maximum_and_is_spread_by_up_to_a_fifth():
    assert wait_seconds(first=5, limit=900, round_number=20, spread=0) == 900
    assert wait_seconds(first=5, limit=900, round_number=0, spread=1) == 6
    assert wait_seconds(first=5, limit=900, round_number=10**6, spread=0) == 900


def test_the_vendors_wish_is_kept_if_it_is_longer_but_not_beyond_an_hour():
    def wish(wanted: float) -> float:
        return seconds(after(Refused(ErrorClass.BUSY, "", retry_after_seconds=wanted)))

    assert (wish(1), wish(120), wish(10**6)) == (5, 120, 3600)


def test_after_eight_sendings_it_is_parked_with_a_known_effect():
    step = after(Refused(ErrorClass.UNREACHABLE, "no route"), attempts=8)

    assert (step.trigger, step.is_effect_known) == (Trigger.GIVE_UP, True)


@pytest.mark.parametrize(
    "error_class",
    [
        ErrorClass.REJECTED,
        ErrorClass.CONFLICT,
        ErrorClass.NOT_AUTHORISED,
        ErrorClass.VENDOR_FAILED,
        ErrorClass.UNSUPPORTED,
        ErrorClass.MISCONFIGURED,
    ],
)
def test_what_will_not_pass_by_itself_is_parked_at_once(error_class: ErrorClass):
    step = after(Refused(error_class, "no"))

    assert (step.trigger, step.due_at) == (Trigger.FAILED, None)
    assert step.error_class is error_class


def test_a_lost_answer_is_asked_about_soon_and_never_sent_again_by_itself():
    step = after(Unknown("time-out"))

    assert (step.trigger, seconds(step)) == (Trigger.LOST, 2)


def test_asking_ends_after_twelve_questions_and_says_that_the_effect_is_unknown():
    step = after(Unknown("time-out"), state=State.UNKNOWN, polls=12)

    assert (step.trigger, step.is_effect_known) == (Trigger.GIVE_UP, False)


def test_a_question_that_a_busy_vendor_refuses_is_not_an_answer():
    step = after(Refused(ErrorClass.BUSY, "429"), state=State.UNKNOWN)

    assert step.trigger is Trigger.LOST


def test_an_accepted_operation_is_polled_until_it_is_too_late():
    early = after(Accepted(), state=State.PENDING, polls=2, give_up_at=NOW + timedelta(seconds=1))
    late = after(Accepted(), state=State.PENDING, polls=2, give_up_at=NOW)

    assert (early.trigger, seconds(early)) == (Trigger.ACCEPTED, 8)
    assert (late.trigger, late.is_effect_known) == (Trigger.GIVE_UP, False)


def test_the_vendor_says_when_to_poll():
    assert seconds(after(Accepted(poll_after_seconds=42))) == 42
    assert seconds(after(Accepted(poll_after_seconds=10**9))) == 3600


def test_nonsense_in_answer_to_a_poll_ends_nothing():
    step = after(Unknown("<html>"), state=State.PENDING, polls=100)

    assert step.trigger is Trigger.LOST


def test_a_failed_creation_that_may_have_left_something_is_cleaned_where_that_is_possible():
    failure = Refused(ErrorClass.VENDOR_FAILED, "quota", may_be_left=True)

    assert after(failure, state=State.PENDING, can_clean=True).trigger is Trigger.FAILED_DIRTY
    assert after(failure, state=State.PENDING).trigger is Trigger.FAILED
    changed = after(failure, state=State.PENDING, can_clean=True, action=Action.CHANGE)
    assert changed.trigger is Trigger.FAILED


def test_a_creation_nobody_can_ask_about_is_cleaned_before_people_are_asked():
    step = after(Unknown("500"), state=State.UNKNOWN, polls=12, can_clean=True)

    assert step.trigger is Trigger.FAILED_DIRTY


def test_cleaning_goes_on_until_the_vendor_confirms():
    again = after(Unknown("500"), state=State.CLEANING, polls=3)
    confirmed = after(Done(), state=State.CLEANING)
    enough = after(Unknown("500"), state=State.CLEANING, polls=12)

    assert again.trigger is Trigger.LOST
    assert again.due_at is not None
    assert confirmed.trigger is Trigger.CLEANED
    assert (enough.trigger, enough.is_effect_known) == (Trigger.GIVE_UP, False)


def test_what_the_vendor_does_not_know_is_sent_again_at_once():
    step = after(Absent(), state=State.UNKNOWN)

    assert (step.trigger, seconds(step)) == (Trigger.NOT_DONE, 0)


def test_a_withdrawn_operation_is_never_sent_again():
    step = after(Absent(), state=State.WITHDRAWN)

    assert (step.trigger, step.due_at) == (Trigger.NOT_DONE, None)


@pytest.mark.parametrize("state", [State.PENDING, State.UNKNOWN, State.WITHDRAWN])
@pytest.mark.parametrize("error_class", [ErrorClass.MISCONFIGURED, ErrorClass.NOT_AUTHORISED])
def test_a_question_that_is_refused_says_nothing_about_the_operation(
    state: State, error_class: ErrorClass
):
    assert after(Refused(error_class, "who are you?"), state=state).trigger is Trigger.LOST
