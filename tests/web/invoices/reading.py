"""What a reader takes from pages and papers."""

import re
from html import unescape
from io import BytesIO

from pypdf import PdfReader


def text_of(answer) -> str:
    """Return the visible text of a page with single blanks."""
    html = re.sub(
        r"<(script|style|svg|title)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def lines_of(answer) -> list[list[str]]:
    """Return the cells of the rows of lines: number, service, subscription, quantity, ... net, tax."""
    rows = re.findall(r'<tr id="line-\d+".*?</tr>', answer.content.decode(), flags=re.DOTALL)
    found = []
    for row in rows:
        cells = re.findall(r"<t[hd][ >].*?</t[hd]>", row, flags=re.DOTALL)
        plain = [re.sub(r'<span class="narrow-only.*?</span>', "", cell) for cell in cells]
        found.append([" ".join(unescape(re.sub(r"<[^>]+>", " ", c)).split()) for c in plain])
    return found


def pdf_text(answer) -> str:
    """Return the text of a PDF with single blanks."""
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
