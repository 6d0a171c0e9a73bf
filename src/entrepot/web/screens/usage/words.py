"""How the usage screens write numbers, days and places in lists."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language, gettext

from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import Language
from entrepot.domain.usage.drill_down import LineKey
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.kernel.money import round_amount
from entrepot.web.ui import formats
from entrepot.web.ui.shell import Link


def crumbs(*more: Link) -> list[Link]:
    """Return the way to a page of usage imports."""
    return [
        Link(gettext("Operation"), ""),
        Link(gettext("Usage imports"), reverse("provider:usage-imports")),
        *more,
    ]


def language() -> str:
    """Return the language of the page."""
    return get_language() or "en"


def number(value: int | Decimal) -> str:
    """Write a number of things without trailing zeros."""
    exact = value.normalize() if isinstance(value, Decimal) and value else value
    return formats.quantity(exact, language=language())


def short_number(value: Decimal) -> str:
    """Write a sum of uses, rounded to four decimals: the lines behind it are exact."""
    return number(round_amount(value, exp=4))


def signed_number(value: Decimal) -> str:
    """Write a difference, rounded to four decimals."""
    rounded = round_amount(value, exp=4)
    exact = rounded.normalize() if rounded else Decimal(0)
    return formats.quantity(exact, language=language(), signed=True)


def money(value: Decimal, currency: str) -> str:
    """Write an amount, rounded to cents."""
    return formats.money(round_amount(value, exp=2), currency=currency, language=language())


def difference(value: Decimal, currency: str) -> str:
    """Write a difference of amounts, rounded to cents, with its sign."""
    rounded = round_amount(value, exp=2)
    return formats.money(rounded, currency=currency, language=language(), signed=True)


def fine_money(value: Decimal, currency: str) -> str:
    """Write an amount of which a line may be a small part of a cent: rounded to four decimals, zeros left out."""
    rounded = round_amount(value, exp=4)
    exact = rounded.normalize() if rounded else Decimal(0)
    return formats.money(exact, currency=currency, language=language())


def unit(name: str, quantity: Decimal) -> str:
    """Name a unit in the number that fits: 1 unit, 2 units; a vendor's own word stays as it is."""
    spoken = Language.DE if language()[:2] == "de" else Language.EN
    return unit_label(name, quantity=quantity, language=spoken)


def by(name: str, people: Mapping[str, str]) -> str:
    """Name who imported: the person behind a job (`queries.jobs.person_behind`), or the operator of the server."""
    if name in people:
        return people[name]
    is_command = name.startswith("command") or re.fullmatch("job [0-9]+", name)
    return gettext("the operator") if is_command else name


def month(value: date | None) -> str:
    """Write a month, a dash for none."""
    return formats.day(value, style="month", language=language()) if value else "–"


def day(value: date | None) -> str:
    """Write a day, empty for none."""
    return formats.day(value, style="short", language=language()) if value else ""


def asked_number(text: str) -> int | None:
    """Read a number from an address; anything else counts as not asked."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    return min(int(text), NUMBER_MAX)


def asked_month(text: str) -> date | None:
    """Read `2026-05` as the first day of that month."""
    try:
        return parse_date(f"{text}-01")
    except ValueError:
        return None


def place_text(place: LineKey) -> str:
    """Write the place of a page of lines for an address."""
    return f"{place.start.isoformat()}~{place.line_hash}~{place.occurrence}"


def asked_place(text: str) -> LineKey | None:
    """Read the place of a page of lines; anything else is the first page."""
    start, _, rest = text.partition("~")
    line_hash, _, occurrence = rest.partition("~")
    try:
        moment: datetime | None = parse_datetime(start)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is not None or not line_hash.isalnum():
        return None
    if not (occurrence.isascii() and occurrence.isdigit()) or len(occurrence) > 9:
        return None
    return LineKey(start=moment, line_hash=line_hash, occurrence=int(occurrence))
