"""Head, facts, files and totals of a document's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, gettext, ngettext, pgettext

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.billing.queries.invoices import InvoiceFacts, InvoiceState
from entrepot.domain.credit.allocations import AllocationRow
from entrepot.domain.documents.queries import DocumentHead
from entrepot.domain.documents.types import Language, Party
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.invoices import links
from entrepot.web.ui import formats


@dataclass(frozen=True, slots=True)
class Tile:
    """One fact in the frame above the lines; only `is_figure` is large."""

    label: str
    value: str
    note: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A button that fetches the document."""

    label: str
    url: str
    icon: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """One line of the totals."""

    label: str
    value: str
    is_last: bool = False


def title(facts: InvoiceFacts) -> str:
    """Name the document."""
    credit = facts.kind is DocumentKind.CREDIT_NOTE
    word = gettext("Credit note") if credit else gettext("Invoice")
    return f"{word} {facts.number}"


def tiles(read: DocumentHead, *, side: Side) -> list[Tile]:
    """Say what is to pay, by when, from whom to whom."""
    facts = read.facts
    found = [_amount_tile(facts, side)]
    if facts.kind is DocumentKind.INVOICE and facts.gross:
        found.append(Tile(gettext("Due"), _day(facts.due_on), _due_note(facts)))
    lines = ngettext("%(n)s line", "%(n)s lines", facts.lines) % {
        "n": formats.quantity(facts.lines, language=_language())
    }
    return [
        *found,
        Tile(gettext("Issued"), _day(facts.issued_on), lines),
        Tile(pgettext("seller", "From"), read.seller.name, _seller_note(read.seller)),
        Tile(pgettext("buyer", "To"), read.buyer.name, ", ".join(read.buyer.address_lines[:2])),
    ]


def files(viewer: Viewer, side: Side, read: DocumentHead) -> list[File]:
    """Offer the PDF in the buyer's language and the other one, and the lines as CSV."""
    number = read.facts.id
    pdf = links.file_url(viewer, side, number, "pdf")
    own = read.buyer_language
    other = Language.EN if own is Language.DE else Language.DE
    names = {Language.DE: gettext("PDF in German"), Language.EN: gettext("PDF in English")}
    return [
        File(names[other], f"{pdf}?language={other.value}", "languages", "ghost"),
        File("PDF", pdf, "file-text"),
        File("CSV", links.file_url(viewer, side, number, "csv"), "file-spreadsheet"),
    ]


def totals(facts: InvoiceFacts, allocations: Sequence[AllocationRow]) -> list[Total]:
    """Add up: list, discount, net, tax, the whole, the credit used for it, and what is left."""
    found = [Total(gettext("List"), _money(facts, facts.list_amount))]
    found += [Total(gettext("Discount"), _money(facts, -facts.discount))] if facts.discount else []
    found += [
        Total(gettext("Net"), _money(facts, facts.net)),
        Total(gettext("VAT"), _money(facts, facts.tax)),
    ]
    if facts.kind is DocumentKind.CREDIT_NOTE:
        return [*found, Total(gettext("Total"), _money(facts, facts.gross), is_last=True)]
    if facts.open_amount != facts.gross:
        found.append(Total(gettext("Gross"), _money(facts, facts.gross)))
    for row in allocations:
        day = _day(row.applied_on)
        label = gettext("Account credit used on %(day)s") % {"day": day}
        found.append(Total(label, _money(facts, -row.amount)))
    paid = facts.gross - facts.open_amount - sum((x.amount for x in allocations), start=Decimal(0))
    if paid:
        found.append(Total(gettext("Paid"), _money(facts, -paid)))
    return [*found, Total(_last_label(facts), _money(facts, facts.open_amount), is_last=True)]


def _last_label(facts: InvoiceFacts) -> str:
    if not facts.open_amount:
        return gettext("Still open")
    day = _day(facts.due_on)
    return gettext("To pay by %(day)s") % {"day": day}


def _amount_tile(facts: InvoiceFacts, side: Side) -> Tile:
    tax = gettext("including %(tax)s VAT") % {"tax": _money(facts, abs(facts.tax))}
    if facts.kind is DocumentKind.CREDIT_NOTE:
        label = gettext("In your favour") if side is Side.BOUGHT else gettext("Credited")
        note = gettext("became account credit")
        return Tile(label, _money(facts, -facts.gross), note, is_figure=True)
    if facts.state is InvoiceState.PAID:
        return Tile(gettext("Paid"), _money(facts, facts.gross), tax, is_figure=True)
    label = gettext("To pay") if side is Side.BOUGHT else gettext("Still open")
    if facts.open_amount != facts.gross:
        tax = gettext("of %(gross)s") % {"gross": _money(facts, facts.gross)}
    return Tile(label, _money(facts, facts.open_amount), tax, is_figure=True)


def _due_note(facts: InvoiceFacts) -> str:
    if facts.state is InvoiceState.PAID:
        return ""
    days = (facts.due_on - facts.as_of).days
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def _seller_note(seller: Party) -> str:
    if seller.tax_id:
        return gettext("VAT ID %(number)s") % {"number": seller.tax_id}
    return ", ".join(seller.address_lines[:2])


def _day(day: date) -> str:
    return formats.day(day, style="short", language=_language())


def _money(facts: InvoiceFacts, value: Decimal) -> str:
    return formats.money(value, currency=facts.currency, language=_language())


def _language() -> str:
    return get_language() or "en"
