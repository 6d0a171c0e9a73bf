"""The usage lines behind an amount of pay-as-you-go use."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.subscriptions import queries
from entrepot.domain.usage.drill_down import LineKey, UsageLine
from entrepot.flows import subscription_page as flow
from entrepot.flows.wiring import usage_store
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import links, words
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

LINES_SHOWN = 50
_SKU_MAX = 200


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of the vendor's file; the cost is for the provider."""

    day: str
    what: str
    resource: str
    region: str
    quantity: str
    cost: str


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
        "columns": _columns(sees_cost=sees_cost),
        "sees_cost": sees_cost,
        "rows": [_line(line, sees_cost=sees_cost) for line in found.lines],
        "pager": Pager(
            previous_url=_query(sku, month) if request.GET.get("after") else "",
            next_url=_query(sku, month, found.next) if found.next else "",
            summary=_summary(found.total_lines),
        ),
    }
    return render(request, "screens/subscriptions/usage.html", context)


def _line(line: UsageLine, *, sees_cost: bool) -> LineShown:
    return LineShown(
        day=words.day(line.charge_period_start.date()),
        what=line.charge_description or line.service_name or line.charge_category,
        resource=line.resource_name or line.resource_id or "",
        region=line.region_name or "",
        quantity=f"{words.quantity(line.quantity.normalize() if line.quantity else line.quantity)} {line.pricing_unit}",
        cost=words.money(line.cost, line.cost_currency) if sees_cost else "",
    )


def _columns(*, sees_cost: bool) -> list[Column]:
    found = [
        Column(gettext("Day"), 120),
        Column(gettext("What")),
        Column(gettext("Resource"), 260),
        Column(gettext("Region"), 130),
        Column(gettext("Quantity"), 190, numeric=True),
    ]
    return [*found, Column(gettext("Vendor's cost"), 160, numeric=True)] if sees_cost else found


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
