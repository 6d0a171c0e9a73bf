"""What the codes of billing are called: steps, tiers, causes, reasons; numbers with their unit."""

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from decimal import Decimal

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entrepot.domain.billing.lifecycle import QuarantineReason, RunStep
from entrepot.domain.billing.queries.put_aside import AsideKey
from entrepot.domain.billing.queries.rehearsals import Cause, Difference
from entrepot.domain.parties.kinds import AccountKind
from entrepot.kernel.money import Money, round_amount
from entrepot.web.ui import formats

Words = Mapping[str, object]

STEPS: Mapping[RunStep, object] = {
    RunStep.RATE: pgettext_lazy("step", "Rate"),
    RunStep.TOTAL: _("Total documents"),
    RunStep.NUMBER: _("Number documents"),
    RunStep.POST: _("Post lines and ledger"),
    RunStep.SETTLE: _("Settle"),
}

CAUSES: Words = {
    "same": _("unchanged"),
    "cancelled": _("cancelled with refund"),
    "first_bill": _("first bill"),
    "quantity": _("quantity changed"),
    "quantity_unexplained": _("other quantity, no cause found"),
    "discount": _("another discount"),
    "price": _("new price"),
    "price_unexplained": _("other price, no cause found"),
    "part_period": _("part of a period"),
    "usage": _("usage"),
    "setup": _("setup or renewal fee"),
    "change_in_period": _("change within the period"),
    "unexplained": _("no cause found"),
}

_SALES: Mapping[tuple[int, AccountKind], object] = {
    (0, AccountKind.RESELLER): _("Provider to resellers"),
    (0, AccountKind.CUSTOMER): _("Provider to customers"),
    (1, AccountKind.RESELLER): _("Resellers to sub-resellers"),
    (1, AccountKind.CUSTOMER): _("Resellers to customers"),
    (2, AccountKind.RESELLER): _("Sub-resellers to further resellers"),
    (2, AccountKind.CUSTOMER): _("Sub-resellers to customers"),
}

_TIERS: Mapping[int, object] = {
    1: _("Sales of the provider"),
    2: _("Sales of resellers"),
    3: _("Sales of sub-resellers"),
    4: _("Sales of sub-resellers of sub-resellers"),
}


def language() -> str:
    """Return the language of the page."""
    return get_language() or "en"


def number(value: int | Decimal) -> str:
    """Write a number of things."""
    return formats.quantity(value, language=language())


def day_long(value: date) -> str:
    """Write a day without its year, as buttons have it: `1 July`."""
    return formats.day(value, style="day_long", language=language())


def day_full(value: date) -> str:
    """Write a day as headings have it: `1 July 2026`."""
    return formats.day(value, style="long", language=language())


def day_short(value: date) -> str:
    """Write a day as rows have it: `1 Jul 2026`."""
    return formats.day(value, style="short", language=language())


def seconds(value: float) -> str:
    """Write a measured time: `4.90 s`, from a hundred seconds on without decimals."""
    exact = round_amount(Decimal(str(value)), exp=0 if value >= 100 else 2)
    text = formats.amount(exact, language=language(), decimals=0 if value >= 100 else 2)
    return f"{text}{formats.NBSP}s"


def per_second(rows: int, spent: float) -> str:
    """Write a rate: `87,530/s`, empty where nothing was measured."""
    if not rows or spent <= 0:
        return ""
    return f"{number(int(rows / spent))}/s"


def share(part: int, whole: int) -> str:
    """Write a part as percent of a whole, rounded down, so that only everything reads 100%."""
    points = Decimal(10_000 * part // whole) / 10_000 if whole else Decimal(1)
    return formats.percent(points, language=language(), decimals=2 if 0 < points < 1 else 0)


def zone() -> tzinfo:
    """Return the zone in which the viewer reads instants."""
    return get_current_timezone()


def actor(name: str, people: Mapping[str, str]) -> str:
    """Name who did something: the person behind a job (`queries.jobs.person_behind`), or the schedule."""
    return gettext("the schedule") if name in {"", "system"} else people.get(name, name)


def money(amounts: tuple[Money, ...]) -> str:
    """Write amounts of several currencies side by side; empty for none."""
    return " + ".join(
        formats.money(m.amount, currency=m.currency, language=language()) for m in amounts
    )


def sale(seller_depth: int, buyer_kind: AccountKind) -> str:
    """Name one kind of sale by who sells to whom."""
    return str(_SALES[seller_depth, buyer_kind])


def tier(value: int) -> str:
    """Name a tier by its seller."""
    return str(_TIERS[value])


def cause(code: str) -> str:
    """Name one cause of a difference."""
    return str(CAUSES[code])


def causes(row: Difference, *, shown_max: int = 2) -> str:
    """Say why a row differs: the causes behind it, largest first, with how many subscriptions each has."""
    if not row.causes:
        return cause("same")
    if row.subscriptions == 1:
        return cause(row.causes[0].code)
    parts = [_counted(one) for one in row.causes[:shown_max]]
    return ", ".join(parts)


def _counted(one: Cause) -> str:
    text = ngettext(
        "%(cause)s in %(n)s subscription", "%(cause)s in %(n)s subscriptions", one.subscriptions
    )
    return text % {"cause": cause(one.code), "n": number(one.subscriptions)}


def unexplained(count: int) -> str:
    """Say how many subscriptions differ without a cause."""
    return ngettext("%(n)s without a cause", "%(n)s without a cause", count) % {"n": number(count)}


def reason(key: AsideKey, *, plan_name: str) -> str:
    """Say why subscriptions were put aside, in one line."""
    texts: Mapping[QuarantineReason, Callable[[], str]] = {
        QuarantineReason.NO_PRICE: lambda: gettext("No price for %(plan)s") % {"plan": plan_name},
        QuarantineReason.NO_TAX_RULE: lambda: gettext("No tax rule for this sale"),
        QuarantineReason.NO_EXCHANGE_RATE: lambda: gettext("No exchange rate"),
        QuarantineReason.NO_TAX_ZONE: lambda: gettext("Tax zone of the buyer unknown"),
        QuarantineReason.CHAIN_BROKEN: lambda: gettext("No billing account in the chain"),
        QuarantineReason.BAD_DATA: lambda: gettext("Refused by the database"),
    }
    return texts[key.reason]()


def reason_code(code: str) -> str:
    """Name a reason that stands alone, without its plan."""
    if code == QuarantineReason.NO_PRICE.value:
        return gettext("No price")
    return reason(AsideKey(QuarantineReason(code)), plan_name="")


def where(key: AsideKey, *, resource: str) -> str:
    """Say where in the chain the fault is: the resource, if it is about a price, and whose sale it is."""
    parts = [resource] if resource and key.reason is QuarantineReason.NO_PRICE else []
    parts += [tier(key.tier)] if key.tier else []
    return ", ".join(parts)
