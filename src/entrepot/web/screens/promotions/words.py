"""Words of promotions: what is taken off, from when until when, and for whom."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from entrepot.domain.resale.promotions import PromotionRow
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui import formats

_PPM = 1_000_000


def share(ppm: int) -> str:
    """Write parts per million as percent: 250,000 reads "25%"."""
    return formats.percent(Decimal(ppm) / _PPM, language=words.language())


def less(recurring_ppm: int, setup_ppm: int) -> str:
    """Say what is taken off: "25% off the price, 100% off the set-up fee"."""
    parts = []
    if recurring_ppm:
        parts.append(gettext("%(share)s off the price") % {"share": share(recurring_ppm)})
    if setup_ppm:
        parts.append(gettext("%(share)s off the set-up fee") % {"share": share(setup_ppm)})
    return ", ".join(parts)


def span(first_day: date, end: date | None) -> str:
    """Write the days of a half-open span with its last one: "from 10 Mar 2026 to 8 Apr 2026"."""
    return f"{first(first_day, end)} {last(first_day, end)}".strip()


def first(first_day: date, end: date | None) -> str:
    """Write the first day of a span, or that it has none."""
    if end is not None and end <= first_day:
        return gettext("ended before it began")
    return gettext("from %(day)s") % {"day": words.day(first_day)}


def last(first_day: date, end: date | None) -> str:
    """Write the last day of a span, empty for one without an end or a day."""
    if end is None or end <= first_day:
        return ""
    return gettext("to %(day)s") % {"day": words.day(end - timedelta(days=1))}


def goods(row: PromotionRow) -> str:
    """Name the plan that a promotion is for."""
    return gettext("every plan") if row.plan_id is None else row.plan_name


def way(row: PromotionRow) -> str:
    """Say how somebody gets it: by code, with another plan, or with every order."""
    if row.parent_plan_id is not None:
        return gettext("with %(plan)s") % {"plan": row.parent_plan_name}
    return "" if row.code else gettext("with every order")


def uses(used: int, most: int | None) -> str:
    """Write how often it was used, and how often it can be."""
    count = words.quantity(Decimal(used))
    if most is None:
        return count
    return gettext("%(used)s of %(most)s") % {
        "used": count,
        "most": words.quantity(Decimal(most)),
    }


def limit(row: PromotionRow) -> str:
    """Say how often it can be used."""
    parts = []
    if row.uses_max is not None:
        times = ngettext("%(n)s time", "%(n)s times", row.uses_max)
        parts.append(times % {"n": words.quantity(Decimal(row.uses_max))})
    if row.once_per_customer:
        parts.append(gettext("once per customer"))
    return ", ".join(parts) or gettext("as often as wanted")


def sentences(row: PromotionRow) -> list[str]:
    """Say in whole sentences what a promotion does, for whom, when and how often."""
    facts = {
        "less": less(row.recurring_ppm, row.setup_ppm),
        "goods": goods(row),
        "code": row.code,
        "plan": row.parent_plan_name,
    }
    texts = [_who(row) % facts]
    texts.append(_when(row))
    if row.on_renewal:
        texts.append(gettext("Terms that are renewed on these days get it as well."))
    else:
        texts.append(gettext("It holds for the first term; renewals take the usual price."))
    if row.uses_max is not None or row.once_per_customer:
        texts.append(gettext("It can be used: %(limit)s.") % {"limit": limit(row)})
    return texts


def _who(row: PromotionRow) -> str:
    if row.code and row.parent_plan_id is not None:
        return gettext(
            "Who has %(plan)s and orders with the code %(code)s gets %(less)s. For: %(goods)s."
        )
    if row.code:
        return gettext("Who orders with the code %(code)s gets %(less)s. For: %(goods)s.")
    if row.parent_plan_id is not None:
        return gettext("Who has %(plan)s gets %(less)s with an order. For: %(goods)s.")
    return gettext("Every order gets %(less)s. For: %(goods)s.")


def _when(row: PromotionRow) -> str:
    if row.valid_to is None:
        text = gettext("From %(day)s until you end it.")
    else:
        text = gettext("From %(day)s to %(last)s, the last day included.")
    last = row.valid_to - timedelta(days=1) if row.valid_to else None
    return text % {"day": words.day(row.valid_from), "last": words.day(last) if last else ""}
