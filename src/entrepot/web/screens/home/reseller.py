"""The reseller's home: what it earns, what ends, what it owes, what waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries.choices import Tab
from entrepot.flows.home.owing import Owing
from entrepot.flows.home.renewals import RenewalRow
from entrepot.flows.home.reseller import PutAside, ResellerHome, reseller_home
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import drawings, links, words
from entrepot.web.screens.home.tiles import MoneyTiles, money_tiles
from entrepot.web.screens.orders.failed import failed_orders
from entrepot.web.screens.setup.steps import setup_url
from entrepot.web.ui.charts import Chart
from entrepot.web.ui.parts import Column, Part

BALANCES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Renewal:
    """One of the largest terms that end soon."""

    url: str
    customer: str
    plan: str
    quantity: str
    state: str
    day: str
    in_days: str
    price: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A subscription that could not be billed."""

    url: str
    number: str
    customer: str
    plan: str
    reason: object
    since: str


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open invoice in the balance."""

    url: str
    number: str
    due: str
    is_overdue: bool
    amount: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed to one seller; `parts` add up to the limit, or to the amount without one."""

    amount: str
    overdue: str
    terms: str
    parts: Sequence[Part]
    label: str
    limit: str
    left: str
    documents: Sequence[OpenLine]
    more_url: str
    more: str


@screen(None, while_acting=True)
def home(request: SignedInRequest) -> HttpResponse:
    """Show the reseller's home."""
    viewer = request.viewer
    going_on = setup_url(viewer)
    if going_on:
        return HttpResponseRedirect(going_on)
    found = reseller_home(viewer)
    failed = failed_orders(viewer, side=Side.SOLD)
    waiting = [*failed["failed_words"], *words.overdue([one.overdue for one in found.owing])]
    if found.late_customers:
        waiting.append(words.late(found.late_customers))
    if found.put_aside_count:
        waiting.append(words.put_aside(found.put_aside_count))
    context = {
        "title": words.greeting(viewer, now=request.now),
        "lead": words.lead(viewer, waiting=waiting),
        "found": found,
        "customers_url": links.address(viewer, "customers"),
        "active_url": links.address(viewer, "subscriptions"),
        "active": words.count(found.subscriptions[Tab.ACTIVE]),
        "trials": words.count(found.subscriptions[Tab.TRIAL]),
        "renewals_url": links.address(viewer, "subscriptions", tab="renewing", days="30"),
        "renewals_chart": drawings.renewals_chart(found.renewals),
        "renewals": [_renewal(viewer, row) for row in found.renewals.largest],
        "renewal_columns": _renewal_columns(),
        "aside": [_aside(viewer, row) for row in found.put_aside],
        "aside_columns": _aside_columns(),
        "balances": [_balance(viewer, one, found.as_of) for one in _shown(found)],
        **failed,
        **_sales(viewer, found),
    }
    return render(request, "screens/home/reseller.html", context)


def _sales(viewer: Viewer, found: ResellerHome) -> dict[str, MoneyTiles | Chart | str | None]:
    """Return tiles and charts of the largest currency; nothing for people who see no prices."""
    if found.now is None:
        return {"money": None, "mrr": None, "margin": None, "no_trend": ""}
    tiles = money_tiles(found.now, found.past or ())
    shown = (
        drawings.points(found.past or (), now=found.now.direct[0], today=viewer.today)
        if found.now.direct
        else []
    )
    no_trend = gettext("The first month end with sales starts this chart.")
    if found.past is None:
        no_trend = gettext("There are too many documents to draw the months here.")
    return {
        "money": tiles,
        "mrr": None if found.past is None else drawings.mrr_chart(shown),
        "margin": None if found.past is None else drawings.margin_chart(shown),
        "no_trend": no_trend,
    }


def _renewal_columns() -> list[Column]:
    return [
        Column(gettext("Largest")),
        Column(gettext("What happens"), 156),
        Column(gettext("Date"), 110, numeric=True),
        Column(gettext("Price"), 124, numeric=True),
    ]


def _aside_columns() -> list[Column]:
    return [
        Column(gettext("Customer")),
        Column(gettext("Plan")),
        Column(gettext("Why"), 190),
        Column(gettext("Since"), 110, numeric=True),
    ]


def _renewal(viewer: Viewer, row: RenewalRow) -> Renewal:
    return Renewal(
        url=links.subscription_url(viewer, row.subscription_id),
        customer=row.customer_name,
        plan=row.plan_name,
        quantity=str(row.quantity.normalize())
        if row.quantity % 1
        else words.number(int(row.quantity)),
        state="renews" if row.renews else "ends",
        day=words.day(row.term_end),
        in_days=words.in_days(row.term_end, today=viewer.today),
        price=words.money(row.price) if row.price and not row.price.is_zero else "",
    )


def _aside(viewer: Viewer, row: PutAside) -> Aside:
    return Aside(
        url=links.subscription_url(viewer, row.subscription_id),
        number=f"SUB-{row.subscription_id}",
        customer=row.customer_name,
        plan=row.plan_name,
        reason=words.REASONS[row.reason],
        since=words.day(row.since),
    )


def _shown(found: ResellerHome) -> list[Owing]:
    """Return the billing accounts that matter: something open or a limit, the largest first."""
    matter = [one for one in found.owing if one.count or one.limit is not None]
    return (matter or list(found.owing))[:BALANCES_SHOWN]


def _balance(viewer: Viewer, one: Owing, as_of: date | None) -> Balance:
    overdue = _overdue_label(one, as_of)
    parts = [
        Part(overdue, one.overdue.amount, "bad", words.money(one.overdue)),
        Part(gettext("Not yet due"), one.not_due.amount, "c1", words.money(one.not_due)),
    ]
    if one.left is not None:
        parts.append(Part(gettext("Credit left"), one.left.amount, "hatch", words.money(one.left)))
    shown = [part for part in parts if part.value or part.tone == "hatch"]
    terms = gettext("to %(seller)s, net %(days)s days")
    return Balance(
        amount=words.money(one.open_amount),
        overdue="" if one.overdue.is_zero else words.overdue([one.overdue])[0],
        terms=terms % {"seller": one.seller_name, "days": one.due_days},
        parts=shown,
        label=", ".join(f"{part.label} {part.shown}" for part in shown),
        limit=words.money(one.limit) if one.limit is not None else "",
        left=words.money(one.left) if one.left is not None else "",
        documents=[
            OpenLine(
                url=links.document_url(viewer, document.id, is_bought=True),
                number=document.number,
                due=words.day(document.due_on),
                is_overdue=document.is_overdue,
                amount=words.money(document.open_amount),
            )
            for document in one.documents
        ],
        more_url=links.documents_url(viewer, is_bought=True, tab="unpaid")
        if one.count > len(one.documents)
        else "",
        more=gettext("All %(n)s open invoices") % {"n": words.number(one.count)},
    )


def _overdue_label(one: Owing, as_of: date | None) -> str:
    if one.overdue_since is None or as_of is None:
        return gettext("Overdue")
    days = (as_of + timedelta(days=1) - one.overdue_since).days
    return gettext("Overdue, %(days)s days") % {"days": words.number(days)}
