"""A worker process with tasks of its own, for tests: `python -m tests.infra.tasks.child [--until-idle]`."""

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import django


def add(job: Any, *, left: int, right: int) -> Mapping[str, Any]:
    """Add two numbers."""
    job.progress(1, 1, "adding")
    return {"sum": left + right, "attempt": job.attempt}


def hang_once(job: Any) -> Mapping[str, Any]:
    """Never come back from the first attempt."""
    if job.attempt == 1:
        time.sleep(600)
    return {"attempt": job.attempt}


def fail_once(job: Any) -> Mapping[str, Any]:
    """Find the world not ready at the first attempt."""
    from entrepot.infra.tasks.queue import TryAgain

    if job.attempt == 1:
        raise TryAgain("the mail server is away")
    return {"attempt": job.attempt}


def refuse(job: Any) -> Mapping[str, Any]:
    """Refuse the work."""
    from entrepot.kernel.errors import Refused

    raise Refused("no", "The list is empty.", next_step="Choose another.")


def crash(job: Any) -> Mapping[str, Any]:
    """Meet a bug."""
    raise ZeroDivisionError("a bug")


def slow(job: Any, *, seconds: float) -> Mapping[str, Any]:
    """Work in small steps and tell of each."""
    steps = int(seconds * 20)
    for step in range(steps):
        time.sleep(0.05)
        job.progress(step + 1, steps)
    return {"steps": steps}


def main() -> None:
    """Register the tasks and work; stalled workers are noticed within a second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    from entrepot.infra.tasks import queue

    queue.HEARTBEAT_SECONDS, queue.STALLED_SECONDS = 0.2, 1.0
    for function in (add, hang_once, fail_once, refuse, crash, slow):
        queue.register(name=f"test.{function.__name__}", function=function)
    queue.run_worker(until_idle="--until-idle" in sys.argv)


if __name__ == "__main__":
    main()
