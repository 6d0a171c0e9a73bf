"""Filters of lists: what an index answers is asked of the database, the rest is matched row by row."""

from collections.abc import Callable
from typing import Any

from scim2_models import TooManyException

SCANNED_MAX = 10_000


def exactly(wanted: Any) -> tuple[str, str]:
    """Return the attribute and value of a filter that is one `eq` with a text, else two empty texts."""
    tree = None if wanted is None else wanted.ast
    path, operator = getattr(tree, "path", None), getattr(tree, "op", None)
    value = getattr(tree, "value", None)
    if str(operator) != "eq" or not isinstance(value, str) or path is None:
        return "", ""
    return str(path).rpartition(":")[2].lower(), value


def matching(
    wanted: Any, read: Callable[[int, int], tuple[list[Any], int]], *, start: int, count: int
) -> tuple[list[Any], int]:
    """Return a page of the rows that match a filter, and how many match. Raises: TooManyException."""
    rows, total = read(0, SCANNED_MAX)
    if total > SCANNED_MAX:
        raise TooManyException(detail="Filter by userName, externalId or displayName with eq.")
    found = [one for one in rows if wanted.match(one)]
    return found[start : start + count], len(found)
