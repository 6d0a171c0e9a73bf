"""The usage lines behind an amount of pay-as-you-go use."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.domain.usage.drill_down import LineKey, LinePage, UsageLine
from entrepot.flows import subscription_page as flow
from entrepot.flows.usage_amounts import LineAmounts, line_amounts
from entrepot.flows.wiring import usage_store
from entrepot.kernel.money import round_amount
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import links, words
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

LINES_SHOWN = 50
_SKU_MAX = 200


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of the vendor's file, or the sum of all; vendor's cost and list price are for the provider.

    The `exact` texts are those of which the others show fewer digits.
    """

    day: str
    what: str
    resource: str
    region: str
    quantity: str
    quantity_exact: str
    unit: str
    amount: str
    amount_exact: str
    listed: str
    cost: str
    cost_exact: str


@screen(Capability.VIEW_SUBSCRIPTIONS)
def usage_page(request: SignedInRequest, *, number: int, name: str) -> HttpResponse:
    """Show the lines of one SKU and month, oldest first."""
    viewer = request.viewer
    facts = queries.subscription_facts(viewer, subscription_id=number)
    sku = request.GET.get("sku", "").replace("\0", "")[:_SKU_MAX]
    month = _month(request.GET.get("month", ""))
    if not sku or month is None:
        raise Http404
    found = flow.usage_lines(
        facts=facts,
        sku=sku,
        month=month,
        after=_place(request.GET.get("after", "")),
        limit=LINES_SHOWN,
        store=usage_store(),
    )
    if found is None or not found.total_lines:
        raise Http404
    sees_cost = viewer.panel is Panel.PROVIDER and viewer.can(Capability.VIEW_PRICES)
    amounts = _amounts(facts, sku=sku, month=month, found=found)
    title = gettext("Usage lines")
    page_url = links.page_url(viewer, name, facts.id)
    context: dict[str, Any] = {
        "title": title,
        "sku": sku,
        "month": month,
        "crumbs": [
            Link(gettext("Subscriptions"), links.list_url(viewer, name)),
            Link(f"{facts.plan.name}, {words.number(facts.id)}", page_url),
        ],
        "columns": _columns(sees_cost=sees_cost, sees_amount=amounts is not None),
        "sees_cost": sees_cost,
        "sees_amount": amounts is not None,
        "rows": [
            _line(
                line,
                amount=amounts.amounts[place] if amounts else None,
                currency=amounts.currency if amounts else "",
                sees_cost=sees_cost,
            )
            for place, line in enumerate(found.lines)
        ],
        "sum": _sum(found, amounts, sees_cost=sees_cost),
        "pager": Pager(
            previous_url=_query(sku, month) if request.GET.get("after") else "",
            next_url=_query(sku, month, found.next) if found.next else "",
            summary=_summary(found.total_lines),
        ),
    }
    return render(request, "screens/subscriptions/usage.html", context)


def _amounts(
    facts: SubscriptionFacts, *, sku: str, month: date, found: LinePage
) -> LineAmounts | None:
    """Read what the lines cost on the tier that the viewer may see, None if there is none."""
    if facts.money.tier is None:
        return None
    return line_amounts(
        subscription_id=facts.id,
        tier=facts.money.tier,
        sku=sku,
        month=month,
        lines=found.lines,
        total_quantity=found.total_quantity,
    )


def _line(line: UsageLine, *, amount: Decimal | None, currency: str, sees_cost: bool) -> LineShown:
    listed = line.list_cost if sees_cost else None
    return LineShown(
        day=words.day(line.charge_period_start.date()),
        what=line.charge_description or line.service_name or line.charge_category,
        resource=line.resource_name or line.resource_id or "",
        region=line.region_name or "",
        quantity=_short(line.quantity),
        quantity_exact=_exact(line.quantity),
        unit=words.unit({"en": line.pricing_unit}, fallback="", number=line.quantity),
        amount="" if amount is None else words.unit_money(amount, currency),
        amount_exact="" if amount is None else f"{_exact(amount)} {currency}",
        listed="" if listed is None else words.unit_money(listed, line.cost_currency),
        cost=words.unit_money(line.cost, line.cost_currency) if sees_cost else "",
        cost_exact=f"{_exact(line.cost)} {line.cost_currency}" if sees_cost else "",
    )


def _sum(found: LinePage, amounts: LineAmounts | None, *, sees_cost: bool) -> LineShown:
    """Give the sums over all pages: what is billed is this amount, rounded once."""
    units = {line.pricing_unit for line in found.lines}
    unit = units.pop() if len(units) == 1 else ""
    currency = found.lines[0].cost_currency if found.lines and sees_cost else ""
    return LineShown(
        day="",
        what=_summary(found.total_lines),
        resource="",
        region="",
        quantity=_short(found.total_quantity),
        quantity_exact=_exact(found.total_quantity),
        unit=words.unit({"en": unit}, fallback="", number=found.total_quantity),
        amount=words.rounded_money(amounts.total, amounts.currency) if amounts else "",
        amount_exact=f"{_exact(amounts.total)} {amounts.currency}" if amounts else "",
        listed="",
        cost=words.unit_money(found.total_cost, currency) if currency else "",
        cost_exact=f"{_exact(found.total_cost)} {currency}" if currency else "",
    )


def _exact(value: Decimal) -> str:
    return words.quantity(value.normalize() if value else Decimal(0))


def _short(value: Decimal) -> str:
    """Write a quantity with at most four decimals; the exact one is its title."""
    return _exact(round_amount(value, exp=4))


def _columns(*, sees_cost: bool, sees_amount: bool) -> list[Column]:
    found = [
        Column(gettext("Day"), 120),
        Column(gettext("What")),
        Column(gettext("Resource"), 220),
        Column(gettext("Region"), 120),
        Column(gettext("Quantity"), 160, numeric=True),
    ]
    if sees_amount:
        found.append(Column(gettext("Price"), 130, numeric=True))
    if sees_cost:
        found.append(Column(gettext("Vendor's list price"), 150, numeric=True))
        found.append(Column(gettext("Vendor's cost"), 140, numeric=True))
    return found


def _summary(total: int) -> str:
    return ngettext("%(n)s line", "%(n)s lines", total) % {"n": words.quantity(total)}


def _query(sku: str, month: date, after: LineKey | None = None) -> str:
    values = {"sku": sku, "month": month.isoformat()[:7]}
    if after is not None:
        values["after"] = f"{after.start.isoformat()}~{after.line_hash}~{after.occurrence}"
    return f"?{urlencode(values)}"


def _place(text: str) -> LineKey | None:
    """Read the place of a page; anything else is the first page."""
    start, _, rest = text.partition("~")
    line_hash, _, occurrence = rest.partition("~")
    try:
        moment: datetime | None = parse_datetime(start)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is not None or not occurrence.isdecimal():
        return None
    if not line_hash.isalnum() or len(occurrence) > 9:
        return None
    return LineKey(start=moment, line_hash=line_hash, occurrence=int(occurrence))


def _month(text: str) -> date | None:
    try:
        return parse_date(f"{text}-01")
    except ValueError:
        return None
