"""Asking as a person: one request that is undone, its answer searched, and its statements compared where one wants."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template.base import Template
from django.template.context import Context
from django.test import Client

from entrepot.web import middleware
from tests.isolation.beside import Comparison
from tests.isolation.oracle import CHANGING, Reader, Secrets, leaks, text_of
from tests.isolation.world import World
from tests.web.odd.test_odd_forms import USUAL

# A customer that was moved stays named on the documents of its former seller.
FORMER: Mapping[str, str] = {"mid": "moved"}
_WRITES = ("INSERT", "UPDATE", "DELETE")
_OWN_TABLES = ("session", "audit_entry", "django_session")


@dataclass(frozen=True)
class Said:
    """One answer: its status, all its text, and the tables that were written."""

    status: int
    text: str
    writes: tuple[str, ...]
    case: tuple[str, ...]

    @cached_property
    def lasting(self) -> str:
        """The text without what changes with every answer."""
        return CHANGING.sub("", self.text)

    def without(self, *asked: object) -> str:
        """Return the lasting text without what was asked for."""
        text = self.lasting
        for one in asked:
            text = text.replace(str(one), "N")
        return text


@dataclass
class Matrix:
    """The world with the browsers of its people, and what was found."""

    world: World
    secrets: Secrets
    cases: int = 0
    found: list[tuple[str, ...]] = field(default_factory=list)
    answered: dict[str, set[int]] = field(default_factory=dict)
    browsers: dict[Reader, Client] = field(default_factory=dict)
    compares: bool = True
    comparison: Comparison = field(default_factory=Comparison)
    # Answers that are told apart by what was asked for only: the pages for what is not there.
    searched: dict[tuple[object, ...], list[str]] = field(default_factory=dict)

    def browser(self, reader: Reader) -> Client:
        """Return the browser of a person."""
        if reader not in self.browsers:
            self.browsers[reader] = self.world.browser(reader.word, reader.role)
        return self.browsers[reader]

    def ask(
        self,
        reader: Reader,
        method: str,
        address: str,
        fields: Mapping[str, object] | None = None,
        *,
        sent: Sequence[object] = (),
        is_compared: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Ask as a person, undo what was written, and search the answer for what it must not hold.

        With `is_compared`, what the statements find behind the wall is compared with what they find without it.
        """
        self.cases += 1
        case = (reader.word, reader.role, method, address)
        client = self.browser(reader)
        kept = {name: morsel.value for name, morsel in client.cookies.items()}
        with ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            writes = stack.enter_context(_watched())
            if is_compared and self.compares:
                stack.enter_context(connection.execute_wrapper(self.comparison))
            if method == "GET":
                answer = client.get(address, dict[str, Any](fields or {}), headers=headers)
            else:
                answer = client.post(address, {**USUAL, **(fields or {})}, headers=headers)
            text = text_of(answer)
            transaction.set_rollback(True)
        # Messages for the next page are cookies: the next answer is not to have them.
        client.cookies.clear()
        client.cookies.load(kept)
        said = Said(answer.status_code, text, tuple(writes), case)
        self.found += [
            (*case, one) for one in self._leaks(said, reader, [*sent, *(fields or {}).values()])
        ]
        self.found += [(*case, one) for one in self.comparison.taken()]
        if said.status >= 500:
            self.found.append((*case, f"status {said.status}"))
        return said

    def _leaks(self, said: Said, reader: Reader, sent: Sequence[object]) -> list[str]:
        former = FORMER.get(reader.word) if "/invoices/" in said.case[-1] else None
        text = said.lasting
        for one in sorted({str(value) for value in sent}, key=len, reverse=True):
            text = text.replace(one, "")
        key = (reader, former, hash(text))
        if key not in self.searched:
            self.searched[key] = leaks(
                text, world=self.world, secrets=self.secrets, reader=reader, former=former
            )
        return self.searched[key]


@contextmanager
def _watched() -> Iterator[list[str]]:
    """List the statements that write to a table of ours."""
    writes: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql).lstrip()[:300]
        if text.startswith(_WRITES) and not any(name in text[:60] for name in _OWN_TABLES):
            writes.append(text[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield writes


def make_cheap(patch: pytest.MonkeyPatch) -> None:
    """Spare what every case would do alike: find out who asks, and keep copies of contexts for the test client.

    Every case is undone, so that whoever asks with one session is the same in all of them.
    """
    patch.setattr(middleware, "_viewer", _remembering(middleware._viewer))
    patch.setattr(Template, "_render", _render)


def _render(template: Template, context: Context) -> str:
    """Render as the program does: the test runner's own way tells the test client of every template."""
    return template.nodelist.render(context)


def _remembering(usual: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[tuple[str | None, str], Any] = {}

    def viewer(request: Any) -> Any:
        key = (request.COOKIES.get(settings.SESSION_COOKIE_NAME), request.get_host())
        if key not in known:
            known[key] = usual(request)
        return known[key]

    return viewer
