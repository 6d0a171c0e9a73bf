"""Refusals: failures that a person can cause and that we can explain.

A `DomainError` is anticipated. It carries a stable code for programs, an English message template
for translation, the object it is about and the next step for the reader. Everything else that goes
wrong is a bug and stays an ordinary exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class DomainError(Exception):
    """The base of all refusals.

    `code` is lower_snake and never changes once published. `message` and `next_step` are English
    templates with named places such as `{currency}`, so that a screen can look up the template in
    its translations and fill in the same `params`. `object` names what the refusal is about, for
    example `SUB-204311`, and is available to the templates as `{object}`.

    A subclass that lists `codes` may be raised with those codes only; `error_codes()` finds them.

    Raises: ValueError if the code is not lower_snake or not one of the subclass's codes.
    """

    codes: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        code: str,
        message: str,
        *,
        object: str | None = None,  # noqa: A002 - the word people read; the builtin is not needed here
        next_step: str | None = None,
        **params: object,
    ) -> None:
        if not _CODE.fullmatch(code):
            raise ValueError(f"error code {code!r} is not lower_snake")
        if self.codes and code not in self.codes:
            raise ValueError(f"{type(self).__name__} does not list the error code {code!r}")
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.object = object
        self.next_step = next_step
        self._params = dict(params)

    @property
    def params(self) -> Mapping[str, object]:
        """The values of the named places, without `object`; read only."""
        return MappingProxyType(self._params)

    def text(self, *, translate: Callable[[str], str] = str) -> str:
        """Write the message, and the next step after it, in the language of `translate`.

        `translate` turns an English template into a template of another language (`gettext`). An
        unknown place stays as it is written, so that text from a person can never break an error.
        """
        parts = [self.message] if self.next_step is None else [self.message, self.next_step]
        return " ".join(self._filled(translate(part)) for part in parts)

    def __str__(self) -> str:
        return self.text()

    def _filled(self, template: str) -> str:
        values: dict[str, object] = {"object": self.object or "", **self._params}

        def fill(match: re.Match[str]) -> str:
            return str(values.get(match[1], match[0]))

        return _PLACEHOLDER.sub(fill, template)


class NotFound(DomainError):
    """The object does not exist, or the person who asks may not know that it does."""


class BadInput(DomainError):
    """A value that a person or a file gave is unusable; `field` names the input, if any."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        object: str | None = None,  # noqa: A002 - as in DomainError
        next_step: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(code, message, object=object, next_step=next_step, **params)
        self.field = field


class Conflict(DomainError):
    """The object changed meanwhile, or exists already; reading it again shows how it stands."""


class Refused(DomainError):
    """The request is understood, and a rule or the state of the object forbids it."""


def error_codes() -> Mapping[str, type[DomainError]]:
    """Find the codes that the imported subclasses list, each with the class that lists it.

    A class that inherits its codes is not named again. Codes given to the general classes above at
    the place where they are raised are not listed anywhere and are not part of the answer.

    Raises: ValueError if two classes list the same code.
    """
    found: dict[str, type[DomainError]] = {}
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting.extend(error.__subclasses__())
        for code in vars(error).get("codes", ()):
            if found.setdefault(code, error) is not error:
                raise ValueError(f"error code {code!r} is listed by two classes")
    return MappingProxyType(dict(sorted(found.items())))
