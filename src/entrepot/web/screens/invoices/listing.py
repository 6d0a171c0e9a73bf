"""The list of invoices and credit notes."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, ngettext

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.billing.queries.invoices import (
    COUNT_MAX,
    InvoiceOverview,
    InvoicePage,
    InvoiceRow,
    InvoiceTab,
    invoice_overview,
    list_invoices,
    trading_partners,
)
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.invoices import links
from entrepot.web.screens.invoices.asked import OLDEST, Asked, read, write_key
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Choice, Column, Pager, Tab

PAGE_SIZE = 25
PARTNERS_MAX = 200


@dataclass(frozen=True, slots=True)
class ListRow:
    """One document as the list shows it."""

    id: int
    url: str
    number: str
    what: str
    partner: str
    state: str
    issued: str
    due: str
    gross: str
    left: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands where there are no rows, and the button that helps."""

    icon: str
    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


@screen(Capability.VIEW_INVOICES)
def invoice_list(request: SignedInRequest, *, side: Side) -> HttpResponse:
    """Show the documents of one side of the viewer's sales."""
    viewer = request.viewer
    asked = read(request.GET, side=side)
    page = list_invoices(
        viewer,
        wanted=asked.wanted,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        oldest_first=asked.oldest_first,
        after=asked.after,
        before=asked.before,
    )
    overview = invoice_overview(viewer, wanted=asked.wanted)
    partners = trading_partners(viewer, side=side, limit=PARTNERS_MAX)
    context = {
        "title": _title(viewer, side),
        "tabs": _tabs(asked, overview),
        "directions": _directions(viewer, side),
        "columns": _columns(asked),
        "rows": [_row(viewer, side, row) for row in page.rows],
        "pager": keep_size(_pager(asked, page, overview), request.GET),
        "chips": _chips(asked, dict(partners)),
        "asked": asked,
        "keep": _kept(asked, "tab", "from", "to", "party", "sort"),
        "keep_filtering": _kept(asked, "tab", "q", "sort"),
        "partners": [("", gettext("All")), *((str(key), name) for key, name in partners)],
        "party": str(asked.wanted.party_id or ""),
        "party_label": gettext("Buyer") if side is Side.SOLD else gettext("Seller"),
        "clear_url": _clear_url(asked),
        "empty": None if page.rows else _empty(asked),
    }
    return render(request, "screens/invoices/list.html", context)


def _title(viewer: Viewer, side: Side) -> str:
    if viewer.panel is Panel.RESELLER and side is Side.SOLD:
        return gettext("Issued invoices")
    return gettext("Invoices")


def _tabs(asked: Asked, overview: InvoiceOverview) -> list[Tab]:
    labels = {
        InvoiceTab.ALL: gettext("All"),
        InvoiceTab.UNPAID: gettext("Unpaid"),
        InvoiceTab.OVERDUE: gettext("Overdue"),
        InvoiceTab.CREDIT_NOTES: gettext("Credit notes"),
    }
    return [
        Tab(
            label,
            asked.query(tab=None if tab is InvoiceTab.ALL else tab.value),
            _count(overview.counts[tab]),
            current=tab is asked.wanted.tab,
        )
        for tab, label in labels.items()
    ]


def _count(number: int) -> str:
    shown = formats.quantity(min(number, COUNT_MAX), language=_language())
    return f"{shown}+" if number > COUNT_MAX else shown


def _directions(viewer: Viewer, side: Side) -> list[Choice]:
    """Offer a reseller both of its sides."""
    if viewer.panel is not Panel.RESELLER:
        return []
    labels = {Side.BOUGHT: gettext("Received"), Side.SOLD: gettext("Issued")}
    return [
        Choice(label, links.list_url(viewer, one), current=one is side)
        for one, label in labels.items()
    ]


def _columns(asked: Asked) -> list[Column]:
    is_sold = asked.wanted.side is Side.SOLD
    turned = asked.query(sort=None if asked.oldest_first else OLDEST)
    return [
        Column(gettext("Number"), 212),
        Column(gettext("Buyer") if is_sold else gettext("Seller")),
        Column(gettext("State"), 132),
        Column(
            gettext("Issued"),
            124,
            sort_url=turned,
            direction="ascending" if asked.oldest_first else "descending",
        ),
        Column(gettext("Due"), 124),
        Column(gettext("Amount"), 150, numeric=True),
        Column(gettext("Still open"), 150, numeric=True),
    ]


def _row(viewer: Viewer, side: Side, row: InvoiceRow) -> ListRow:
    language = _language()
    is_invoice = row.kind is DocumentKind.INVOICE
    lines = ngettext("%(n)s line", "%(n)s lines", row.lines) % {
        "n": formats.quantity(row.lines, language=language)
    }
    return ListRow(
        id=row.id,
        url=links.page_url(viewer, side, row.id),
        number=row.number,
        what=lines if is_invoice else f"{gettext('Credit note')}, {lines}",
        partner=row.buyer_name if side is Side.SOLD else row.seller_name,
        state=row.state.value,
        issued=formats.day(row.issued_on, style="short", language=language),
        due=formats.day(row.due_on, style="short", language=language) if is_invoice else "",
        gross=formats.money(row.gross, currency=row.currency, language=language),
        left=formats.money(row.open_amount, currency=row.currency, language=language)
        if row.open_amount
        else "",
    )


def _pager(asked: Asked, page: InvoicePage, overview: InvoiceOverview) -> Pager:
    return Pager(
        previous_url=asked.query(before=write_key(page.before)) if page.before else "",
        next_url=asked.query(after=write_key(page.after)) if page.after else "",
        summary=_summary(asked, overview),
    )


def _summary(asked: Asked, overview: InvoiceOverview) -> str:
    language, number = _language(), overview.counts[asked.wanted.tab]
    if number > COUNT_MAX:
        return gettext("More than %(n)s documents: filter them to see their sum") % {
            "n": formats.quantity(COUNT_MAX, language=language)
        }
    parts = [
        ngettext("%(n)s document", "%(n)s documents", number)
        % {"n": formats.quantity(number, language=language)}
    ]
    for row in overview.sums:
        gross = formats.money(row.gross, currency=row.currency, language=language)
        left = formats.money(row.open_amount, currency=row.currency, language=language)
        together = gettext("together %(sum)s, %(open)s still open")
        parts.append(together % {"sum": gross, "open": left})
    return " · ".join(parts)


def _chips(asked: Asked, partners: dict[int, str]) -> list[Chip]:
    wanted, language, chips = asked.wanted, _language(), []
    if wanted.party_id is not None:
        name = partners.get(wanted.party_id, str(wanted.party_id))
        chips.append(Chip(name, asked.query(party=None)))
    if wanted.issued_from is not None:
        day = formats.day(wanted.issued_from, style="short", language=language)
        label = gettext("from %(day)s") % {"day": day}
        chips.append(Chip(label, asked.query(**{"from": None})))
    if wanted.issued_to is not None:
        day = formats.day(wanted.issued_to, style="short", language=language)
        label = gettext("to %(day)s") % {"day": day}
        chips.append(Chip(label, asked.query(to=None)))
    if wanted.search:
        chips.append(Chip(f"“{wanted.search}”", asked.query(q=None)))
    return chips


def _kept(asked: Asked, *names: str) -> dict[str, str]:
    """Return what a form carries along besides its own fields."""
    wanted = asked.wanted
    values = {
        "tab": "" if wanted.tab is InvoiceTab.ALL else wanted.tab.value,
        "q": wanted.search,
        "from": wanted.issued_from.isoformat() if wanted.issued_from else "",
        "to": wanted.issued_to.isoformat() if wanted.issued_to else "",
        "party": str(wanted.party_id or ""),
        "sort": OLDEST if asked.oldest_first else "",
    }
    return {name: values[name] for name in names if values[name]}


def _clear_url(asked: Asked) -> str:
    return asked.query(q=None, party=None, **{"from": None, "to": None})


def _empty(asked: Asked) -> Empty:
    if asked.is_filtered:
        return Empty(
            "search-x",
            gettext("Nothing matches"),
            gettext("No document has this number, company or day."),
            gettext("Clear filters"),
            _clear_url(asked),
        )
    if asked.wanted.tab is not InvoiceTab.ALL:
        return Empty(
            "circle-check", gettext("Nothing here"), gettext("No document is in this state.")
        )
    return Empty(
        "receipt-text",
        gettext("No invoices yet"),
        gettext("An invoice appears here when the billing run of its day is done."),
    )


def _language() -> str:
    return get_language() or "en"
