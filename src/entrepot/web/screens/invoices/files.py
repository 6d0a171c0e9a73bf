"""A document as PDF, and its lines as CSV."""

import hashlib

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag

from entrepot.domain.documents.pdf import render_pdf
from entrepot.domain.documents.queries import document_of
from entrepot.domain.documents.types import Language
from entrepot.domain.parties.roles import Capability
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.invoices.lines_csv import write_lines


@screen(Capability.VIEW_INVOICES)
def invoice_pdf(request: SignedInRequest, number: int) -> HttpResponse:
    """Give the PDF in the buyer's language, or in that of `?language=`."""
    document = document_of(request.viewer, invoice_id=number, language=_language(request))
    content = render_pdf(document)
    return _file(request, content, name=f"{document.number}.pdf", kind="application/pdf")


@screen(Capability.VIEW_INVOICES)
def invoice_csv(request: SignedInRequest, number: int) -> HttpResponse:
    """Give the lines as CSV, with the texts in the reader's or the asked language."""
    document = document_of(request.viewer, invoice_id=number, language=_language(request))
    content = write_lines(document).encode("utf-8-sig")
    return _file(request, content, name=f"{document.number}.csv", kind="text/csv; charset=utf-8")


def _language(request: SignedInRequest) -> Language | None:
    asked = request.GET.get("language", "")
    return Language(asked) if asked in set(Language) else None


def _file(request: SignedInRequest, content: bytes, *, name: str, kind: str) -> HttpResponse:
    """Answer with a file, or with 304 if the browser has these very bytes."""
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = HttpResponse(content, content_type=kind)
    is_page = kind == "application/pdf"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=not is_page, filename=name)
        or f'inline; filename="{name}"'
    )
    response.headers["ETag"] = etag
    answered = get_conditional_response(request, etag=etag, response=response)
    return answered if isinstance(answered, HttpResponse) else response
