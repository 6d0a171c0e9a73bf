"""The list of accounts on credit hold, overdue, or released until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.daily_billing import business_date
from entrepot.flows.home.accounts import Terms
from entrepot.flows.home.credit import CreditPage, CreditRow, CreditTab, credit_list
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import TEXT_MAX, number_in
from entrepot.web.screens.home import links, words
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Column, Pager, Tab

PAGE_SIZE = 25
_TRAIL_MAX = 40
_DOT = "."


@dataclass(frozen=True, slots=True)
class ListRow:
    """One billing account as the list shows it; addresses are empty where nothing is legal."""

    id: int
    url: str
    name: str
    currency: str
    overdue: str
    owing: str
    since: str
    days: str
    state: str
    state_note: str
    terms: str
    terms_note: str
    documents_url: str
    hold_url: str
    release_url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `trail` leads back over the pages that one came from."""

    tab: CreditTab
    text: str
    after: int | None
    trail: tuple[int, ...]

    def url(self, *, after: int | None = None, trail: tuple[int, ...] = (), **change: str) -> str:
        """Return the list at another place, or with another view or search from the first page on."""
        values = {
            "tab": "" if self.tab is CreditTab.ALL else self.tab.value,
            "q": self.text,
            "after": str(after or ""),
            "trail": _DOT.join(map(str, trail)),
        } | change
        return f"?{urlencode({name: value for name, value in values.items() if value})}"


def read(query: Mapping[str, str]) -> Asked:
    """Read an address; what is not a place in the list is ignored."""
    tab = query.get("tab", "")
    parts = query.get("trail", "")[:1000].split(_DOT)
    trail = tuple(number for part in parts if (number := number_in(part)) is not None)
    return Asked(
        tab=CreditTab(tab) if tab in set(CreditTab) else CreditTab.ALL,
        text=query.get("q", "").replace("\0", "").strip()[:TEXT_MAX],
        after=number_in(query.get("after", "")),
        trail=trail[-_TRAIL_MAX:],
    )


@screen(Capability.VIEW_CREDIT)
def credit(request: SignedInRequest) -> HttpResponse:
    """Show who owes too late and who is on hold, the longest overdue first."""
    viewer, asked = request.viewer, read(request.GET)
    page = credit_list(
        viewer,
        tab=asked.tab,
        business_day=business_date() or viewer.today,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=asked.text,
        after=asked.after,
    )
    context = {
        "tabs": _tabs(asked, page),
        "columns": _columns(),
        "rows": [_row(viewer, row) for row in page.rows],
        "asked": asked,
        "keep": {} if asked.tab is CreditTab.ALL else {"tab": asked.tab.value},
        "chips": [Chip(f"“{asked.text}”", asked.url(q=""))] if asked.text else [],
        "clear_url": asked.url(q=""),
        "all_url": asked.url(q="", tab=""),
        "accounts_url": links.address(viewer, "resellers") or links.address(viewer, "customers"),
        "is_any": page.counts[CreditTab.ALL] > 0,
        "pager": keep_size(_pager(asked, page), request.GET),
    }
    return render(request, "screens/customers/credit.html", context)


def _tabs(asked: Asked, page: CreditPage) -> list[Tab]:
    labels = {
        CreditTab.ALL: gettext("All"),
        CreditTab.HELD: gettext("On hold"),
        CreditTab.OVERDUE: gettext("Overdue"),
        CreditTab.RELEASED: gettext("Released"),
    }
    return [
        Tab(
            label,
            asked.url(tab="" if tab is CreditTab.ALL else tab.value),
            words.number(page.counts[tab]),
            current=tab is asked.tab,
        )
        for tab, label in labels.items()
    ]


def _columns() -> list[Column]:
    return [
        Column(gettext("Account")),
        Column(gettext("State"), 210),
        Column(gettext("Overdue"), 150, numeric=True),
        Column(gettext("Since"), 140),
        Column(gettext("Terms"), 230),
        Column(gettext("Next step"), 220, hidden_label=True),
    ]


def _row(viewer: Viewer, row: CreditRow) -> ListRow:
    one = row.terms
    number = one.billing_account_id
    act = "release" if one.is_held else "hold"
    step = links.address(viewer, f"credit-{act}", number) if one.may_act else ""
    return ListRow(
        id=number,
        url=links.account_url(viewer, row.buyer_id, row.buyer_kind),
        name=one.buyer_name,
        currency=one.currency,
        overdue="" if one.overdue.is_zero else words.money(one.overdue),
        owing=gettext("of %(amount)s open") % {"amount": words.money(one.receivable)},
        since="" if one.overdue_since is None else words.day(one.overdue_since, "short"),
        days=""
        if one.overdue_since is None
        else words.in_days(one.overdue_since, today=viewer.today),
        state=_state(one),
        state_note=_state_note(one),
        terms=_terms(one),
        terms_note=_grace(one),
        documents_url=links.documents_url(viewer, is_bought=False, party=str(row.buyer_id)),
        hold_url="" if one.is_held else step,
        release_url=step if one.is_held else "",
    )


def _state(one: Terms) -> str:
    if one.is_held:
        return "held"
    return "overdue" if one.overdue_since is not None else "released"


def _state_note(one: Terms) -> str:
    """Say since when it is held and by whom, or until when it is released."""
    if one.is_held and one.held_on is not None:
        day = {"day": words.day(one.held_on, "short")}
        return (
            gettext("since %(day)s, by hand") if one.held_by_hand else gettext("since %(day)s")
        ) % day
    if one.release_until is not None:
        return gettext("until %(day)s") % {"day": words.day(one.release_until, "short")}
    return ""


def _terms(one: Terms) -> str:
    due = ngettext("%(n)s day to pay", "%(n)s days to pay", one.due_days) % {"n": one.due_days}
    if one.limit is None:
        return due
    return gettext("%(due)s, limit %(amount)s") % {"due": due, "amount": words.money(one.limit)}


def _grace(one: Terms) -> str:
    if not one.holds_by_itself:
        return gettext("holds by hand")
    text = ngettext("held after %(n)s day", "held after %(n)s days", one.grace_days)
    return text % {"n": one.grace_days}


def _pager(asked: Asked, page: CreditPage) -> Pager:
    here = () if asked.after is None else (asked.after,)
    before, *_rest = (*asked.trail[-1:], None)
    return Pager(
        previous_url=asked.url(after=before, trail=asked.trail[:-1]) if here else "",
        next_url=asked.url(after=page.after, trail=(*asked.trail, *here)[-_TRAIL_MAX:])
        if page.after is not None
        else "",
    )
