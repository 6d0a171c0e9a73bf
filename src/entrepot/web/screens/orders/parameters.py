"""The vendor parameters of an order as fields: a name, a type and a value each, as they are in JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

ROWS_MAX = 60
"""So many parameters can be edited here; more of them are sent as they are."""
NEW_ROWS = 2
TEXT, NUMBER, YES_NO, JSON = "text", "number", "yes_no", "json"
_VALUE_LENGTH_MAX = 4_000
_NAME_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter in a form; a new one has no name yet."""

    place: int
    name: str
    kind: str
    value: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a form carried: its fields, and the parameters; None while a field has a fault."""

    fields: tuple[Field, ...]
    parameters: Mapping[str, Any] | None


def kinds() -> list[tuple[str, str]]:
    """Offer the types of a value."""
    return [
        (TEXT, gettext("Text")),
        (NUMBER, gettext("Number")),
        (YES_NO, gettext("Yes or no")),
        (JSON, gettext("JSON")),
    ]


def fields_of(parameters: Mapping[str, Any]) -> tuple[Field, ...]:
    """Give a field for each parameter, and some for new ones."""
    known = [
        Field(place, name, *_written(value))
        for place, (name, value) in enumerate(parameters.items())
    ]
    return (*known, *(Field(len(known) + more, "", TEXT, "") for more in range(NEW_ROWS)))


def shown_value(value: Any) -> str:
    """Write a value for reading: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read(posted: Mapping[str, str]) -> Read:
    """Read the fields of a form; one without a name is left out, which removes its parameter."""
    fields: list[Field] = []
    found: dict[str, Any] = {}
    is_whole = True
    for place in range(ROWS_MAX + NEW_ROWS):
        if f"name-{place}" not in posted:
            break
        name = posted[f"name-{place}"].strip()
        kind, text = posted.get(f"kind-{place}", TEXT), posted.get(f"value-{place}", "")
        value, error = _value(kind, text) if name else (None, "")
        if name in found:
            error = gettext("This name stands above already.")
        elif len(name) > _NAME_LENGTH_MAX or not name.isprintable():
            error = gettext("A name has at most %(n)s visible characters.") % {
                "n": _NAME_LENGTH_MAX
            }
        is_whole = is_whole and not error
        if name:
            found[name] = value
        fields.append(Field(place, name, kind, text, error))
    return Read(tuple(fields), found if is_whole else None)


def _written(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return TEXT, value
    if isinstance(value, bool):
        return YES_NO, json.dumps(value)
    kind = NUMBER if isinstance(value, int | float) else JSON
    return kind, json.dumps(value, ensure_ascii=False)


def _value(kind: str, text: str) -> tuple[Any, str]:
    """Read a value of a type; with a sentence where it is none."""
    if len(text) > _VALUE_LENGTH_MAX:
        return None, gettext("A value has at most %(n)s characters.") % {"n": _VALUE_LENGTH_MAX}
    if kind == YES_NO:
        return text.strip() in ("true", "yes", "ja", "1", "on"), ""
    value: Any = text
    if kind != TEXT:
        try:
            value = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            value = _UNREADABLE
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is _UNREADABLE or (kind == NUMBER and not is_number):
        return None, _sentence(kind)
    return (value, "") if _is_storable(value) else (None, _sentence(kind))


_UNREADABLE = object()


def _sentence(kind: str) -> str:
    return {
        NUMBER: gettext("Write a number with a point, such as 12.5."),
        JSON: gettext("This is not JSON."),
    }.get(kind, gettext("This text has characters that cannot be stored."))


def _is_storable(value: Any) -> bool:
    """Tell whether the database takes it: no NUL, no half of a character, no infinite number."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return "\\u0000" not in text


def _refuse(constant: str) -> float:
    raise ValueError(constant)
