"""Words of the home pages: greeting, what waits for the reader, figures and days inside sentences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries.lists import Count
from entrepot.kernel.money import Money
from entrepot.web.ui import formats

_MORNING_UNTIL, _DAY_UNTIL = 11, 18

REASONS: Mapping[str, object] = {
    "no_price": _("No price"),
    "no_tax_rule": _("No tax rule"),
    "no_exchange_rate": _("No exchange rate"),
    "no_tax_zone": _("No tax zone"),
    "chain_broken": _("No seller on every tier"),
    "bad_data": _("Data do not fit"),
}


def language() -> str:
    """Return the language of the request."""
    return get_language() or "en"


def greeting(viewer: Viewer, *, now: datetime) -> str:
    """Greet a person by the time of day in their own zone."""
    hour = now.astimezone(ZoneInfo(viewer.timezone)).hour
    name = {"name": viewer.user_name.split()[0] if viewer.user_name.split() else ""}
    if hour < _MORNING_UNTIL:
        return gettext("Good morning, %(name)s") % name
    if hour < _DAY_UNTIL:
        return gettext("Good day, %(name)s") % name
    return gettext("Good evening, %(name)s") % name


def lead(viewer: Viewer, *, waiting: Sequence[str]) -> str:
    """Say the day of the calendar, to which the figures belong, and what waits for the reader."""
    day = formats.day(viewer.today, style="full", language=language())
    if not waiting:
        return gettext("%(day)s. Nothing waits for you.") % {"day": day}
    return gettext("%(day)s. Waiting for you: %(what)s.") % {"day": day, "what": ", ".join(waiting)}


def money(value: Money, *, signed: bool = False) -> str:
    """Write an amount with its currency."""
    return formats.money(value.amount, currency=value.currency, language=language(), signed=signed)


def day(value: date, style: str = "day") -> str:
    """Write a day without its year, or in another style of `formats.day`; an instant in the active zone."""
    return formats.day(
        value, style=style, language=language(), zone=timezone.get_current_timezone()
    )


def country(code: str) -> str:
    """Name a country by its ISO code; a code that nobody knows stays as it is."""
    return str(Locale.parse("de" if language()[:2] == "de" else "en").territories.get(code, code))


def month(value: date) -> str:
    """Name a month in a few letters: `Nov`, German `Nov`."""
    return str(format_date(value, format="LLL", locale="de" if language()[:2] == "de" else "en"))


def month_name(value: date) -> str:
    """Name a month: `November`."""
    return str(format_date(value, format="LLLL", locale="de" if language()[:2] == "de" else "en"))


def number(value: int) -> str:
    """Write a number of things."""
    return formats.quantity(value, language=language())


def count(value: Count) -> str:
    """Write a number of rows as tabs do: exact to 10,000, then `10,000+`."""
    return f"{number(value.rows)}+" if value.more else number(value.rows)


def in_days(value: date, *, today: date) -> str:
    """Say how far a day is away."""
    days = (value - today).days
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": -days}
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def put_aside(how_many: int) -> str:
    """Say how many subscriptions could not be billed."""
    text = ngettext("%(n)s subscription put aside", "%(n)s subscriptions put aside", how_many)
    return text % {"n": number(how_many)}


def late(how_many: int) -> str:
    """Say how many customers owe too late or are on credit hold."""
    text = ngettext(
        "%(n)s customer overdue or on hold", "%(n)s customers overdue or on hold", how_many
    )
    return text % {"n": number(how_many)}


def overdue(amounts: Sequence[Money]) -> list[str]:
    """Say what is overdue, a phrase for each currency with something."""
    return [
        gettext("%(amount)s overdue") % {"amount": money(one)} for one in amounts if not one.is_zero
    ]
