"""The lines of a usage file behind one total."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.usage.drill_down import LinePage, UsageLine
from entrepot.domain.usage.queries import import_lines, usage_import
from entrepot.flows.wiring import usage_store
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.usage import words
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

LINES_SHOWN = 50
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class UsageShown:
    """One line of the vendor's file; the `exact` texts are those of which the others show fewer digits."""

    day: str
    what: str
    resource: str
    quantity: str
    quantity_exact: str
    unit: str
    listed: str
    cost: str
    cost_exact: str


@screen(Capability.VIEW_USAGE_IMPORTS)
def lines(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show the lines of the file behind one total, oldest first."""
    found = usage_import(request.viewer, import_id=number)
    query = request.GET
    subscription = words.asked_number(query.get("subscription", ""))
    month = words.asked_month(query.get("month", ""))
    sku = query.get("sku", "").replace("\0", "")[:_TEXT_MAX]
    if subscription is None or month is None or not sku:
        raise Http404
    page = import_lines(
        request.viewer,
        import_id=number,
        subscription_id=subscription,
        sku=sku,
        month=month,
        store=usage_store(),
        after=words.asked_place(query.get("after", "")),
        limit=LINES_SHOWN,
    )
    if page is None or not page.total_lines:
        raise Http404
    kept = {"subscription": subscription, "sku": sku, "month": query["month"]}
    following = {**kept, "after": words.place_text(page.next)} if page.next else None
    total = ngettext("%(n)s line", "%(n)s lines", page.total_lines)
    context = {
        "crumbs": words.crumbs(
            Link(found.file_name, reverse("provider:usage-import", args=[found.id]))
        ),
        "sku": sku,
        "month": words.month(month),
        "number": format_id(kind=IdKind.SUBSCRIPTION, number=subscription),
        "columns": _line_columns(),
        "rows": [_line(one) for one in page.lines],
        "sum": _sum(page),
        "pager": Pager(
            previous_url=f"?{urlencode(kept)}" if query.get("after") else "",
            next_url=f"?{urlencode(following)}" if following else "",
            summary=total % {"n": words.number(page.total_lines)},
        ),
    }
    return render(request, "screens/usage/lines.html", context)


def _line(row: UsageLine) -> UsageShown:
    return UsageShown(
        day=words.day(row.charge_period_start.date()),
        what=row.charge_description or row.service_name or row.charge_category,
        resource=row.resource_name or row.resource_id or "",
        quantity=words.short_number(row.quantity),
        quantity_exact=words.number(row.quantity),
        unit=words.unit(row.pricing_unit, row.quantity),
        listed="" if row.list_cost is None else words.fine_money(row.list_cost, row.cost_currency),
        cost=words.fine_money(row.cost, row.cost_currency),
        cost_exact=f"{words.number(row.cost)} {row.cost_currency}",
    )


def _sum(page: LinePage) -> UsageShown | None:
    """Give the sums over all pages; without a unit or currency where the lines of this page have several."""
    if not page.lines:
        return None
    units = {row.pricing_unit for row in page.lines}
    currency = page.lines[0].cost_currency
    return UsageShown(
        day="",
        what="",
        resource="",
        quantity=words.short_number(page.total_quantity),
        quantity_exact=words.number(page.total_quantity),
        unit=words.unit(units.pop(), page.total_quantity) if len(units) == 1 else "",
        listed="",
        cost=words.fine_money(page.total_cost, currency),
        cost_exact=f"{words.number(page.total_cost)} {currency}",
    )


def _line_columns() -> list[Column]:
    return [
        Column(gettext("Day"), 120),
        Column(gettext("What")),
        Column(gettext("Resource"), 240),
        Column(gettext("Quantity"), 170, numeric=True),
        Column(gettext("Vendor's list price"), 160, numeric=True),
        Column(gettext("Vendor's cost"), 160, numeric=True),
    ]
