"""The page of an invoice: lines as on paper, why, what others get to see."""

import re
from html import unescape

import pytest

from tests.web.invoices.conftest import Story

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(answer) -> str:
    """Return the visible text of a page with single blanks."""
    html = re.sub(
        r"<(script|style|svg|title)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_smoke(story: Story):
    for client, url in (
        (story.cleo, "/customer/invoices/"),
        (story.cleo, story.page),
        (story.cleo, story.page + "?why=4"),
        (story.ria, "/reseller/invoices/"),
        (story.ria, "/reseller/invoices/issued/"),
        (story.harbor, "/provider/invoices/"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200
