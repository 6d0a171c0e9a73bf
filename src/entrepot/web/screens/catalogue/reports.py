"""What a price list does or did, as preview and applied import show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

CHANGES_SHOWN = 500
ERRORS_SHOWN = 200
WITHDRAWN_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One changed price; the monthly amounts are empty where no subscription is on it."""

    plan: str
    code: str
    period: str
    market: str
    old: str
    new: str
    percent: str
    starts: str
    subscriptions: str
    monthly: str
    difference: str


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One thing that is wrong with a row."""

    line: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The tables and counts of a price list; `more_*` count what is not shown."""

    counts: tuple[tuple[str, str, str], ...]
    columns: list[Column]
    changes: tuple[ChangeLine, ...]
    more_changes: int
    error_columns: list[Column]
    errors: tuple[ErrorLine, ...]
    error_count: int
    more_errors: int
    withdrawn: tuple[str, ...]
    subscriptions: int


def language() -> str:
    """Return the language of the page."""
    return get_language() or "en"


def number(value: int) -> str:
    """Write a number of things."""
    return formats.quantity(value, language=language())


def day(value: date | str | None) -> str:
    """Write a day, also one in ISO form; a dash for none."""
    if value is None:
        return "–"
    shown = date.fromisoformat(value) if isinstance(value, str) else value
    return formats.day(shown, style="short", language=language())


def period(term_months: int, billing_months: int) -> str:
    """Say how long a plan is bought for and how often it is billed."""
    term = _months(term_months)
    if billing_months == 1:
        billed = gettext("billed monthly")
    elif billing_months == 12:
        billed = gettext("billed yearly")
    else:
        billed = gettext("billed every %(span)s") % {"span": _months(billing_months)}
    return f"{term}, {billed}"


def report_of(facts: Mapping[str, Any]) -> Report:
    """Return the report of a price list from its facts as `pricelist.facts` gives them."""
    changed, errors = facts["changed"], facts["errors"]
    return Report(
        counts=_counts(facts),
        columns=_columns(),
        changes=tuple(_change(one) for one in changed[:CHANGES_SHOWN]),
        more_changes=max(0, len(changed) - CHANGES_SHOWN),
        error_columns=[
            Column(gettext("Line"), 90, numeric=True),
            Column(gettext("Column"), 190),
            Column(gettext("Value"), 220),
            Column(gettext("Reason")),
        ],
        errors=tuple(_error(one) for one in errors[:ERRORS_SHOWN]),
        error_count=facts["error_count"],
        more_errors=max(0, facts["error_count"] - ERRORS_SHOWN),
        withdrawn=tuple(sorted({one["plan"] for one in facts["withdrawn"]})[:WITHDRAWN_SHOWN]),
        subscriptions=sum(one["subscriptions"] for one in changed),
    )


def _counts(facts: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Give label, figure and tone of each tile."""
    return (
        (gettext("New plans"), number(facts["new_plans"]), ""),
        (gettext("New periods"), number(facts["new_periods"]), ""),
        (gettext("New prices"), number(facts["new_prices"]), ""),
        (gettext("Changed prices"), number(facts["changed_prices"]), ""),
        (gettext("Unchanged rows"), number(facts["unchanged"]), ""),
        (gettext("No longer listed"), number(len(facts["withdrawn"])), ""),
    )


def _columns() -> list[Column]:
    return [
        Column(gettext("Plan")),
        Column(gettext("Market"), 90),
        Column(gettext("Old"), 110, numeric=True),
        Column(gettext("New"), 110, numeric=True),
        Column(gettext("Change"), 90, numeric=True),
        Column(gettext("Effective from"), 126),
        Column(gettext("Subscriptions"), 124, numeric=True),
        Column(gettext("A month, before and after"), 210, numeric=True),
    ]


def _change(facts: Mapping[str, Any]) -> ChangeLine:
    currency = facts["currency"]
    before, after = facts.get("monthly_before"), facts.get("monthly_after")
    monthly = difference = ""
    if before is not None and after is not None:
        monthly = f"{_money(before, currency)} → {_money(after, currency)}"
        difference = formats.money(
            Decimal(after) - Decimal(before), currency=currency, language=language(), signed=True
        )
    return ChangeLine(
        plan=facts["plan"],
        code=f"{facts['product']}:{facts['sku']}",
        period=period(facts["term_months"], facts["billing_months"]),
        market=facts["market"],
        old=_money(facts["old_retail"], currency),
        new=_money(facts["new_retail"], currency),
        percent=_percent(facts["retail_percent"]),
        starts=day(facts["effective_from"]),
        subscriptions=number(facts["subscriptions"]),
        monthly=monthly,
        difference=difference,
    )


def _error(facts: Mapping[str, Any]) -> ErrorLine:
    return ErrorLine(
        line=number(facts["line"]),
        column=facts["column"] or gettext("whole row"),
        value=facts["value"],
        reason=facts["reason"],
    )


def _money(value: str, currency: str) -> str:
    return formats.money(Decimal(value), currency=currency, language=language())


def _percent(value: str | None) -> str:
    if value is None:
        return "–"
    return formats.percent(Decimal(value) / 100, language=language(), decimals=1, signed=True)


def _months(months: int) -> str:
    if months % 12 == 0:
        years = months // 12
        return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
