"""Notes which fields of a form or of a query the program reads: only those can break it.

A form or a query in which nothing was sent is left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import QueryDict


class Reads:
    """The names that were read, and whether somebody went through all there were."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.all = False
        self.filling = False


@contextmanager
def noted() -> Iterator[Reads]:
    """Note every read of forms and queries while the block runs."""
    reads = Reads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QueryDict, "appendlist", _filling(reads))
        for method in ("__getitem__", "_getlist", "__contains__"):
            patch.setattr(QueryDict, method, _by_name(method, reads), raising=False)
        for method in ("__iter__", "keys", "values", "items", "lists", "dict"):
            patch.setattr(QueryDict, method, _through_all(method, reads), raising=False)
        yield reads


def _filling(reads: Reads) -> Any:
    """Leave out what is read while what was sent is taken apart."""
    usual = QueryDict.appendlist

    def append(self: QueryDict, key: str, value: str) -> None:
        reads.filling = True
        try:
            usual(self, key, value)
        finally:
            reads.filling = False

    return append


def _by_name(method: str, reads: Reads) -> Any:
    usual = getattr(QueryDict, method)

    def read(self: QueryDict, key: str, *more: object, **named: object) -> object:
        if not reads.filling and dict.__len__(self):
            reads.names.add(key)
        return usual(self, key, *more, **named)

    return read


def _through_all(method: str, reads: Reads) -> Any:
    usual = getattr(QueryDict, method)

    def read(self: QueryDict) -> object:
        reads.all = reads.all or dict.__len__(self) > 0
        return usual(self)

    return read
