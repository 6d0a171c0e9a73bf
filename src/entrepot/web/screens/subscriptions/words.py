"""Words of subscriptions as people read them: states, terms, units, history."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy

from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import Language
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import HistoryLine
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.money import exponent, round_amount
from entrepot.web.ui import formats

_ONE = Decimal(1)
# Figures that come out of a division have more decimals than anybody reads.
_DECIMALS_READ, _DECIMALS_SHOWN = 6, 4
# Translated when they are written, one of them for each row.
_SEGMENTS = {
    "Commercial": pgettext_lazy("segment", "Commercial"),
    "Education": pgettext_lazy("segment", "Education"),
    "Charity": pgettext_lazy("segment", "Charity"),
    "Government": pgettext_lazy("segment", "Government"),
}


def language() -> str:
    """Return the language of the request."""
    return get_language() or "en"


def number(subscription_id: int) -> str:
    """Write the identifier that people read."""
    return format_id(kind=IdKind.SUBSCRIPTION, number=subscription_id)


def state(*, status: Status, on_hold: bool, cancel_on: date | None) -> str:
    """Name the one badge of a subscription: a hold and an ordered end outrank the status."""
    if on_hold:
        return "on_hold"
    if cancel_on is not None and status in (Status.ACTIVE, Status.TRIAL, Status.GRACED):
        return "ends"
    return status.value


def term(*, term_months: int, billing_months: int) -> str:
    """Say for how long it is bought and how often it is billed: "Yearly, billed monthly"."""
    return _term(term_months, billing_months, language())


@lru_cache(maxsize=256)
def _term(term_months: int, billing_months: int, _language: str) -> str:
    spans = {1: gettext("Monthly"), 12: gettext("Yearly")}
    years, rest = divmod(term_months, 12)
    if term_months in spans:
        whole = spans[term_months]
    elif rest == 0:
        whole = ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    else:
        whole = ngettext("%(n)s month", "%(n)s months", term_months) % {"n": term_months}
    if term_months == billing_months == 1:
        return whole
    if term_months == billing_months:
        return gettext("%(term)s, paid upfront") % {"term": whole}
    billed = {
        1: gettext("billed monthly"),
        3: gettext("billed quarterly"),
        12: gettext("billed yearly"),
    }.get(billing_months, gettext("billed every %(n)s months") % {"n": billing_months})
    return f"{whole}, {billed}"


def unit(texts: Mapping[str, str], *, fallback: str, number: Decimal = _ONE) -> str:
    """Name a unit in the number that fits: 1 seat, 112 seats; German 112 Plätze.

    What documents do not know is written as the catalogue has it in the language of the request,
    else in English; the fallback stands for no unit at all.
    """
    english = texts.get("en", "")
    spoken = Language.DE if language()[:2] == "de" else Language.EN
    known = unit_label(english, quantity=number, language=spoken)
    if known != english or spoken is Language.EN:
        return known or fallback
    return texts.get("de") or english or fallback


def day(value: date | None) -> str:
    """Write a day, "–" for none."""
    if value is None:
        return formats.EMPTY
    return formats.day(value, style="short", language=language())


def quantity(value: Decimal | int) -> str:
    """Write a number of things."""
    return formats.quantity(value, language=language())


def money(value: Decimal, currency: str) -> str:
    """Write an amount with its currency."""
    return formats.money(value, currency=currency, language=language())


def bare_money(value: Decimal, currency: str) -> str:
    """Write an amount of a currency that stands elsewhere."""
    return formats.amount(value, language=language(), decimals=exponent(currency))


def share(value: Decimal | None) -> str:
    """Write a share of one as percent with one decimal, "–" for none."""
    return (
        formats.EMPTY if value is None else formats.percent(value, language=language(), decimals=1)
    )


def unit_money(value: Decimal, currency: str) -> str:
    """Write a price or cost of one unit: exact up to six decimals, else rounded to four for reading."""
    exact = value.normalize() if value else Decimal(0)
    places = -int(exact.as_tuple().exponent)
    if places > _DECIMALS_READ:
        exact = round_amount(exact, exp=max(_DECIMALS_SHOWN, exponent(currency))).normalize()
    return money(exact, currency)


def rounded_money(value: Decimal, currency: str) -> str:
    """Write an amount that is exact to more decimals than its currency, rounded to them for reading."""
    return money(round_amount(value, exp=exponent(currency)), currency)


def event(line: HistoryLine) -> str:
    """Say in words what a line of the history tells."""
    sentence = {
        "ordered": gettext("Ordered"),
        "activated": gettext("Ready to use from %(start_on)s"),
        "order_cancelled": gettext("Order cancelled"),
        "taken_over": gettext("Imported; billed elsewhere before"),
        "started": gettext("Started, term until %(term_end)s"),
        "renewed": gettext("Renewed until %(term_end)s"),
        "trial_converted": gettext("Trial became a paid subscription until %(term_end)s"),
        "trial_ended": gettext("Trial ended"),
        "term_ended": gettext("Term ended without renewal"),
        "grace_ended": gettext("Grace period ended"),
        "cancelled": gettext("Cancelled"),
        "cancellation_ordered": gettext("Cancellation ordered for %(cancel_on)s"),
        "cancellation_withdrawn": gettext("Cancellation withdrawn"),
        "change_ordered": gettext("%(item)s: %(quantity)s ordered"),
        "change_withdrawn": gettext("%(item)s: ordered quantity withdrawn"),
        "quantity_changed": gettext("%(item)s: %(from)s → %(to)s"),
        "renewal_set": _renewal(line.facts),
        "renewal_ordered": gettext("One more term ordered from %(starts_on)s"),
        "renewal_withdrawn": gettext("Ordered term withdrawn"),
        "restart_ordered": gettext("Renewed again from %(starts_on)s"),
        "restarted": gettext("Started again, term until %(term_end)s"),
        "term_end_moved": gettext("Term now ends on %(term_end)s"),
        "destroyed": gettext("Removed for good"),
        "expiry_notice": _notice(line.facts, renews=False),
        "renewal_notice": _notice(line.facts, renews=True),
        "usage_notice": gettext("Notice given: %(share)s of what is included of %(item)s is used"),
        "held": gettext("Put on hold"),
        "released": gettext("Hold released"),
        "suspended": gettext("Put on hold for overdue invoices"),
        "usage.sub_account_mapped": gettext("Sub-account of the vendor assigned"),
        "usage_metered": gettext("Use counted from a file"),
        "quarantine_retried": gettext("Billed again after it was put aside"),
    }.get(line.kind)
    if sentence is None:
        return line.kind.replace("_", " ").capitalize()
    values = {
        "item": line.item or gettext("Resource"),
        "quantity": _number(line.facts.get("quantity")),
        "from": _number(line.facts.get("from")),
        "to": _number(line.facts.get("to")),
        "term_end": _day(line.facts.get("term_end")),
        "cancel_on": _day(line.facts.get("cancel_on")),
        "start_on": _day(line.facts.get("start_on")),
        "starts_on": _day(line.facts.get("starts_on")),
        "ends_on": _day(line.facts.get("ends_on")),
        "share": _percent(line.facts.get("share")),
    }
    text = sentence % values
    noted = [str(line.facts.get(name) or "") for name in ("reason", "order")]
    if line.facts.get("overtakes"):
        ended = gettext("%(number)s is cancelled with it")
        noted.append(ended % {"number": line.facts["overtakes"]})
    if line.facts.get("account_held"):
        noted.append(gettext("an account on the way to it was on hold"))
    if line.facts.get("full"):
        noted.append(gettext("all of the period is given back"))
    shown = ", ".join(note for note in noted if note)
    return f"{text} ({shown})" if shown else text


def _notice(facts: Mapping[str, object], *, renews: bool) -> str:
    """Say what a notice tells: what ends, and whether something follows."""
    if facts.get("trial"):
        if renews:
            return gettext("Notice given: the trial becomes a paid subscription on %(ends_on)s")
        return gettext("Notice given: the trial ends on %(ends_on)s")
    if renews:
        return gettext("Notice given: renewed on %(ends_on)s")
    return gettext("Notice given: expires on %(ends_on)s")


def segment(name: str) -> str:
    """Name the segment of customers that a vendor's price list sells a plan to; one unknown here as it stands."""
    return str(_SEGMENTS.get(name, name))


def actor(line: HistoryLine) -> str:
    """Say who did it, empty for the daily run."""
    if line.is_hidden_actor:
        return gettext("by your supplier")
    if not line.actor_name:
        return ""
    return gettext("by %(name)s") % {"name": line.actor_name}


def kind(name: str) -> str:
    """Name what a price is charged for."""
    return {
        "setup": pgettext("price", "Set-up, once"),
        "renewal": pgettext("price", "Renewal, with each further term"),
        "recurring": pgettext("price", "Recurring"),
        "overuse": pgettext("price", "Overuse"),
        "usage": pgettext("price", "Pay as you go, factor"),
    }[name]


def _renewal(facts: Mapping[str, object]) -> str:
    if facts.get("auto_renew"):
        return gettext("Renews by itself: switched on")
    return gettext("Renews by itself: switched off")


def _number(value: object) -> str:
    """Write a number that the history keeps as text or as a JSON number."""
    if value is None:
        return formats.EMPTY
    try:
        return quantity(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _percent(value: object) -> str:
    """Write whole per cent, which the history keeps as a number."""
    if not isinstance(value, int):
        return formats.EMPTY
    return formats.percent(Decimal(value) / 100, language=language())


def _day(value: object) -> str:
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return formats.EMPTY
