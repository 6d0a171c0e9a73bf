"""What could not be billed: by reason on a run's page, one by one on a page of its own, each with its retry."""

from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from entrepot.domain.billing.lifecycle import QuarantineReason
from entrepot.domain.billing.queries.put_aside import (
    AsideGroup,
    AsideKey,
    AsidePage,
    AsideRow,
    AsideSummary,
    aside_ids,
    aside_summary,
    list_aside,
)
from entrepot.domain.parties.roles import Capability
from entrepot.flows.billing_jobs import start_retry
from entrepot.kernel.ids import NUMBER_MAX, IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.billing.starting import starter, token
from entrepot.web.screens.billing.tabs import tabs
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Subscriptions that wait for the same repair; `key` fills the form of the group's retry."""

    key: AsideKey
    url: str
    reason: str
    where: str
    repair: Link | None
    count: int
    last_bill: str
    label: str


@dataclass(frozen=True, slots=True)
class AsideCard:
    """All groups of a run with their sum."""

    lines: tuple[GroupLine, ...]
    columns: list[Column]
    count: int
    together: str
    last_bill: str


@dataclass(frozen=True, slots=True)
class RowLine:
    """One subscription that is not billed."""

    key: str
    number: str
    url: str
    customer: str
    plan: str
    reason: str
    where: str
    error: str
    due: str
    since: str
    tries: str
    last_bill: str


def aside_card(summary: AsideSummary) -> AsideCard:
    """Return the groups of a run, the largest first."""
    accounts = ngettext("Together, %(n)s account", "Together, %(n)s accounts", summary.accounts) % {
        "n": words.number(summary.accounts)
    }
    return AsideCard(
        lines=tuple(_group(group) for group in summary.groups),
        columns=[
            Column(gettext("Reason")),
            Column(pgettext("how many", "Number"), 100, numeric=True),
            Column(gettext("Retry"), 120, hidden_label=True),
        ],
        count=summary.subscriptions,
        together=accounts,
        last_bill=words.money(summary.last_bill),
    )


@screen(Capability.VIEW_BILLING_RUNS)
def aside_list(request: SignedInRequest) -> HttpResponse:
    """Show every subscription that is not billed, of one group if the address names it."""
    viewer, key = request.viewer, _key(request.GET)
    page = list_aside(
        viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        key=key,
        before=_number(request.GET.get("before", "")),
    )
    summary = aside_summary(viewer)
    card = aside_card(summary)
    chosen = [group for group in summary.groups if group.key == key]
    context = {
        "crumbs": links.crumbs(),
        "tabs": tabs("aside", open_count=summary.subscriptions),
        "chips": [Chip(_group(group).reason, links.aside()) for group in chosen],
        "groups": card,
        "key": key,
        "count": sum(group.subscriptions for group in chosen) if key else summary.subscriptions,
        "columns": _columns(),
        "rows": [_row(row) for row in page.rows],
        "pager": keep_size(_pager(page, key), request.GET),
        "may_run": viewer.can(Capability.RUN_BILLING),
        "token": token(viewer),
    }
    return render(request, "screens/billing/aside.html", context)


@screen(Capability.RUN_BILLING, methods=("POST",))
def retry(request: SignedInRequest) -> HttpResponse:
    """Try one subscription, a group or all again, in a job of its own."""
    one = _number(request.POST.get("subscription", ""))
    ids = aside_ids(
        request.viewer,
        key=_key(request.POST),
        among=None if one is None else [one],
    )
    job_id = start_retry(subscription_ids=ids, starter=starter(request))
    return HttpResponseRedirect(links.job(job_id))


def _group(group: AsideGroup) -> GroupLine:
    return GroupLine(
        key=group.key,
        url=links.aside(group.key),
        reason=words.reason(group.key, plan_name=group.plan_name),
        where=group.resource or words.where(group.key, resource=""),
        repair=links.repair(group.key),
        count=group.subscriptions,
        last_bill=words.money(group.last_bill),
        label=gettext("Retry %(n)s") % {"n": words.number(group.subscriptions)},
    )


def _row(row: AsideRow) -> RowLine:
    return RowLine(
        key=str(row.subscription_id),
        number=format_id(kind=IdKind.SUBSCRIPTION, number=row.subscription_id),
        url=links.subscription(row.subscription_id),
        customer=row.customer_name,
        plan=row.plan_name,
        reason=words.reason(row.key, plan_name=row.plan_name),
        where=words.where(row.key, resource=row.resource),
        error=row.error,
        due=words.day_short(row.due_on),
        since=words.day_short(row.first_day),
        tries=words.number(row.tries),
        last_bill=words.money((row.last_bill,)) if row.last_bill else "",
    )


def _columns() -> list[Column]:
    return [
        Column(gettext("Subscription"), 250),
        Column(gettext("Reason")),
        Column(gettext("Due"), 132),
        Column(gettext("Since"), 132),
        Column(gettext("Tries"), 80, numeric=True),
        Column(gettext("Last bill"), 136, numeric=True),
        Column(gettext("Retry"), 152, hidden_label=True),
    ]


def _pager(page: AsidePage, key: AsideKey | None) -> Pager:
    address = links.aside(key)
    joint = "&" if "?" in address else "?"
    return Pager(next_url=f"{address}{joint}before={page.older}" if page.older else "")


def _key(query: QueryDict) -> AsideKey | None:
    """Read the group that an address or a form names; whatever cannot be read counts as not asked."""
    reason = query.get("reason", "")
    if reason not in set(QuarantineReason):
        return None
    tier = _number(query.get("tier", ""))
    return AsideKey(
        QuarantineReason(reason),
        _number(query.get("plan", "")),
        tier if tier is not None and tier < 10 else None,
    )


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    return int(text) if int(text) <= NUMBER_MAX else None
