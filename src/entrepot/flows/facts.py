"""Facts in their surroundings: which kinds there are, and the thread of the worker that hands them over."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from entrepot.flows.messages import announcing
from entrepot.flows.messages.posting import begin_sending
from entrepot.infra.outbox.handlers import FactHandler, fact_handlers, hand_over
from entrepot.kernel.clock import Clock, SystemClock

KINDS = (
    *("subscription_started", "cancellation_ordered"),
    *("subscription_expires_soon", "subscription_renews_soon"),
    "included_units_used",
    *("invoice_issued", "credit_note_issued", "payment_received"),
    *("credit_held", "credit_released", "credit_released_until"),
    *announcing.KINDS,
)
"""Everything that `wiring.py` and the daily run put into the outbox."""

_LOOK_SECONDS = 1.0
_logger = logging.getLogger(__name__)


def handlers_of_facts() -> Mapping[str, tuple[FactHandler, ...]]:
    """Give the handlers of each kind of fact, none where nobody wants to be told."""
    known = fact_handlers()
    return {kind: tuple(one for one in known if kind in one.kinds) for kind in KINDS}


@contextmanager
def facts_thread(*, clock: Clock | None = None) -> Iterator[None]:
    """Hand facts over and begin to send messages beside the block, in a thread with its own database connection."""
    stop = threading.Event()
    thread = threading.Thread(
        target=_work, args=(stop, clock or SystemClock()), name="facts", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def hand_over_all(*, clock: Clock) -> int:
    """Hand over until nothing waits; return how many facts were taken."""
    total = 0
    while taken := hand_over(now=clock.now()):
        total += taken
    return total


def _work(stop: threading.Event, clock: Clock) -> None:
    """Hand over until told to stop; a database that is away is waited for."""
    try:
        while not stop.is_set():
            if not _try(clock):
                stop.wait(_LOOK_SECONDS)
    finally:
        connection.close()


def _try(clock: Clock) -> int:
    try:
        now = clock.now()
        begin_sending(now=now)
        return hand_over(now=now)
    except (OperationalError, InterfaceError):
        _logger.warning("the database is away; facts are handed over when it is back")
    except Exception:
        # What was taken came back with its transaction, so the next round finds it again.
        _logger.exception("facts could not be handed over")
    connection.close()
    return 0
