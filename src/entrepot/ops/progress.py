"""Showing how far a long command is: one moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

_TERMINAL_SECONDS = 0.1
_PLAIN_SECONDS = 10.0


class Progress:
    """A counter that prints its rate and the time left; use it as a context manager.

    `total` is the expected count (None when unknown), `label` a noun phrase such as "prices". On a
    terminal one line moves at most ten times a second; otherwise a line appears every ten seconds.
    The last line tells count, time and rate, also when the work ended in an error. `clock` gives
    seconds and measures only how fast the output moves.
    """

    def __init__(
        self,
        total: int | None,
        label: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._label = label
        self._stream = stream or sys.stderr
        self._clock = clock
        self._moving = self._stream.isatty()
        self._count = 0
        self._width = 0
        self._started = self._shown = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish(completed=kind is None)

    def advance(self, count: int = 1) -> None:
        """Add `count` finished items and print when it is time to."""
        self._count += count
        now = self._clock()
        if now - self._shown >= (_TERMINAL_SECONDS if self._moving else _PLAIN_SECONDS):
            self._shown = now
            self._print(self._text(now - self._started), last=not self._moving)

    def finish(self, *, completed: bool = True) -> None:
        """Print the closing line."""
        seconds = self._clock() - self._started
        rate = f", {self._count / seconds:,.0f}/s" if seconds > 0 else ""
        stopped = "" if completed else " (stopped)"
        self._print(
            f"{self._label}: {self._count:,} in {duration_text(seconds=seconds)}{rate}{stopped}",
            last=True,
        )

    def _text(self, seconds: float) -> str:
        rate = self._count / seconds if seconds > 0 else 0.0
        parts = [f"{self._label}: {self._count:,}"]
        if self._total:
            parts[0] += f" of {self._total:,} ({min(100, 100 * self._count // self._total)} %)"
        parts.append(f"{rate:,.0f}/s")
        if self._total and rate > 0 and self._count <= self._total:
            left = (self._total - self._count) / rate
            parts.append(f"{duration_text(seconds=left)} left")
        return ", ".join(parts)

    def _print(self, text: str, *, last: bool) -> None:
        if self._moving:
            self._stream.write("\r" + text.ljust(self._width) + ("\n" if last else ""))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def duration_text(*, seconds: float) -> str:
    """Return a span of time for people: `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
