"""The list of documents: tabs that count right, search, filters, and pages that cover every row once."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.billing.models import Invoice
from entrepot.domain.billing.queries import invoices as queries
from entrepot.domain.billing.queries.invoices import (
    InvoiceFilter,
    InvoiceTab,
    invoice_overview,
    list_invoices,
)
from entrepot.domain.parties.scopes import Side
from tests.domain.documents.test_queries import viewer
from tests.web.invoices.conftest import Story
from tests.web.invoices.reading import text_of
from tests.web.invoices.story import CLEO, DEC, HARBOR, RIA

pytestmark = pytest.mark.django_db
BOUGHT = InvoiceFilter(side=Side.BOUGHT)


def add_documents(count: int) -> None:
    """Give Cleo more documents of Ria, four of each day before December; every fifth is a credit note."""
    Invoice.objects.bulk_create(
        Invoice(
            tenant_id=RIA,
            billing_account_id=2,
            seller_id=RIA,
            buyer_id=CLEO,
            kind=DocumentKind.CREDIT_NOTE if n % 5 == 0 else DocumentKind.INVOICE,
            year=2025,
            number=n + 1,
            number_text=f"S2-2025-{n + 1:06d}",
            statement_on=DEC - timedelta(days=1000 + n),
            issued_on=DEC - timedelta(days=40 + n // 4),
            due_on=DEC + timedelta(days=n % 3 - 1),
            currency="EUR",
            exponent=2,
            lines=1,
            list_amount=amount,
            discount_amount=0,
            net=amount,
            tax=0,
            gross=amount,
            open_amount=max(amount, Decimal(0)) if n % 2 else Decimal(0),
        )
        for n, amount in ((n, Decimal(-n if n % 5 == 0 else n)) for n in range(count))
    )


def expected_ids(*, oldest_first: bool = False) -> list[int]:
    rows = Invoice.objects.filter(buyer_id=CLEO).values_list("issued_on", "id")
    return [key for _, key in sorted(rows, reverse=not oldest_first)]


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_in_both_directions_cover_every_row_once(story: Story, oldest_first: bool):
    add_documents(57)
    asking = viewer(CLEO)
    forward, page = [], None
    while page is None or page.after:
        page = list_invoices(
            asking,
            wanted=BOUGHT,
            limit=7,
            oldest_first=oldest_first,
            after=page.after if page else None,
        )
        forward += [row.id for row in page.rows]
    back = [row.id for row in page.rows]
    while page.before:
        page = list_invoices(
            asking, wanted=BOUGHT, limit=7, oldest_first=oldest_first, before=page.before
        )
        back = [row.id for row in page.rows] + back

    assert forward == expected_ids(oldest_first=oldest_first)
    assert back == forward
    assert len(forward) == 59


def test_the_links_of_the_page_walk_to_the_end_and_back(story: Story):
    add_documents(57)
    client, seen, url = story.cleo, [], "?"
    while url:
        html = client.get(f"/customer/invoices/{url}").content.decode()
        seen.append(re.findall(r'id="row-(\d+)"', html))
        link = re.search(r'rel="next" href="([^"]+)"', html)
        url = link[1] if link else ""
    previous = re.search(r'rel="prev" href="([^"]+)"', html)
    html = client.get(f"/customer/invoices/{previous[1]}").content.decode()

    assert [len(page) for page in seen] == [25, 25, 9]
    assert [int(key) for page in seen for key in page] == expected_ids()
    assert re.findall(r'id="row-(\d+)"', html) == seen[1]


def test_tab_counts_are_the_lengths_of_their_lists_and_sums_are_those_of_all_pages(story: Story):
    add_documents(57)
    asking = viewer(CLEO)

    for tab in InvoiceTab:
        wanted = InvoiceFilter(side=Side.BOUGHT, tab=tab)
        overview = invoice_overview(asking, wanted=wanted)
        rows = list_invoices(asking, wanted=wanted, limit=200).rows
        assert overview.counts[tab] == len(rows) > 0
        assert overview.sums[0].gross == sum(row.gross for row in rows)
        assert overview.sums[0].open_amount == sum(row.open_amount for row in rows)
        states = {row.state.value for row in rows}
        assert (
            states
            <= {
                InvoiceTab.ALL: {"unpaid", "overdue", "paid", "credited"},
                InvoiceTab.UNPAID: {"unpaid", "overdue"},
                InvoiceTab.OVERDUE: {"overdue"},
                InvoiceTab.CREDIT_NOTES: {"credited"},
            }[tab]
        )


def test_beyond_ten_thousand_the_count_says_so_and_there_is_no_sum(story: Story, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_MAX", 10)
    monkeypatch.setattr("entrepot.web.screens.invoices.listing.COUNT_MAX", 10)
    add_documents(20)

    text = text_of(story.cleo.get("/customer/invoices/"))

    assert "All 10+" in text
    assert "More than 10 documents: filter them to see their sum" in text


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("S2-2025-000012", ["S2-2025-000012"]),
        ("s2-2025-12", ["S2-2025-000012"]),
        ("2025-12", ["S2-2025-000012"]),
        ("12", ["S2-2025-000012"]),
        ("99", []),
        ("%", []),
        ("nobody", []),
        ("9" * 60, []),
    ],
)
def test_a_number_is_found_as_people_type_it(story: Story, search: str, found: list[str]):
    add_documents(20)
    wanted = InvoiceFilter(side=Side.BOUGHT, search=search)

    rows = list_invoices(viewer(CLEO), wanted=wanted, limit=50).rows

    assert [row.number for row in rows] == found


def test_a_search_without_letters_is_none(story: Story):
    for search in ("", "  ", "\0", " \0 "):
        wanted = InvoiceFilter(side=Side.BOUGHT, search=search)
        assert len(list_invoices(viewer(CLEO), wanted=wanted, limit=50).rows) == 2


def test_companies_and_end_customers_are_found_by_the_beginning_of_their_names(story: Story):
    def numbers(account_id: int, side: Side, search: str) -> list[str]:
        wanted = InvoiceFilter(side=side, search=search)
        return [
            row.number for row in list_invoices(viewer(account_id), wanted=wanted, limit=50).rows
        ]

    sold = ["S1-2026-000002", "S1-2026-000001"]
    assert numbers(HARBOR, Side.SOLD, "kranich") == sold
    assert numbers(HARBOR, Side.SOLD, "Cobalt") == sold
    assert numbers(HARBOR, Side.SOLD, "freight") == []
    assert numbers(RIA, Side.BOUGHT, "HARBOR") == sold
    assert numbers(RIA, Side.SOLD, "cobalt") == ["S2-2026-000002", "S2-2026-000001"]
    # The provider is not told that Ria has documents for Cobalt, nor Cobalt who stands above Ria.
    assert numbers(CLEO, Side.BOUGHT, "Harbor") == []


def test_filters_narrow_and_can_be_taken_away(story: Story):
    add_documents(20)
    client = story.cleo
    html = client.get(
        "/customer/invoices/?from=2026-12-01&to=2026-12-31&party=2&q="
    ).content.decode()
    text = text_of(client.get("/customer/invoices/?from=2026-12-01&to=2026-12-31&party=2"))

    assert len(re.findall(r'id="row-\d+"', html)) == 1
    assert "All 1" in text
    assert "from 1 Dec 2026" in text
    assert 'href="?to=2026-12-31&amp;party=2"' in html


def test_what_cannot_be_read_in_the_address_counts_as_not_asked(story: Story):
    query = "?tab=x&from=2026-13-01&to=x&party=x&after=x.y&before=2026-01-01.&sort=up&q=%20"

    answer = story.cleo.get(f"/customer/invoices/{query}")

    assert answer.status_code == 200
    assert len(re.findall(r'id="row-\d+"', answer.content.decode())) == 2


def test_an_empty_list_says_what_to_do(story: Story):
    filtered = text_of(story.cleo.get("/customer/invoices/?q=nobody"))
    tab = text_of(story.cleo.get("/customer/invoices/?tab=credit_notes"))
    Invoice.objects.filter(buyer_id=CLEO).delete()
    nothing = text_of(story.cleo.get("/customer/invoices/"))

    assert "Nothing matches No document has this number, company or day. Clear filters" in filtered
    assert "Nothing here No document is in this state." in tab
    assert "No invoices yet" in nothing


def test_nobody_sees_the_documents_of_others(story: Story):
    assert expected_ids() == [
        row.id for row in list_invoices(viewer(CLEO), wanted=BOUGHT, limit=50).rows
    ]
    for account_id, side, buyers in (
        (HARBOR, Side.SOLD, {RIA}),
        (HARBOR, Side.BOUGHT, set()),
        (RIA, Side.SOLD, {CLEO}),
        (RIA, Side.BOUGHT, {RIA}),
        (CLEO, Side.SOLD, set()),
    ):
        rows = list_invoices(viewer(account_id), wanted=InvoiceFilter(side=side), limit=50).rows
        assert {row.buyer_id for row in rows} == buyers


def test_a_list_of_5_and_of_50_rows_asks_equally_often(story: Story):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert story.cleo.get("/customer/invoices/").status_code == 200
        return len(captured)

    asked()  # The first request of a person writes the session.
    add_documents(3)
    few = asked()
    Invoice.objects.filter(year=2025).delete()
    add_documents(48)

    assert asked() == few


def test_a_document_is_overdue_from_the_day_after_its_last_day(story: Story):
    add_documents(10)
    wanted = InvoiceFilter(side=Side.BOUGHT, tab=InvoiceTab.OVERDUE)

    rows = list_invoices(viewer(CLEO), wanted=wanted, limit=50).rows

    # As of 1 December, the last completed day, as the credit rules say: due before it, not on it.
    assert {row.due_on for row in rows} == {date(2026, 11, 15), date(2026, 11, 30)}
