"""The results of the search, and the few of them that the search box offers while somebody types."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.search import Found, Group, Hit, search
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Column

RESULTS_SHOWN = 20
SUGGESTIONS_SHOWN = 5
SUGGESTIONS_TARGETS = frozenset({"suggestions", "palette-found"})

_TITLES = {
    Group.ACCOUNTS: _("Companies"),
    Group.SUBSCRIPTIONS: _("Subscriptions"),
    Group.ORDERS: _("Orders"),
    Group.DOCUMENTS: _("Invoices and credit notes"),
    Group.PLANS: _("Plans"),
    Group.USERS: _("Users"),
}
_ICONS = {
    Group.ACCOUNTS: "building-2",
    Group.SUBSCRIPTIONS: "repeat",
    Group.ORDERS: "shopping-cart",
    Group.DOCUMENTS: "receipt-text",
    Group.PLANS: "package",
    Group.USERS: "users",
}
_KINDS = {
    AccountKind.PROVIDER: _("Provider"),
    AccountKind.RESELLER: _("Reseller"),
    AccountKind.CUSTOMER: _("Customer"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One result as it is shown; without an address it is a text."""

    url: str
    title: str
    number: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class Results:
    """The results of one kind."""

    key: str
    title: object
    icon: str
    rows: tuple[Result, ...]
    more: bool


@screen(None, while_acting=True)
def results(request: SignedInRequest) -> HttpResponse:
    """Show what was found for `q`; for the search box only the first of each kind."""
    is_suggesting = request.headers.get("HX-Target") in SUGGESTIONS_TARGETS
    shown = page_size(request.GET, usual=RESULTS_SHOWN)
    limit = SUGGESTIONS_SHOWN if is_suggesting else shown
    found = search(request.viewer, text=request.GET.get("q", ""), limit=limit)
    context = {
        "text": found.text,
        "groups": _groups(request.viewer, found),
        "is_empty": found.is_empty,
        "limit": limit,
        "lead": gettext("Results for “%(text)s”") % {"text": found.text} if found.text else "",
        "columns": (
            Column(gettext("Name")),
            Column(gettext("Number"), 180, numeric=True),
            Column(gettext("State"), 180),
        ),
        "offered": _offered(found),
    }
    name = "screens/search/results.html"
    answer = render(request, f"{name}#suggestions" if is_suggesting else name, context)
    answer.headers["Vary"] = "HX-Target, Cookie"
    return answer


def _offered(found: Found) -> str:
    """Say how much is offered, for people who do not see it appear."""
    number = sum(len(hits.rows) for hits in found.groups.values())
    if number == 0:
        return gettext("Nothing found")
    return ngettext("%(n)s suggestion", "%(n)s suggestions", number) % {"n": number}


def _groups(viewer: Viewer, found: Found) -> list[Results]:
    return [
        Results(
            key=group.value,
            title=_TITLES[group],
            icon=_ICONS[group],
            rows=tuple(_result(viewer, group, hit) for hit in hits.rows),
            more=hits.more,
        )
        for group, hits in found.groups.items()
    ]


def _result(viewer: Viewer, group: Group, hit: Hit) -> Result:
    note = hit.note
    if group is Group.ACCOUNTS and hit.account_kind is not None:
        note = ", ".join(str(part) for part in (_KINDS[hit.account_kind], note) if part)
    if group is Group.SUBSCRIPTIONS and not note and viewer.panel is not Panel.CUSTOMER:
        note = gettext("Own use")
    return Result(_url(viewer, group, hit), hit.title, hit.number, note, hit.state)


def _url(viewer: Viewer, group: Group, hit: Hit) -> str:
    if group is Group.ACCOUNTS:
        return links.account_url(viewer, hit.id, hit.account_kind)
    if group is Group.SUBSCRIPTIONS:
        return links.subscription_url(viewer, hit.id, is_own=hit.account_id == viewer.account_id)
    if group is Group.ORDERS:
        return links.order_url(viewer, hit.id, is_bought=hit.account_id == viewer.account_id)
    if group is Group.DOCUMENTS:
        return links.document_url(viewer, hit.id, is_bought=hit.account_id == viewer.account_id)
    if group is Group.PLANS:
        return links.address(viewer, "subscriptions", tab="all", q=hit.title)
    return links.account_url(viewer, hit.account_id or 0, hit.account_kind)
