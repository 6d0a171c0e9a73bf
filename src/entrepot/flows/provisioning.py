"""Provisioning in its surroundings: what the operator decides, and the thread of the worker that carries it out."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.pump import Pump
from entrepot.kernel.clock import Clock, SystemClock

_AGAIN_SECONDS = 1.0
_logger = logging.getLogger(__name__)


def surroundings() -> Surroundings:
    """Return where secrets of connectors lie, and which vendors may be inside the operator's network."""
    return Surroundings(
        secrets_directory=Path(settings.DATA) / "connectors", inside=settings.INSIDE_VENDORS
    )


@contextmanager
def provisioning_thread(*, clock: Clock | None = None) -> Iterator[None]:
    """Carry out operations beside the block, in a thread with a database connection of its own.

    At the end, calls that are under way finish (ten seconds at most). Any number of processes may do this at once.
    """
    stop = threading.Event()
    thread = threading.Thread(
        target=_work, args=(stop, clock or SystemClock()), name="provisioning", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _work(stop: threading.Event, clock: Clock) -> None:
    """Pump until told to stop; a database that is away is waited for."""
    while not stop.is_set():
        try:
            with Pump(surroundings=surroundings(), clock=clock) as pump:
                pump.run(stop=stop)
        except (OperationalError, InterfaceError):
            _logger.warning("the database is away; provisioning goes on when it is back")
        except Exception:
            # Operations that are claimed come back when their lease ends.
            _logger.exception("provisioning starts again after a fault")
        finally:
            connection.close()
        stop.wait(_AGAIN_SECONDS)
