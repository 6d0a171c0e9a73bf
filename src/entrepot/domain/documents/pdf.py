"""Documents as PDF: tagged, archivable, and the same bytes for the same input everywhere."""

import json
from functools import cache
from pathlib import Path

import typst

from entrepot.domain.documents.check import check_document
from entrepot.domain.documents.fonts import FONT_DIRECTORY
from entrepot.domain.documents.layout import page_data
from entrepot.domain.documents.types import Document

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
# A-3a is for archives and allows an attached e-invoice, UA-1 is for readers who cannot see it. The
# compiler refuses to write a file that breaks a rule of either that it knows.
_STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]


def render_pdf(document: Document) -> bytes:
    """Make the PDF of a document (A4, PDF/A-3a and PDF/UA-1, fonts embedded).

    The bytes depend on `document` alone: only the shipped fonts are used, and the template dates
    the file to the day of issue. The document's texts are data and printed literally.
    Raises: DocumentDoesNotTie if its figures contradict each other.
    """
    check_document(document)
    # A compiler keeps what it made for the next call, so one per document keeps memory bounded.
    compiler = typst.Compiler(
        input=_TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )
    pdf = compiler.compile(
        format="pdf",
        pdf_standards=_STANDARDS,
        sys_inputs={"document": json.dumps(page_data(document), ensure_ascii=False)},
    )
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler returned no single file")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[FONT_DIRECTORY],
    )
