"""The page of an invoice: lines as on paper, why, money that was credited, and what others get to see."""

import re

import pytest

from entrepot.domain.billing.models import Invoice
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, User
from tests.web.invoices.conftest import Story
from tests.web.invoices.reading import lines_of, pdf_text, text_of
from tests.web.invoices.story import CLEO, RIA

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


def test_the_page_shows_the_invoice_of_the_picture(story: Story):
    answer = story.cleo.get(story.page)

    # 112 x 11.20; 6 x 11.20 x 14/30; 143 x 2.90 less 5 %; 17 x 2.90 x 19/30 less 5 %; 214 x 0.045; -4 x 7.50 x 10/30.
    assert [(row[0], row[3], row[5], row[6], row[7]) for row in lines_of(answer)] == [
        ("1", "112 seats", "1,254.40", "–", "1,254.40"),
        ("2", "6 seats", "31.36", "–", "31.36"),
        ("3", "143 seats", "414.70", "−20.74 5%", "393.96"),
        ("4", "17 seats", "31.22", "−1.56 5%", "29.66"),
        ("5", "8 GB", "159.20", "–", "159.20"),
        ("6", "214 GB", "9.63", "–", "9.63"),
        ("7", "112 devices", "386.40", "−38.64 10%", "347.76"),
        ("8", "26 seats", "195.00", "–", "195.00"),
        ("9", "−4 seats", "−10.00", "–", "−10.00"),
    ]
    text = text_of(answer)
    assert "Invoice S2-2026-000002 Unpaid" in text
    assert "Due 15 Dec 2026 in 14 days" in text
    # 1,254.40 + 31.36 + 393.96 + 29.66 + 159.20 + 9.63 + 347.76 + 195.00 - 10.00; VAT line by line.
    assert "List €2,471.91 Discount −€60.94 Net €2,410.97 VAT €458.09" in text
    assert "To pay by 15 Dec 2026 €2,869.06" in text
    assert "By end customer" not in text


def test_screen_paper_and_csv_number_the_same_lines(story: Story):
    rows = lines_of(story.cleo.get(story.page))
    csv = story.cleo.get(f"{story.page}lines.csv").content.decode("utf-8-sig").splitlines()
    paper = pdf_text(story.cleo.get(f"{story.page}pdf/"))

    assert [row[0] for row in rows] == [line.split(",")[2] for line in csv[1:]]
    for row in rows:
        assert re.search(rf"\b{row[0]} {row[2]} .*?{re.escape(row[7])} {re.escape(row[8])}", paper)
    assert "To pay by 15 Dec 2026 €2,869.06" in paper
    assert "−20.74" in paper


def test_why_opens_one_line_in_words_and_steps(story: Story):
    answer = story.cleo.get(f"{story.page}?why=4")

    text = text_of(answer)
    assert "Why €29.66? On 12 November 2026 you added 17 seats of Secure Mail Protection." in text
    assert "You had them for 19 of 30 days , so you pay 19/30 of the month." in text
    assert "From 1 December 2026 they are part of line 3." in text
    assert (
        "Calculated again just now: same cent. Ordered by Jana Petersen, 12 Nov 2026, 13:00."
        in text
    )
    assert "19 of the 30 days of November 49.30 × 19 ÷ 30 = 31.2233… 31.22" in text
    html = answer.content.decode()
    assert html.count('class="why"') == 1
    assert html.count('aria-expanded="true"') == 1


def test_every_line_is_replayed_to_the_cent_for_buyer_and_seller(story: Story):
    for client, page in (
        (story.cleo, story.page),
        (story.ria, f"/reseller/invoices/issued/{story.invoice.id}/"),
        (story.harbor, f"/provider/invoices/{story.invoice.id - 1}/"),
    ):
        for line in range(1, 10):
            answer = text_of(client.get(f"{page}?why={line}"))
            assert "Calculated again just now: same cent." in answer


def test_htmx_gets_the_lines_alone_and_the_same_ones(story: Story):
    whole = story.cleo.get(f"{story.page}?why=4")
    part = story.cleo.get(f"{story.page}?why=4", headers={"HX-Request": "true"})

    assert lines_of(part) == lines_of(whole)
    assert part.content.decode().strip().startswith("<section")
    assert "<html" not in part.content.decode()


def test_what_cannot_be_read_in_the_address_counts_as_not_asked(story: Story):
    for query in ["?why=0", "?why=x", "?why=-1", "?after=x", "?after=999", "?why="]:
        answer = story.cleo.get(story.page + query)

        assert answer.status_code == 200
        assert len(lines_of(answer)) == 9


@pytest.mark.parametrize("tail", ["", "pdf/", "lines.csv"])
def test_a_foreign_document_answers_exactly_as_a_missing_one(story: Story, tail: str):
    wholesale = Invoice.objects.filter(buyer_id=RIA).latest("id").id
    retail = story.invoice.id

    def get(client, panel: str, number: int):
        answer = client.get(f"/{panel}/invoices/{number}/{tail}")
        # Each answer carries tokens of its own against forged requests and scripts.
        html = re.sub(r"[A-Za-z0-9]{64}|nonce-[^'\"]+", "", answer.content.decode())
        return answer.status_code, sorted(answer.headers), html.replace(f"/{number}/", "/#/")

    for client, panel, foreign in (
        (story.cleo, "customer", wholesale),
        (story.harbor, "provider", retail),
    ):
        assert get(client, panel, foreign) == get(client, panel, 987_654)
        assert get(client, panel, foreign)[0] == 404
        assert get(client, panel, 2**70)[0] == 404
    assert story.cleo.get(f"{story.page}?why=10").status_code == 404


def test_the_customers_page_holds_no_amount_of_the_tier_above(story: Story):
    wholesale = [
        row[4].split()[0]
        for row in lines_of(story.harbor.get(f"/provider/invoices/{story.invoice.id - 1}/"))
    ]
    pages = [story.cleo.get(f"{story.page}?why={n}").content.decode() for n in (1, 3, 6)]

    # Harbor sells the Workspace seat at 5.60 x 1.5 = 8.40.
    assert wholesale[0] == "8.40"
    for page in pages:
        assert "8.40" not in page
        assert "margin" not in page.lower()


def test_support_people_do_not_see_invoices(story: Story, sign_in):
    client = sign_in(CLEO, RoleCode.SUPPORT)

    assert client.get(story.page).status_code == 403
    assert client.get("/customer/invoices/").status_code == 403


def test_a_seller_sees_what_each_end_customer_makes_up(story: Story):
    text = text_of(story.ria.get(f"/reseller/invoices/{story.invoice.id - 1}/"))

    assert "By end customer" in text
    assert (
        "Cobalt Freight GmbH ACC-3 1–9 1,854.34 352.32 2,206.66 Total 9 1,854.34 352.32 2,206.66"
        in text
    )
    assert "Rounded per rate" in text


def test_german_people_read_german_pages_and_papers(story: Story):
    client = story.cleo
    User.objects.update(language="de")
    Account.objects.filter(id=CLEO).update(language="de")

    text = text_of(client.get(f"{story.page}?why=4")).replace(NBSP, " ")
    paper = pdf_text(client.get(f"{story.page}pdf/")).replace(NBSP, " ")

    assert "Rechnung S2-2026-000002 Unbezahlt" in text
    assert "Nr. Leistung und Zeitraum Abonnement Menge Einzelpreis" in text
    assert "Zu zahlen bis 15. Dez. 2026 2.869,06 €" in text
    assert (
        "Warum 29,66 €? Am 12. November 2026 haben Sie 17 Plätze von Secure Mail Protection" in text
    )
    assert "Abonnement" in paper
    assert "Vertrag" not in paper + text
    assert "Zu zahlen bis 15.12.2026 2.869,06 €" in paper


def test_the_paper_is_in_the_buyers_language_unless_asked_otherwise(story: Story):
    own = story.cleo.get(f"{story.page}pdf/")
    german = story.cleo.get(f"{story.page}pdf/?language=de")
    wrong = story.cleo.get(f"{story.page}pdf/?language=xx")

    assert "Abonnement" not in pdf_text(own)
    assert "Abonnement" in pdf_text(german)
    assert wrong.content == own.content
    assert own["Content-Disposition"] == 'inline; filename="S2-2026-000002.pdf"'


def test_a_browser_that_has_the_file_gets_304(story: Story):
    first = story.cleo.get(f"{story.page}pdf/")
    again = story.cleo.get(f"{story.page}pdf/", headers={"If-None-Match": first["ETag"]})
    other = story.cleo.get(
        f"{story.page}pdf/?language=de", headers={"If-None-Match": first["ETag"]}
    )

    assert again.status_code == 304
    assert again.content == b""
    assert other.status_code == 200
    assert other["ETag"] != first["ETag"]


def test_the_csv_has_iso_dates_raw_decimals_and_no_formulas(story: Story):
    Account.objects.filter(id=CLEO).update(name='=HYPERLINK("http://evil")')

    answer = story.cleo.get(f"{story.page}lines.csv")
    rows = answer.content.decode("utf-8-sig").splitlines()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="S2-2026-000002.csv"'
    assert '"\'=HYPERLINK(""http://evil"")"' in rows[1]
    assert rows[9].endswith(
        "2026-11-21,2026-12-01,-4,seat,7.5,month,10,30,-10.00,0,0.00,-10.00,19,-1.90,EUR"
    )
