"""What is wrong with a usage file, in the language of the reader.

Reasons are kept as they were found, in English: those of cells by `focus_macros.sql`, those of rows by the reader.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, ngettext

from entrepot.domain.usage.queries import ImportFacts
from entrepot.web.screens.usage import words
from entrepot.web.ui.parts import Column

SHOWN_MAX = 1000
_PLACE = re.compile(r"\{([a-z]+)\}")

_REASONS = (
    gettext_noop("is empty"),
    gettext_noop('"{value}" has more than 15 digits before or after the point'),
    gettext_noop('"{value}" is not a number like 1234.5678'),
    gettext_noop('"{value}" is not a time like 2024-09-01T00:00:00Z'),
    gettext_noop('"{value}" is not between the years 2000 and 2199'),
    gettext_noop('"{value}" is not after its start'),
    gettext_noop("is longer than {most} characters"),
    gettext_noop('"{value}" is not a currency code like USD'),
    gettext_noop("is not valid JSON"),
    gettext_noop("is not a JSON object"),
    gettext_noop("a quoted cell is followed by more text; double the quotes inside a cell"),
    gettext_noop("a carriage return stands inside a cell without quotes"),
    gettext_noop("the row has {cells} cells, the header has {width}; it may be cut off"),
    gettext_noop("the row has more than {most} characters"),
    gettext_noop("a cell contains a NUL character"),
    gettext_noop("The worker ended during this import; it was started again."),
)


@dataclass(frozen=True, slots=True)
class FaultShown:
    """One fault; a file that cannot be read at all has no line."""

    line: str
    column: str
    reason: str


def shown(found: ImportFacts) -> list[FaultShown]:
    """Return the faults that were kept of a file, at most 1,000."""
    return [_fault(one) for one in found.problems[:SHOWN_MAX]]


def columns() -> list[Column]:
    """Return the columns of a table of faults."""
    return [
        Column(gettext("Line"), 90, numeric=True),
        Column(gettext("Column"), 210),
        Column(gettext("Reason")),
    ]


def summary(found: ImportFacts) -> str:
    """Say how many rows made a file be refused, empty if it could not be read at all."""
    if not found.rejected:
        return ""
    text = ngettext(
        "%(n)s row of %(file)s is wrong, so nothing was taken in. Correct it, or leave it out.",
        "%(n)s rows of %(file)s are wrong, so nothing was taken in. Correct them, or leave them out.",
        found.rejected,
    )
    return text % {"n": words.number(found.rejected), "file": found.file_name}


def reason(text: str) -> str:
    """Say a reason of a cell or row in the reader's language; one that is not known stays as it is."""
    for template, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return _filled(gettext(template), match.groupdict())
    return text


def _fault(problem: Mapping[str, object]) -> FaultShown:
    line, column = int(str(problem["line"])), str(problem["column"])
    template = str(problem.get("message", ""))
    if template:
        return FaultShown("–", gettext("whole file"), _refusal(problem, template))
    if not line:
        return FaultShown("–", gettext("whole file"), reason(str(problem["reason"])))
    whole = column or gettext("whole row")
    return FaultShown(words.number(line), whole, reason(str(problem["reason"])))


def _refusal(problem: Mapping[str, object], message: str) -> str:
    """Write a refusal of which the templates were kept with their values."""
    kept = problem.get("values")
    values = {key: str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}
    if values.get("what"):
        values["what"] = gettext(values["what"])
    templates = (message, str(problem.get("next_step") or ""))
    return " ".join(_filled(gettext(one), values) for one in templates if one)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), template)


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    text = "".join(f"(?P<{p}>.*)" if at % 2 else re.escape(p) for at, p in enumerate(parts))
    return re.compile(text, re.DOTALL)


_PATTERNS = tuple((template, _pattern(template)) for template in _REASONS)
