"""Rehearsals: the list, and one with its totals and its differences by reseller, customer, plan, subscription."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import person_behind
from entrepot.domain.billing.queries.rehearsals import (
    Comparison,
    Dimension,
    RehearsalPage,
    RehearsalRow,
    TierChange,
    list_rehearsals,
    rehearsal,
)
from entrepot.domain.billing.queries.runs import open_quarantine
from entrepot.domain.parties.roles import Capability
from entrepot.flows.daily_billing import business_date
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.billing.differences import difference_table
from entrepot.web.screens.billing.listing import next_day
from entrepot.web.screens.billing.starting import token
from entrepot.web.screens.billing.tabs import tabs
from entrepot.web.screens.billing.totals import Trend, choices, sign_of, trend
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager, Tab
from entrepot.web.ui.shell import Link

PAGE_SIZE = 50
ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ListRow:
    """One rehearsal as the list shows it."""

    url: str
    name: str
    made: str
    by: str
    warning: str
    due: int
    charges: int
    documents: int
    quarantined: int
    time: str


@dataclass(frozen=True, slots=True)
class TierLine:
    """What one tier bills before and now; amounts are empty where the viewer may not see them."""

    name: str
    subscriptions: str
    before: str
    now: str
    trend: Trend | None
    unexplained: str


@screen(Capability.VIEW_BILLING_RUNS)
def rehearsal_list(request: SignedInRequest) -> HttpResponse:
    """Show the rehearsals, newest first."""
    viewer = request.viewer
    before = request.GET.get("before", "")
    page = list_rehearsals(
        viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=int(before) if _is_number(before) else None,
    )
    people = person_behind(viewer, names=[row.made_by for row in page.rows])
    context = {
        "crumbs": links.crumbs(),
        "tabs": tabs("rehearsals", open_count=open_quarantine(viewer)),
        "columns": [
            Column(gettext("Day"), 150),
            Column(gettext("Made")),
            Column(gettext("Differences"), 200),
            Column(gettext("Due"), 100, numeric=True),
            Column(gettext("Charges"), 110, numeric=True),
            Column(gettext("Documents"), 110, numeric=True),
            Column(gettext("Put aside"), 110, numeric=True),
            Column(gettext("Time"), 90, numeric=True),
        ],
        "rows": [_row(row, people) for row in page.rows],
        "pager": keep_size(_pager(page), request.GET),
        "next": next_day(viewer, business_date()),
        "may_run": viewer.can(Capability.RUN_BILLING),
        "token": token(viewer),
    }
    return render(request, "screens/billing/rehearsals.html", context)


@screen(Capability.VIEW_BILLING_RUNS)
def rehearsal_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one rehearsal; `by` and `currency` of the address choose the table."""
    found = rehearsal(request.viewer, rehearsal_id=number)
    asked = request.GET.get("by", "")
    dimension = Dimension(asked) if asked in set(Dimension) else Dimension.RESELLER
    wanted = request.GET.get("currency", "")
    currency = wanted if wanted in found.currencies else next(iter(found.currencies), "EUR")
    differences = found.by(dimension, currency=currency)
    row = found.row
    tiers = [_tier(tier) for tier in found.tiers if tier.currency == currency]
    context = {
        "crumbs": links.crumbs(
            Link(gettext("Rehearsals"), links.if_there("provider:billing-rehearsals"))
        ),
        "title": gettext("Rehearsal of %(day)s") % {"day": words.day_full(row.day)},
        "lead": _lead(row, person_behind(request.viewer, names=[row.made_by])),
        "row": row,
        "rate": words.number(int(row.due / row.seconds)) if row.due and row.seconds else "–",
        "rate_note": gettext("due subscriptions, %(time)s") % {"time": words.seconds(row.seconds)},
        "aside": [(words.reason_code(code), count) for code, count in found.aside],
        "tiers": tiers,
        "hides": any(not tier.now for tier in tiers),
        "tier_columns": _tier_columns(currency),
        "currencies": choices(
            found.currencies,
            chosen=currency,
            address=lambda code: f"?by={dimension.value}&currency={code}",
        ),
        "tabs": _tabs(found, dimension, currency),
        "table": difference_table(
            differences,
            differences.first(ROWS_SHOWN),
            dimension=dimension,
            currency=currency,
        ),
    }
    return render(request, "screens/billing/rehearsal.html", context)


def _lead(row: RehearsalRow, people: Mapping[str, str]) -> str:
    made = formats.day(row.made_at, style="stamp", language=words.language(), zone=words.zone())
    return gettext("Made %(time)s by %(name)s. Nothing was billed.") % {
        "time": made,
        "name": words.actor(row.made_by, people),
    }


def _tabs(found: Comparison, current: Dimension, currency: str) -> list[Tab]:
    labels = {
        Dimension.RESELLER: gettext("By reseller"),
        Dimension.CUSTOMER: gettext("By customer"),
        Dimension.PLAN: gettext("By plan"),
        Dimension.SUBSCRIPTION: gettext("By subscription"),
    }
    return [
        Tab(
            label,
            f"?by={dimension.value}&currency={currency}#differences",
            words.number(len(found.by(dimension, currency=currency).rows)),
            current=dimension is current,
        )
        for dimension, label in labels.items()
    ]


def _tier(row: TierChange) -> TierLine:
    return TierLine(
        name=words.tier(row.tier),
        subscriptions=words.number(row.subscriptions),
        before="" if row.before is None else formats.amount(row.before, language=words.language()),
        now="" if row.now is None else formats.amount(row.now, language=words.language()),
        trend=trend(row.before, row.now),
        unexplained=words.unexplained(row.unexplained) if row.unexplained else "",
    )


def _tier_columns(currency: str) -> list[Column]:
    sign = {"sign": sign_of(currency)}
    return [
        Column(gettext("Tier")),
        Column(gettext("Subscriptions"), 150, numeric=True),
        Column(gettext("Before, %(sign)s") % sign, 170, numeric=True),
        Column(gettext("Now, %(sign)s") % sign, 170, numeric=True),
        Column(gettext("Change"), 120, numeric=True),
        Column(gettext("Unexplained"), 200),
    ]


def _row(row: RehearsalRow, people: Mapping[str, str]) -> ListRow:
    return ListRow(
        url=links.rehearsal(row.id),
        name=words.day_short(row.day),
        made=formats.day(row.made_at, style="stamp", language=words.language(), zone=words.zone()),
        by=words.actor(row.made_by, people),
        warning=words.unexplained(row.unexplained) if row.unexplained else "",
        due=row.due,
        charges=row.charges,
        documents=row.documents,
        quarantined=row.quarantined,
        time=words.seconds(row.seconds),
    )


def _pager(page: RehearsalPage) -> Pager:
    count = len(page.rows)
    return Pager(
        next_url=f"?before={page.older}" if page.older else "",
        summary=ngettext("%(n)s rehearsal on this page", "%(n)s rehearsals on this page", count)
        % {"n": words.number(count)},
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
