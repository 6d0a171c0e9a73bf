"""Leaves out the days of a world on which nothing happens, so that chosen worlds run quickly."""

from dataclasses import replace
from datetime import timedelta

from tests.reference.reference import apply_action, run_day, snapshot
from tests.reference.state import Book, begin
from tests.reference.world import World


def without_quiet_days(world: World) -> World:
    """Return the world with runs on the loud days and their neighbours only.

    A day is loud when somebody acts or the run changes more than the counts of the quarantine. The
    neighbours stay because faults like to be a day early or late.
    """
    book, loud = begin(world), set()
    before = _fingerprint(book)
    for day, business_date, acts in world.schedule():
        for act in acts:
            apply_action(book, act, business_date)
        run_day(book, day)
        after = _fingerprint(book)
        if acts or after != before:
            loud.add(day)
        before = after
    near = {day + timedelta(days=shift) for day in loud for shift in (-1, 0, 1)}
    kept = near | {world.first_day, world.run_days()[-1]}
    quiet = frozenset(day for day in world.run_days() if day not in kept)
    return replace(world, missed=world.missed | quiet)


def _fingerprint(book: Book) -> str:
    result = snapshot(book)
    result.quarantine = []
    return repr(result)
