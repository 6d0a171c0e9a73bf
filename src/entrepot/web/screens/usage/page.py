"""One usage import: facts, sub-accounts, what waits for a subscription, problems, totals and their lines."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.usage.drill_down import UsageLine
from entrepot.domain.usage.queries import (
    ParkedRow,
    TotalRow,
    import_lines,
    parked_of,
    rejected_rows_file,
    sub_accounts_of,
    totals_of,
    usage_import,
)
from entrepot.flows.price_import import business_date
from entrepot.flows.usage_import import link_sub_account
from entrepot.flows.wiring import usage_store
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import IdKind, format_id, parse_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.usage import words
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

TOTALS_SHOWN = 50
LINES_SHOWN = 50
PROBLEMS_SHOWN = 200
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One sub-account; `parked` carries lines and cost of one that waits."""

    provider: str
    account: str
    name: str
    month: str
    number: str
    url: str
    lines: str
    cost: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One total with the address of its lines."""

    number: str
    url: str
    sku: str
    name: str
    month: str
    lines_url: str
    lines: str
    quantity: str
    unit: str
    amount: str
    billed: str


@dataclass(frozen=True, slots=True)
class UsageShown:
    """One line of the vendor's file."""

    day: str
    what: str
    resource: str
    quantity: str
    cost: str


@screen(Capability.VIEW_USAGE_IMPORTS)
def import_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show an import with everything that waits or went wrong first."""
    viewer = request.viewer
    found = usage_import(viewer, import_id=number)
    parked = parked_of(viewer, import_id=number)
    after = words.asked_number(request.GET.get("after", ""))
    totals = totals_of(viewer, import_id=number, limit=TOTALS_SHOWN, after=after)
    context = {
        "crumbs": words.crumbs(),
        "import": found,
        "number": format_id(kind=IdKind.IMPORT, number=found.id),
        "state": found.state.value,
        "month": words.month(found.period_start),
        "cost": words.money(found.billed_cost, found.currency),
        "parked": [_account(row, words.money(row.cost, found.currency)) for row in parked],
        "parked_columns": _parked_columns(),
        "accounts": [
            AccountLine(
                row.provider_name,
                row.sub_account_id,
                "",
                words.month(row.month),
                *_subscription(row.subscription_id),
                "",
                "",
            )
            for row in sub_accounts_of(viewer, import_id=number)
        ],
        "account_columns": _account_columns(),
        "problems": found.problems[:PROBLEMS_SHOWN],
        "problem_columns": _problem_columns(),
        "rejects": rejected_rows_file(found, store=usage_store()) is not None,
        "totals": [_total(row, number) for row in totals.rows],
        "total_columns": _total_columns(),
        "pager": Pager(
            previous_url=request.path if after is not None else "",
            next_url=f"?after={totals.after}" if totals.after else "",
        ),
        "may_import": viewer.can(Capability.IMPORT_USAGE),
    }
    return render(request, "screens/usage/import.html", context)


@screen(Capability.IMPORT_USAGE, methods=("POST",))
def map_account(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Link a sub-account to a subscription; the same link again changes nothing."""
    viewer = request.viewer
    usage_import(viewer, import_id=number)
    posted = request.POST
    provider, account = posted.get("provider", ""), posted.get("account", "")
    try:
        subscription = parse_id(posted.get("subscription", ""), expected=IdKind.SUBSCRIPTION)
        changed = link_sub_account(
            provider_name=provider.replace("\0", "")[:_TEXT_MAX],
            sub_account_id=account.replace("\0", "")[:_TEXT_MAX],
            subscription_id=subscription.number,
            store=usage_store(),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
            business_date=business_date(today=viewer.today),
        )
    except DomainError as refusal:
        messages.error(request, refusal.text(translate=gettext))
    else:
        text = ngettext(
            "The sub-account is linked; %(n)s total changed.",
            "The sub-account is linked; %(n)s totals changed.",
            changed,
        )
        messages.success(request, text % {"n": words.number(changed)})
    return HttpResponseRedirect(reverse("provider:usage-import", args=[number]))


@screen(Capability.VIEW_USAGE_IMPORTS)
def rejects(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Give the rows that an import left out, as CSV with line and reason."""
    found = usage_import(request.viewer, import_id=number)
    path = rejected_rows_file(found, store=usage_store())
    if path is None:
        raise Http404
    name = f"{format_id(kind=IdKind.IMPORT, number=found.id)}-rejected.csv"
    answer: HttpResponse = FileResponse(  # type: ignore[assignment]
        path.open("rb"), as_attachment=True, filename=name, content_type="text/csv"
    )
    return answer


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
        "pager": Pager(
            previous_url=f"?{urlencode(kept)}" if query.get("after") else "",
            next_url=f"?{urlencode(following)}" if following else "",
            summary=total % {"n": words.number(page.total_lines)},
        ),
    }
    return render(request, "screens/usage/lines.html", context)


def _account(row: ParkedRow, cost: str) -> AccountLine:
    return AccountLine(
        row.provider_name,
        row.sub_account_id,
        row.name,
        "",
        *_subscription(row.subscription_id),
        words.number(row.lines),
        cost,
    )


def _subscription(number: int | None) -> tuple[str, str]:
    """Give number and address of a subscription, empty for none."""
    if number is None:
        return "", ""
    return format_id(kind=IdKind.SUBSCRIPTION, number=number), reverse(
        "provider:subscription", args=[number]
    )


def _total(row: TotalRow, import_id: int) -> TotalLine:
    number, url = _subscription(row.subscription_id)
    query = {
        "subscription": row.subscription_id,
        "sku": row.sku,
        "month": row.month.isoformat()[:7],
    }
    return TotalLine(
        number=number,
        url=url,
        sku=row.sku,
        name=row.name,
        month=words.month(row.month),
        lines_url=f"{reverse('provider:usage-import-lines', args=[import_id])}?{urlencode(query)}",
        lines=words.number(row.lines),
        quantity=words.short_number(row.quantity),
        unit=row.unit,
        amount=words.money(row.amount, row.currency),
        billed=words.day(row.billed_on),
    )


def _line(row: UsageLine) -> UsageShown:
    return UsageShown(
        day=words.day(row.charge_period_start.date()),
        what=row.charge_description or row.service_name or row.charge_category,
        resource=row.resource_name or row.resource_id or "",
        quantity=f"{words.number(row.quantity)} {row.pricing_unit}".strip(),
        cost=f"{words.number(row.cost)} {row.cost_currency}",
    )


def _parked_columns() -> list[Column]:
    return [
        Column(gettext("Sub-account")),
        Column(gettext("Lines"), 90, numeric=True),
        Column(gettext("Vendor's cost"), 140, numeric=True),
        Column(gettext("Subscription"), 330),
    ]


def _account_columns() -> list[Column]:
    return [
        Column(gettext("Sub-account")),
        Column(gettext("Month"), 170),
        Column(gettext("Subscription"), 190),
    ]


def _problem_columns() -> list[Column]:
    return [
        Column(gettext("Line"), 90, numeric=True),
        Column(gettext("Column"), 210),
        Column(gettext("Reason")),
    ]


def _total_columns() -> list[Column]:
    return [
        Column(gettext("Subscription"), 150),
        Column(gettext("SKU")),
        Column(gettext("Month"), 140),
        Column(gettext("Lines"), 90, numeric=True),
        Column(gettext("Quantity"), 180, numeric=True),
        Column(gettext("Amount"), 130, numeric=True),
        Column(gettext("Billed"), 130),
    ]


def _line_columns() -> list[Column]:
    return [
        Column(gettext("Day"), 120),
        Column(gettext("What")),
        Column(gettext("Resource"), 260),
        Column(gettext("Quantity"), 190, numeric=True),
        Column(gettext("Vendor's cost"), 190, numeric=True),
    ]
