"""The lists of customers and resellers."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.queries import (
    AccountKey,
    AccountRow,
    StateFilter,
    account_names,
    list_accounts,
)
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.onboarding import may_have_resellers
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Choice, Column, Pager
from entrepot.web.ui.shell import Link

STATES: Mapping[StateFilter, object] = {
    StateFilter.ACTIVE: _("Active"),
    StateFilter.PENDING: _("Pending"),
    StateFilter.ADMIN_HOLD: _("Administrative hold"),
    StateFilter.CREDIT_HOLD: _("Credit hold"),
    StateFilter.CANCELLED: _("Cancelled"),
}
PAGE_SIZE = 25
TEXT_MAX = 100
_TRAIL_MAX = 40
_DOT = "."


@dataclass(frozen=True, slots=True)
class ListRow:
    """One account as the list shows it; up to two holds beside its state."""

    id: int
    url: str
    name: str
    number: str
    kind: str
    email: str
    external_id: str
    state: str
    admin_hold: bool
    credit_hold: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for.

    `after` is the id of the last row of the page before, `trail` those of the pages before that, so
    that one can go back the way one came.
    """

    text: str
    below: bool
    state: StateFilter | None
    kind: AccountKind
    after: int | None
    trail: tuple[int, ...]

    def url(self, *, after: int | None = None, trail: tuple[int, ...] = (), **change: str) -> str:
        """Return the list at another place, or with other filters from the first page on."""
        values = {
            "q": self.text,
            "type": "reseller" if self.kind is AccountKind.RESELLER else "",
            "state": self.state.value if self.state else "",
            "below": "1" if self.below else "",
            "after": str(after or ""),
            "trail": _DOT.join(map(str, trail)),
        } | change
        return f"?{urlencode({name: value for name, value in values.items() if value})}"


def read(query: Mapping[str, str]) -> Asked:
    """Read an address; what is not a place in a list is ignored."""
    state = query.get("state", "")
    trail = tuple(
        number
        for part in query.get("trail", "")[:1000].split(_DOT)
        if (number := number_in(part)) is not None
    )
    return Asked(
        text=query.get("q", "").strip()[:TEXT_MAX],
        below=query.get("below") == "1",
        state=StateFilter(state) if state in set(StateFilter) else None,
        kind=AccountKind.RESELLER if query.get("type") == "reseller" else AccountKind.CUSTOMER,
        after=number_in(query.get("after", "")),
        trail=trail[-_TRAIL_MAX:],
    )


@screen(Capability.VIEW_ACCOUNTS)
def account_list(request: SignedInRequest, *, kind: AccountKind) -> HttpResponse:
    """Show the customers or resellers below the viewer; a reseller finds its sub-resellers by the type."""
    viewer, asked = request.viewer, read(request.GET)
    is_provider = viewer.panel is Panel.PROVIDER
    kind = kind if is_provider else asked.kind
    page = list_accounts(
        viewer,
        kind=kind,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=asked.text,
        after=_key(viewer, asked.after),
        include_sub_resellers=is_provider or asked.below,
        state=asked.state,
    )
    may_manage = viewer.can(Capability.MANAGE_ACCOUNTS)
    is_reseller_list = kind is AccountKind.RESELLER
    may_open = may_manage and (not is_reseller_list or may_have_resellers(viewer))
    new = "reseller-new" if is_reseller_list else "customer-new"
    context = {
        "title": list_of(viewer, kind).label,
        "columns": _columns(is_deep=is_provider or asked.below),
        "rows": [_row(viewer, row) for row in page.rows],
        "asked": asked,
        "keep": _kept(asked),
        "kinds": [] if is_provider else _kinds(asked),
        "states": [("", gettext("All")), *((one.value, name) for one, name in STATES.items())],
        "state": asked.state.value if asked.state else "",
        "new_url": links.address(viewer, new) if may_open else "",
        "phones_url": links.address(viewer, "account-phones") if may_manage else "",
        "chips": _chips(asked),
        "offers_below": not is_provider and not asked.below,
        "below_url": asked.url(below="1"),
        "clear_url": asked.url(q="", below="", state=""),
        "pager": keep_size(
            _pager(asked, page.rows[-1].id if page.after is not None else None), request.GET
        ),
        "is_filtered": bool(asked.text or asked.state),
        "is_reseller_list": is_reseller_list,
        "is_provider": is_provider,
    }
    return render(request, "screens/customers/list.html", context)


def list_of(viewer: Viewer, kind: AccountKind) -> Link:
    """Lead to the list in which accounts of a kind stand: a reseller's own resellers are a type of its customers."""
    if kind is not AccountKind.RESELLER:
        return Link(gettext("Customers"), links.address(viewer, "customers"))
    if url := links.address(viewer, "resellers"):
        return Link(gettext("Resellers"), url)
    return Link(gettext("Sub-resellers"), links.address(viewer, "customers", type="reseller"))


def kind_of(viewer: Viewer, row: AccountRow) -> str:
    """Name what an account is, and through whom where that is not the viewer."""
    is_direct = row.parent_id in (viewer.account_id, None) or row.id == viewer.account_id
    if row.kind is AccountKind.PROVIDER:
        return gettext("Provider")
    if row.kind is AccountKind.RESELLER:
        return (
            gettext("Reseller")
            if is_direct
            else gettext("Sub-reseller of %(name)s") % {"name": row.parent_name}
        )
    if is_direct:
        return gettext("Customer")
    return gettext("Customer of %(name)s") % {"name": row.parent_name}


def _columns(*, is_deep: bool) -> list[Column]:
    """Give the kind room for the name of a seller between where there may be one."""
    return [
        Column(gettext("Name")),
        Column(gettext("Type"), None if is_deep else 110),
        Column(gettext("E-mail")),
        Column(gettext("External ID"), 110),
        Column(gettext("State"), 210),
    ]


def _row(viewer: Viewer, row: AccountRow) -> ListRow:
    return ListRow(
        id=row.id,
        url=links.account_url(viewer, row.id, row.kind),
        name=row.name,
        number=f"ACC-{row.id}",
        kind=kind_of(viewer, row),
        email=row.email,
        external_id=row.external_id,
        state=row.status.value,
        admin_hold=row.admin_hold,
        credit_hold=row.credit_hold,
    )


def _kept(asked: Asked) -> dict[str, str]:
    """Give what a new search keeps of the address."""
    kept = {
        "below": "1" if asked.below else "",
        "state": asked.state.value if asked.state else "",
        "type": "reseller" if asked.kind is AccountKind.RESELLER else "",
    }
    return {name: value for name, value in kept.items() if value}


def _kinds(asked: Asked) -> list[Choice]:
    is_reseller = asked.kind is AccountKind.RESELLER
    return [
        Choice(gettext("Customers"), asked.url(type=""), current=not is_reseller),
        Choice(gettext("Sub-resellers"), asked.url(type="reseller"), current=is_reseller),
    ]


def _chips(asked: Asked) -> list[Chip]:
    chips = []
    if asked.state is not None:
        chips.append(Chip(str(STATES[asked.state]), asked.url(state="")))
    if asked.below:
        chips.append(Chip(gettext("with sub-resellers"), asked.url(below="")))
    if asked.text:
        chips.append(Chip(f"“{asked.text}”", asked.url(q="")))
    return chips


def _pager(asked: Asked, last: int | None) -> Pager:
    here = () if asked.after is None else (asked.after,)
    before, *_rest = (*asked.trail[-1:], None)
    return Pager(
        previous_url=asked.url(after=before, trail=asked.trail[:-1])
        if asked.after is not None
        else "",
        next_url=asked.url(after=last, trail=(*asked.trail, *here)[-_TRAIL_MAX:]) if last else "",
    )


def _key(viewer: Viewer, account_id: int | None) -> AccountKey | None:
    """Return the place of an account in the order of names; None, the first page, when it is not visible."""
    if account_id is None:
        return None
    name = account_names(viewer, ids=[account_id]).get(account_id)
    return None if name is None else AccountKey(sort_key(name), account_id)


def number_in(text: str) -> int | None:
    """Read the number of a row, None if the text is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    number = int(text)
    return number if 0 < number <= NUMBER_MAX else None
