"""Named points where tests and proofs make the program fail; nothing happens unless the environment says so.

`ENTREPOT_FAILPOINT` is `name:mode:nth`, for example `rate.charge_period:kill:3`: on the third time the point `name` is
reached (`*` is every point) the process kills itself (`kill`), raises (`raise`) or sleeps a second (`sleep`).
"""

import os
import signal
import time

_COUNTS: dict[str, int] = {}


class FailpointReached(RuntimeError):
    """The point was told to raise."""


def failpoint(name: str) -> None:
    """Fail here if the environment names this point and its count is reached."""
    wanted = os.environ.get("ENTREPOT_FAILPOINT")
    if not wanted:
        return
    target, mode, nth = wanted.split(":")
    if target not in ("*", name):
        return
    _COUNTS[target] = _COUNTS.get(target, 0) + 1
    if _COUNTS[target] != int(nth):
        return
    if mode == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif mode == "sleep":
        time.sleep(1)
    else:
        raise FailpointReached(name)
