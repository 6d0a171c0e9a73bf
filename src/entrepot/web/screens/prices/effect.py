"""What a change makes of coming renewals, as reviews show it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from entrepot.domain.resale.margins import margin_of
from entrepot.flows.price_simulation import Renewal, Simulation, Total
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

RENEWALS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One renewal that changes; amounts of a billing period."""

    customer: str
    plan: str
    day: str
    quantity: str
    before: str
    after: str
    difference: str
    margin_before: str
    margin_after: str


@dataclass(frozen=True, slots=True)
class Tile:
    """The affected renewals of one currency."""

    currency: str
    renewals: str
    before: str
    after: str
    difference: str
    margin_before: str
    margin_after: str


def context(simulation: Simulation) -> dict[str, Any]:
    """Give the table of renewals, the sums and the sentence about what was looked at."""
    affected = simulation.affected
    return {
        "renewal_columns": [
            Column(gettext("Customer")),
            Column(gettext("Renews"), 130),
            Column(gettext("Units"), 90, numeric=True),
            Column(gettext("A period, before"), 140, numeric=True),
            Column(gettext("A period, after"), 160, numeric=True),
            Column(gettext("Margin before"), 120, numeric=True),
            Column(gettext("Margin after"), 120, numeric=True),
        ],
        "renewals": [_line(one) for one in affected[:RENEWALS_SHOWN]],
        "more_renewals": max(0, len(affected) - RENEWALS_SHOWN),
        "renewal_sums": [_tile(one) for one in simulation.totals],
        "looked_at": _looked_at(simulation),
    }


def _looked_at(simulation: Simulation) -> str:
    if not simulation.renewals:
        return gettext("No subscription on these plans renews from that day on.")
    text = ngettext(
        "%(affected)s of %(n)s coming renewal on these plans changes.",
        "%(affected)s of %(n)s coming renewals on these plans change.",
        simulation.looked_at,
    ) % {
        "affected": words.quantity(len(simulation.affected)),
        "n": words.quantity(simulation.looked_at),
    }
    if simulation.looked_at == simulation.renewals:
        return text
    more = gettext("The next ones were worked out; there are %(all)s in all.")
    return f"{text} {more % {'all': words.quantity(simulation.renewals)}}"


def _line(one: Renewal) -> Line:
    return Line(
        customer=one.customer,
        plan=one.plan,
        day=words.day(one.renews_on),
        quantity=words.quantity(one.quantity.normalize()),
        before=_money(one.before, one.currency),
        after=_money(one.after, one.currency),
        difference=_difference(one.before, one.after, one.currency),
        margin_before=words.share(margin_of(price=one.before, cost=one.cost)),
        margin_after=words.share(margin_of(price=one.after, cost=one.cost)),
    )


def _tile(one: Total) -> Tile:
    return Tile(
        currency=one.currency,
        renewals=words.quantity(one.renewals),
        before=_money(one.before, one.currency),
        after=_money(one.after, one.currency),
        difference=_difference(one.before, one.after, one.currency),
        margin_before=words.share(margin_of(price=one.before, cost=one.cost)),
        margin_after=words.share(margin_of(price=one.after, cost=one.cost)),
    )


def _money(value: Decimal | None, currency: str) -> str:
    return formats.EMPTY if value is None else words.money(value, currency)


def _difference(before: Decimal | None, after: Decimal | None, currency: str) -> str:
    if before is None or after is None:
        return ""
    return formats.money(after - before, currency=currency, language=words.language(), signed=True)
