"""Stored documents as the values of this package: lines, whole documents, explanations."""

from entrepot.domain.documents.queries.document import DocumentHead, document_head, document_of
from entrepot.domain.documents.queries.lines import (
    LINES_MAX,
    AnnexPage,
    ShownLine,
    annexes_of,
    lines_of,
    tax_rows_of,
)
from entrepot.domain.documents.queries.why import Answer, explanation_of

__all__ = [
    "LINES_MAX",
    "AnnexPage",
    "Answer",
    "DocumentHead",
    "ShownLine",
    "annexes_of",
    "document_head",
    "document_of",
    "explanation_of",
    "lines_of",
    "tax_rows_of",
]
