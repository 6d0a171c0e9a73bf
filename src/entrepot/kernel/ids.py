"""Public identifiers: a prefix that tells the kind and the number of the row, `SUB-204311`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from entrepot.kernel.errors import BadInput

NUMBER_MAX = 2**63 - 1

_SHAPE = re.compile(r"(?:([A-Za-z]{2,5})[\s-]*)?([0-9]{1,40})")
_SHOWN_MAX = 60


class IdKind(StrEnum):
    """The registry: what can be named by a public identifier, with its prefix."""

    ACCOUNT = "ACC"
    USER = "USR"
    SUBSCRIPTION = "SUB"
    ORDER = "ORD"
    INVOICE = "INV"
    CREDIT_NOTE = "CRN"
    CHARGE = "CHG"
    PLAN = "PLN"
    PRICE_LIST = "PRL"
    BILLING_RUN = "RUN"
    IMPORT = "IMP"
    USAGE = "USG"
    TASK = "TSK"
    MESSAGE = "MSG"


_PREFIXES = frozenset(kind.value for kind in IdKind)


class IdError(BadInput):
    """A text or a number that is no public identifier."""

    codes = frozenset({"id_kind_missing", "id_kind_wrong", "id_malformed", "id_out_of_range"})


@dataclass(frozen=True, slots=True)
class PublicId:
    """A kind and a number from 1 to 2**63 - 1; its text is `SUB-204311`.

    Raises: IdError `id_out_of_range`.
    """

    kind: IdKind
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= NUMBER_MAX:
            raise IdError(
                "id_out_of_range",
                "{number} is not the number of a record.",
                next_step="Copy the identifier from the record's page.",
                number=self.number,
            )

    def __str__(self) -> str:
        return f"{self.kind.value}-{self.number}"


def format_id(*, kind: IdKind, number: int) -> str:
    """Write the public identifier of a row. Raises: IdError `id_out_of_range`."""
    return str(PublicId(kind, number))


def parse_id(text: str, *, expected: IdKind | None = None, field: str | None = None) -> PublicId:
    """Read an identifier as people type it: any case, blanks, leading zeros, blank for the hyphen.

    With `expected`, the number alone is enough and another kind is refused. Without it the prefix
    decides.

    Raises: IdError with `field`: `id_malformed`, `id_kind_missing` (number alone, nothing
    expected), `id_kind_wrong`, `id_out_of_range`.
    """
    match = _SHAPE.fullmatch(text.strip())
    prefix = match[1].upper() if match and match[1] else None
    if match is None or (prefix is not None and prefix not in _PREFIXES):
        raise IdError(
            "id_malformed",
            "“{text}” is not an identifier.",
            next_step="Write it as {example}.",
            field=field,
            text=text[:_SHOWN_MAX],
            example=_example(expected),
        )
    kind = expected if prefix is None else IdKind(prefix)
    if kind is None:
        raise IdError(
            "id_kind_missing",
            "“{text}” does not say what it identifies.",
            next_step="Write it as {example}.",
            field=field,
            text=text[:_SHOWN_MAX],
            example=_example(expected),
        )
    if expected is not None and kind is not expected:
        raise IdError(
            "id_kind_wrong",
            "“{text}” is not what is asked for here.",
            next_step="Write it as {example}.",
            field=field,
            text=text[:_SHOWN_MAX],
            example=_example(expected),
        )
    return _bounded(kind=kind, number=int(match[2]), field=field)


def _bounded(*, kind: IdKind, number: int, field: str | None) -> PublicId:
    try:
        return PublicId(kind, number)
    except IdError as error:
        error.field = field
        raise


def _example(expected: IdKind | None) -> str:
    return format_id(kind=expected or IdKind.SUBSCRIPTION, number=204311)
