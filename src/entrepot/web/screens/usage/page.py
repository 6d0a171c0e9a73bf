"""One usage import: facts, sub-accounts, what waits for a subscription, problems and totals."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import person_behind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.usage.queries import (
    ImportFacts,
    ParkedRow,
    TotalRow,
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
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.screens.usage import faults, words
from entrepot.web.ui.parts import Column, Pager

TOTALS_SHOWN = 50
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One sub-account that counts from this file."""

    provider: str
    account: str
    month: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """One sub-account that waits; `typed` and `refused` come back from a link that was refused."""

    provider: str
    account: str
    name: str
    number: str
    url: str
    lines: str
    cost: str
    typed: str
    refused: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One total with the address of its lines; `change` and the like are empty for the first of its kind."""

    number: str
    url: str
    sku: str
    name: str
    month: str
    lines_url: str
    lines: str
    quantity: str
    quantity_exact: str
    unit: str
    amount: str
    change: str
    change_parts: str
    change_to: str
    billed: str


@dataclass(frozen=True, slots=True)
class Linking:
    """A link that was refused: of which sub-account, what was typed, and why."""

    provider: str
    account: str
    typed: str
    text: str


@screen(Capability.VIEW_USAGE_IMPORTS)
def import_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show an import with everything that waits or went wrong first."""
    return _page(request, number)


def _page(request: SignedInRequest, number: int, *, refused: Linking | None = None) -> HttpResponse:
    viewer = request.viewer
    found = usage_import(viewer, import_id=number)
    waiting = [
        _parked(row, words.money(row.cost, found.currency), refused)
        for row in parked_of(viewer, import_id=number)
    ]
    # A refusal stands at its field; without the field (somebody else linked it meanwhile) above everything.
    elsewhere = refused if not any(row.refused for row in waiting) else None
    after = words.asked_number(request.GET.get("after", ""))
    totals = totals_of(viewer, import_id=number, limit=TOTALS_SHOWN, after=after)
    context = {
        "crumbs": words.crumbs(),
        "import": found,
        "number": format_id(kind=IdKind.IMPORT, number=found.id),
        "state": found.state.value,
        "month": words.month(found.period_start),
        "cost": words.money(found.billed_cost, found.currency),
        "by": words.by(found.imported_by, person_behind(viewer, names=[found.imported_by])),
        "parked": waiting,
        "refused": elsewhere,
        "parked_columns": _parked_columns(),
        "accounts": [
            AccountLine(
                row.provider_name,
                row.sub_account_id,
                words.month(row.month),
                *_subscription(row.subscription_id),
            )
            for row in sub_accounts_of(viewer, import_id=number)
        ],
        "account_columns": _account_columns(),
        "problems": faults.shown(found),
        "problem_columns": faults.columns(),
        "rejects": rejected_rows_file(found, store=usage_store()) is not None,
        "totals": [_total(row, number) for row in totals.rows],
        "total_columns": _total_columns(),
        "no_totals": _no_totals(found),
        "pager": Pager(
            previous_url=request.path if after is not None else "",
            next_url=f"?after={totals.after}" if totals.after else "",
        ),
        "may_import": viewer.can(Capability.IMPORT_USAGE),
        "trail": trail(viewer, object_kind="usage_import", object_id=number),
    }
    status = 422 if refused else 200
    return render(request, "screens/usage/import.html", context, status=status)


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
        typed = posted.get("subscription", "").replace("\0", "")[:_TEXT_MAX]
        text = refusal.text(translate=gettext)
        return _page(request, number, refused=Linking(provider, account, typed, text))
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


def _parked(row: ParkedRow, cost: str, refused: Linking | None) -> ParkedLine:
    number, url = _subscription(row.subscription_id)
    key = (row.provider_name, row.sub_account_id)
    is_refused = refused is not None and (refused.provider, refused.account) == key
    return ParkedLine(
        provider=row.provider_name,
        account=row.sub_account_id,
        name=row.name,
        number=number,
        url=url,
        lines=words.number(row.lines),
        cost=cost,
        typed=refused.typed if refused and is_refused else "",
        refused=refused.text if refused and is_refused else "",
    )


def _no_totals(found: ImportFacts) -> str:
    """Say why no total came with a file."""
    by_state = {
        "running": gettext("The file is still being read."),
        "refused": gettext("The file was refused, so nothing of it counts."),
        "superseded": gettext("A newer file replaced it before anything of it was rated."),
    }
    if found.state.value in by_state:
        return by_state[found.state.value]
    if found.parked:
        return gettext("Its sub-accounts wait for a subscription or a price.")
    return gettext("It says what was known already, so no total changed.")


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
        lines_url=f"{reverse('provider:usage-import-lines', args=[import_id])}?{urlencode(query)}"
        if row.lines
        else "",
        lines=words.number(row.lines),
        quantity=words.short_number(row.quantity),
        quantity_exact=words.number(row.quantity),
        unit=words.unit(row.unit, row.quantity),
        amount=words.money(row.amount, row.currency),
        change=words.difference(row.change.amount, row.currency) if row.change else "",
        change_parts=_change_parts(row),
        change_to=_change_to(row),
        billed=words.day(row.billed_on),
    )


def _change_parts(row: TotalRow) -> str:
    """Write the difference in lines and quantity: "+2 lines, −1.5 hours"."""
    if row.change is None:
        return ""
    lines = ngettext("%(n)s line", "%(n)s lines", abs(row.change.lines))
    counted = lines % {"n": words.signed_number(Decimal(row.change.lines))}
    unit = words.unit(row.unit, row.change.quantity)
    return f"{counted}, {words.signed_number(row.change.quantity)} {unit}".rstrip()


def _change_to(row: TotalRow) -> str:
    """Say what a difference is compared with."""
    if row.change is None:
        return ""
    if row.change.is_same_file:
        return gettext("difference to what was billed of this file")
    return gettext("difference to the file before")


def _parked_columns() -> list[Column]:
    return [
        Column(gettext("Sub-account")),
        Column(gettext("Lines"), 90, numeric=True),
        Column(gettext("Vendor's cost"), 190, numeric=True),
        Column(gettext("Subscription"), 330),
    ]


def _account_columns() -> list[Column]:
    return [
        Column(gettext("Sub-account")),
        Column(gettext("Month"), 170),
        Column(gettext("Subscription"), 190),
    ]


def _total_columns() -> list[Column]:
    return [
        Column(gettext("Subscription"), 150),
        Column(gettext("SKU")),
        Column(gettext("Month"), 130),
        Column(gettext("Lines"), 80, numeric=True),
        Column(gettext("Quantity"), 150, numeric=True),
        Column(gettext("Amount"), 130, numeric=True),
        Column(gettext("Difference"), 220, numeric=True),
        Column(gettext("Billed"), 116),
    ]
