"""What the page of a subscription and its drawer have in common: head, money, key facts, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import (
    History,
    NextCharge,
    ResourcePage,
    ResourceRow,
    SubscriptionFacts,
)
from entrepot.flows.subscription_page import USAGE_SHOWN_MAX, UsedSku
from entrepot.web.screens.subscriptions import links, words
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Part

_PPM = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the key facts."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history in words."""

    when: str
    iso: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class MoneyShown:
    """The money in formatted figures; cost and margin are empty for the buyer."""

    price: str
    price_label: str
    price_note: str
    cost: str
    cost_note: str
    margin: str
    margin_note: str
    is_negative: bool
    parts: Sequence[Part]
    lower: Sequence[Fact]


def head(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> dict[str, Any]:
    """Give number, title, customer and state."""
    return {
        "id": facts.id,
        "number": words.number(facts.id),
        "title": facts.plan.name,
        "icon": facts.plan.service_icon,
        "customer": "" if facts.is_own else facts.customer_name,
        "customer_url": links.account_url(viewer, facts.customer_id),
        "seller": facts.seller_name if _names_seller(viewer, facts) else "",
        "state": words.state(
            status=facts.status, on_hold=facts.on_hold, cancel_on=facts.dates.cancel_on
        ),
        "one_more": facts.renews_once,
        "page_url": links.page_url(viewer, name, facts.id),
    }


def money(viewer: Viewer, facts: SubscriptionFacts, resources: ResourcePage) -> MoneyShown | None:
    """Format price, cost and margin of the viewer's sale; None when there is nothing to show yet."""
    cash = facts.money.cash
    if cash is None:
        return None
    first = _only_priced(facts, resources)
    margin, share = cash.margin, cash.margin_share
    return MoneyShown(
        price=words.money(cash.price, cash.currency),
        price_label=_price_label(viewer, facts),
        price_note=_each(first.unit_price, first, cash.currency) if first else gettext("a month"),
        cost="" if cash.cost is None else words.money(cash.cost, cash.currency),
        cost_note=_each(first.unit_cost, first, cash.currency, less=False) if first else "",
        margin="" if margin is None else words.money(margin, cash.currency),
        margin_note=_margin_note(share, facts),
        is_negative=margin is not None and margin < 0,
        parts=_parts(cash.cost, margin),
        lower=[
            Fact(one.seller_name, words.money(one.cash.price, one.cash.currency))
            for one in facts.money.lower
        ],
    )


def used_money(
    viewer: Viewer, facts: SubscriptionFacts, used: Sequence[UsedSku]
) -> MoneyShown | None:
    """Format what the newest month's use comes to, instead of a price of a month; None for who sees no prices.

    `used` is newest month first, and cut at `USAGE_SHOWN_MAX`: a month that fills it has no sum.
    """
    if facts.money.tier is None:
        return None
    label = _price_label(viewer, facts)
    newest = [row for row in used if row.month == used[0].month]
    if not newest or len(newest) == USAGE_SHOWN_MAX:
        return MoneyShown(gettext("by use"), label, "", "", "", "", "", False, [], [])
    price = sum((row.amount for row in newest), Decimal(0))
    costs = [row.cost for row in newest if row.cost is not None]
    cost = sum(costs, Decimal(0)) if costs else None
    currency = newest[0].currency
    margin = None if cost is None else price - cost
    month = formats.day(newest[0].month, style="month", language=words.language())
    return MoneyShown(
        price=words.rounded_money(price, currency),
        price_label=label,
        price_note=gettext("by use, %(month)s") % {"month": month},
        cost="" if cost is None else words.rounded_money(cost, currency),
        cost_note="",
        margin="" if margin is None else words.rounded_money(margin, currency),
        margin_note=_margin_note(margin / price if margin is not None and price else None, facts),
        is_negative=margin is not None and margin < 0,
        parts=_parts(cost, margin),
        lower=[],
    )


def key_facts(facts: SubscriptionFacts, charge: NextCharge | None) -> list[Fact]:
    """List term, renewal and next billing."""
    plan, dates = facts.plan, facts.dates
    found = [
        Fact(
            gettext("Term"),
            words.term(term_months=plan.term_months, billing_months=plan.billing_months),
        )
    ]
    if facts.status is Status.TRIAL:
        found.append(Fact(gettext("Trial ends"), words.day(dates.trial_end)))
    elif dates.ended_on is not None:
        found.append(Fact(gettext("Ended"), words.day(dates.ended_on)))
    elif dates.term_end is not None and dates.term_end != dates.term_start:
        found.append(Fact(gettext("Term ends"), words.day(dates.term_end)))
    if dates.cancel_on is not None and dates.ended_on is None:
        found.append(
            Fact(gettext("Cancelled as of"), words.day(dates.cancel_on), facts.cancel_reason)
        )
    if dates.destroy_on is not None and facts.status is not Status.TERMINATED:
        found.append(Fact(gettext("Removed for good on"), words.day(dates.destroy_on)))
    is_ending = dates.cancel_on is not None
    if facts.status in (Status.TRIAL, Status.ACTIVE, Status.GRACED) and not is_ending:
        note = gettext("but one more term is ordered") if facts.renews_once else ""
        found.append(Fact(gettext("Renews by itself"), _renews(facts), note))
    if charge is not None and not (dates.cancel_on and dates.cancel_on <= charge.on_day):
        found.append(_next(charge))
    if facts.vendor_reference:
        found.append(Fact(gettext("At the vendor"), facts.vendor_reference))
    if facts.purchase_order:
        found.append(Fact(gettext("Purchase order"), facts.purchase_order))
    return found


def happenings(found: History) -> list[Happening]:
    """Write the lines of the history in words."""
    return [
        Happening(
            words.day(line.on_day), line.on_day.isoformat(), words.event(line), words.actor(line)
        )
        for line in found.lines
    ]


def _names_seller(viewer: Viewer, facts: SubscriptionFacts) -> bool:
    return not facts.is_own and facts.seller_id != viewer.account_id


def _price_label(viewer: Viewer, facts: SubscriptionFacts) -> str:
    if not facts.money.is_seller:
        return gettext("Your price")
    return (
        gettext("Customer price") if facts.seller_id == viewer.account_id else gettext("Your sale")
    )


def _only_priced(facts: SubscriptionFacts, resources: ResourcePage) -> ResourceRow | None:
    """Find the one resource that makes the whole price, so that a price each can be told."""
    priced = [row for row in resources.rows if row.unit_price is not None]
    if resources.pages > 1 or len(priced) != 1 or facts.plan.is_usage or priced[0].has_levels:
        return None
    return priced[0]


def _each(price: Decimal | None, row: ResourceRow, currency: str, *, less: bool = True) -> str:
    if price is None:
        return ""
    exact = price * (_PPM - row.discount_ppm) / _PPM if less else price
    return gettext("%(price)s a %(unit)s") % {
        "price": words.unit_money(exact, currency),
        "unit": words.unit(row.unit, fallback=row.name.lower()),
    }


def _margin_note(share: Decimal | None, facts: SubscriptionFacts) -> str:
    found = []
    if share is not None:
        shown = formats.percent(share, language=words.language(), decimals=1)
        found.append(gettext("%(share)s of price") % {"share": shown})
    home = facts.money.home_margin
    if home is not None:
        shown = words.money(home.amount, home.currency)
        found.append(gettext("%(amount)s at the agreed rate") % {"amount": shown})
    return " · ".join(found)


def _parts(cost: Decimal | None, margin: Decimal | None) -> list[Part]:
    if cost is None or margin is None or margin < 0:
        return []
    return [Part(gettext("Cost"), cost, "neutral"), Part(gettext("Margin"), margin, "ok")]


def _renews(facts: SubscriptionFacts) -> str:
    if not facts.auto_renew:
        return gettext("no")
    months = facts.plan.term_months
    years, rest = divmod(months, 12)
    if rest:
        return ngettext("for %(n)s month", "for %(n)s months", months) % {"n": months}
    return ngettext("for %(n)s year", "for %(n)s years", years) % {"n": years}


def _next(charge: NextCharge) -> Fact:
    label = gettext("Next billing")
    if charge.net is None:
        return Fact(label, words.day(charge.on_day))
    amount = words.money(charge.net.amount, charge.net.currency)
    note = gettext("net, at today's prices") if charge.starts_term else gettext("net")
    return Fact(label, f"{words.day(charge.on_day)} · {amount}", note)
