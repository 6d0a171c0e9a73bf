"""The provider's home: the last run, what waits, receivables, revenue."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries.choices import Tab
from entrepot.flows.home.provider import LastRun, MonthRevenue, ProviderHome, provider_home
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import drawings, links, words
from entrepot.web.screens.orders.failed import failed_orders
from entrepot.web.ui.charts import Chart
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class Run:
    """The newest billing run in words. The state never says finished when something was put aside."""

    url: str
    day: str
    state: str
    due: str
    billed: str
    put_aside: str
    documents: str
    finished: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for somebody: what it is, how much, and where it is done."""

    icon: str
    tone: str
    title: str
    text: str
    url: str


@screen(None, while_acting=True)
def home(request: SignedInRequest) -> HttpResponse:
    """Show the provider's home."""
    viewer = request.viewer
    found = provider_home(viewer, now=request.now)
    aside = sum(found.put_aside.values())
    failed = failed_orders(viewer, side=Side.BOTH)
    waiting = [*failed["failed_words"], *([words.put_aside(aside)] if aside else [])]
    waiting += words.overdue([one.overdue for one in found.receivables])
    context = {
        "title": words.greeting(viewer, now=request.now),
        "lead": words.lead(viewer, waiting=waiting),
        "found": found,
        "run": _run(viewer, found.run) if found.run else None,
        "aside": words.number(aside),
        "has_aside": bool(aside),
        "aside_url": links.address(viewer, "billing-aside"),
        "reasons": [
            (words.REASONS[reason], words.number(count))
            for reason, count in found.put_aside.items()
        ],
        "reason_columns": [
            Column(gettext("Put aside because")),
            Column(pgettext("how many", "Number"), 110, numeric=True),
        ],
        "new": words.count(found.new_subscriptions),
        "active": words.count(found.subscriptions[Tab.ACTIVE]),
        "renewing": words.count(found.subscriptions[Tab.RENEWING]),
        "ending": words.count(found.subscriptions[Tab.EXPIRING]),
        "subscriptions_url": links.address(viewer, "subscriptions"),
        "renewals_url": links.address(viewer, "subscriptions", tab="renewing", days="30"),
        "resellers": words.number(found.resellers),
        "resellers_url": links.address(viewer, "resellers"),
        "tasks": _tasks(viewer, found),
        "receivables": [
            (
                words.money(one.owing),
                words.money(one.overdue),
                not one.overdue.is_zero,
                one.accounts,
            )
            for one in found.receivables
        ],
        "overdue_url": links.documents_url(viewer, is_bought=False, tab="overdue"),
        "credit_url": links.address(viewer, "credit") if viewer.can(Capability.VIEW_CREDIT) else "",
        "held": [
            (
                links.account_url(viewer, one.account_id, AccountKind.RESELLER),
                one.name,
                words.day(one.held_on, "short") if one.held_on else "",
            )
            for one in found.held
        ],
        "charts": _charts(found.revenue),
        **failed,
    }
    return render(request, "screens/home/provider.html", context)


def _run(viewer: Viewer, run: LastRun) -> Run:
    state = "running"
    if run.is_done:
        state = "finished_with_exceptions" if run.quarantined else "finished"
    return Run(
        url=links.address(viewer, "billing-run", run.day),
        day=words.day(run.day, "long"),
        state=state,
        due=words.number(run.due),
        billed=words.number(max(run.due - run.quarantined, 0)),
        put_aside=words.number(run.quarantined) if run.quarantined else "",
        documents=words.number(run.documents),
        finished=words.day(run.finished_at, "stamp") if run.finished_at else "",
    )


def _charts(revenue: Sequence[MonthRevenue]) -> list[tuple[str, str, Chart | None, str]]:
    """Return currency, sum of the newest month and chart, the currency with most documents first."""
    by_currency: dict[str, list[MonthRevenue]] = {}
    for one in revenue:
        by_currency.setdefault(one.net.currency, []).append(one)
    order = sorted(by_currency, key=lambda code: -sum(one.documents for one in by_currency[code]))
    return [
        (
            code,
            words.money(by_currency[code][-1].net),
            drawings.revenue_chart(by_currency[code]),
            words.day(by_currency[code][-1].month, "month"),
        )
        for code in order[:3]
    ]


def _tasks(viewer: Viewer, found: ProviderHome) -> list[Task]:
    tasks = [
        Task(
            "calendar-clock",
            "info",
            gettext("Prices from %(day)s") % {"day": words.day(one.effective_on, "long")},
            ngettext("%(n)s price of %(file)s", "%(n)s prices of %(file)s", one.prices)
            % {"n": words.number(one.prices), "file": one.file_name},
            links.address(viewer, "price-lists"),
        )
        for one in found.scheduled
    ]
    if found.parked:
        parked = ngettext(
            "%(n)s sub-account belongs to no subscription",
            "%(n)s sub-accounts belong to no subscription",
            found.parked,
        )
        tasks.insert(
            0,
            Task(
                "triangle-alert",
                "warn",
                gettext("Usage is parked"),
                parked % {"n": words.number(found.parked)},
                links.address(viewer, "usage-imports"),
            ),
        )
    failed = [
        Task("circle-x", "bad", one.label, one.error, links.address(viewer, "job", one.id))
        for one in found.failed_jobs
    ]
    return [*failed, *tasks]
