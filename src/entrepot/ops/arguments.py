"""Read the values of options: days and numbers, refused in words before anything happens."""

from argparse import ArgumentTypeError
from datetime import date

WORKERS_MAX = 64
ROWS_MAX = 1_000_000


def day_of(text: str) -> date:
    """Read a day as YYYY-MM-DD. Raises: ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date; write it as 2026-06-30") from None


def workers_of(text: str) -> int:
    """Read a number of processes, 1 to 64. Raises: ArgumentTypeError."""
    return _number(text, most=WORKERS_MAX)


def size_of(text: str) -> int:
    """Read a chunk size, 1 to 1,000,000. Raises: ArgumentTypeError."""
    return _number(text, most=ROWS_MAX)


def _number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ArgumentTypeError(f"'{text}' is not a number from 1 to {most:,}")
    return int(text)
