"""The page of one invoice or credit note, and the answer to "Why this amount?"."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from entrepot.domain.billing.queries.invoices import InvoiceFacts
from entrepot.domain.credit.allocations import allocations_of
from entrepot.domain.documents.queries import (
    LINES_MAX,
    annexes_of,
    document_head,
    explanation_of,
    lines_of,
    tax_rows_of,
)
from entrepot.domain.documents.types import Language
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.invoices import head, links, rows, why
from entrepot.web.ui.parts import Pager
from entrepot.web.ui.shell import Link

ANNEXES_MAX = 100
ALLOCATIONS_MAX = 50
_TEMPLATE = "screens/invoice/page.html"


@screen(Capability.VIEW_INVOICES)
def invoice_page(request: SignedInRequest, number: int) -> HttpResponse:
    """Show a document; `?why=LINE` opens one line, `?after=LINE` goes on in a long one.

    A request of htmx gets the lines alone, from the same file.
    """
    viewer, language = request.viewer, reader_language()
    read = document_head(viewer, invoice_id=number, language=language)
    facts, side = read.facts, links.side_of(viewer, buyer_id=read.facts.buyer_id)
    url = links.page_url(viewer, side, number)
    asked = _number(request.GET.get("why", ""))
    after = _start(facts, asked, _number(request.GET.get("after", "")))
    found = lines_of(facts, language=language, after=after, limit=LINES_MAX)
    answer = None
    if asked:
        answer = explanation_of(viewer, facts, line_no=asked, language=language)
    context: dict[str, object] = {
        "facts": facts,
        "line_count": facts.lines,
        "note": rows.table_note(facts),
        "columns": rows.line_columns(facts),
        "blocks": rows.blocks(found, facts, viewer=viewer, url=url, after=after, opened=asked),
        "width": len(rows.line_columns(facts)),
        "why": why.panel(answer, facts, viewer=viewer, side=side) if answer else None,
        "pager": _pager(facts, url, after) if facts.lines > LINES_MAX else None,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, f"{_TEMPLATE}#lines", context)
    allocations = allocations_of(viewer, invoice_id=number, limit=ALLOCATIONS_MAX)
    annexes = annexes_of(facts, limit=ANNEXES_MAX)
    context |= {
        "crumbs": _crumbs(request, side),
        "title": head.title(facts),
        "tiles": head.tiles(read, side=side),
        "files": head.files(viewer, side, read),
        "tax_columns": rows.tax_columns(),
        "tax_rows": rows.tax_rows(tax_rows_of(facts, language=language), facts),
        "tax_note": rows.tax_note(facts),
        "totals": head.totals(facts, allocations),
        "annex": rows.annex(annexes, facts) if annexes.is_needed else None,
    }
    return render(request, _TEMPLATE, context)


def reader_language() -> Language:
    """Return the active language as documents know it."""
    return Language.DE if (get_language() or "en").lower().startswith("de") else Language.EN


def _crumbs(request: SignedInRequest, side: Side) -> list[Link]:
    sold = side is Side.SOLD
    return [
        Link(gettext("Money") if sold else gettext("Account"), ""),
        Link(gettext("Invoices"), links.list_url(request.viewer, side)),
    ]


def _start(facts: InvoiceFacts, asked: int, after: int) -> int:
    """Return the line after which the shown part begins: that of the opened line, else the asked one."""
    if asked:
        return (asked - 1) // LINES_MAX * LINES_MAX
    return after if after < facts.lines else 0


def _pager(facts: InvoiceFacts, url: str, after: int) -> Pager:
    earlier = max(after - LINES_MAX, 0)
    last = min(after + LINES_MAX, facts.lines)
    summary = gettext("Lines %(first)s to %(last)s of %(all)s") % {
        "first": after + 1,
        "last": last,
        "all": facts.lines,
    }
    return Pager(
        previous_url=f"{url}?after={earlier}" if after else "",
        next_url=f"{url}?after={last}" if last < facts.lines else "",
        summary=summary,
    )


def _number(text: str) -> int:
    """Read a line number; 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
