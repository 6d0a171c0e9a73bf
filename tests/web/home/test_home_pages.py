"""The home pages as people get them: words, links, empty states, and whose money never appears."""

import re
from decimal import Decimal

import pytest

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.tasks.models import Job, JobState
from tests.support.people import brand
from tests.web.home.world import (
    NOW,
    PROVIDER,
    RESELLER,
    RIVAL,
    a_customer,
    browser_of,
    run_sql,
    viewer_of,
)


def _page(viewer, *, language="en"):
    answer = browser_of(viewer, language=language).get(f"/{viewer.panel.value}/")
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def _text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_reseller_sees_revenue_trend_renewals_and_what_it_owes(world):
    page = _page(viewer_of(RESELLER))

    text = _text(page)
    assert "Good morning, Pat" in text
    assert "Monday, 16 March 2026" in text
    assert "Balance owing" in text
    assert "to Bench Provider, net 30 days" in text
    assert 'href="/reseller/subscriptions/?tab=renewing&amp;days=30"' in page
    assert re.search(r'href="/reseller/invoices/\d+/"', page)
    assert "Orders that failed" not in text


def test_nobody_sees_the_cost_of_a_tier_that_is_not_theirs(world):
    # Tier 1 costs the provider 987,654.32; on tier 2 the reseller pays 765,432.10 and sells at 876,543.21.
    one = Subscription.objects.filter(seller_id=RESELLER).order_by("id")[0]
    run_sql(
        "UPDATE subscription_money SET monthly_cost = CASE tier WHEN 1 THEN 987654.32 "
        "ELSE 765432.10 END, monthly_price = CASE tier WHEN 1 THEN 765432.10 ELSE 876543.21 END "
        "WHERE subscription_id = %s",
        [one.id],
    )
    run_sql("UPDATE subscription SET term_end = '2026-03-20' WHERE id = %s", [one.id])
    run_sql("UPDATE term_calendar SET ends_on = '2026-03-20' WHERE subscription_id = %s", [one.id])

    reseller, customer = _page(viewer_of(RESELLER)), _page(viewer_of(one.customer_id))
    rival, support = _page(viewer_of(RIVAL)), _page(viewer_of(RESELLER, role=RoleCode.SUPPORT))

    assert "876,543.21" in reseller
    assert "876,543.21" in customer
    for page in (reseller, customer, rival, support):
        assert "987,654" not in page
    for page in (customer, rival, support):
        assert "765,432" not in page
    for page in (rival, support):
        assert "876,543" not in page


def test_a_customer_sees_services_open_amount_and_no_margin(world):
    number = a_customer(RESELLER)
    page = _page(viewer_of(number))

    text = _text(page)
    assert "Services in use" in text
    assert "1 invoice" in text
    assert re.search(r'href="/customer/invoices/\d+/"', page)
    assert "argin" not in text


def test_the_provider_sees_run_receivables_and_revenue(world):
    page = _page(viewer_of(PROVIDER))

    text = _text(page)
    assert "15 March 2026" in text
    assert "Last billing run" in text
    assert 'href="/provider/billing/runs/2026-03-15/"' in page
    assert "Everything due is billed" in text


def test_homes_are_german_for_people_who_chose_it(world):
    reseller = _text(_page(viewer_of(RESELLER), language="de"))
    customer = _text(_page(viewer_of(a_customer(RESELLER)), language="de"))
    provider = _text(_page(viewer_of(PROVIDER), language="de"))

    assert "Guten Morgen, Pat" in reseller
    assert "Montag, 16. März 2026" in reseller
    assert "Verlängerungen, nächste 30 Tage" in reseller
    assert "Dienste in Benutzung" in customer
    assert "Offener Betrag" in customer
    assert "Letzter Abrechnungslauf" in provider
    for page in (reseller, customer, provider):
        assert not re.search(r"\b(Renewals|Services|Open amount|Receivables|Good)\b", page)
        assert "Vertrag" not in page


@pytest.mark.parametrize("who", ["harbor", "ria", "cleo"])
def test_a_home_without_anything_says_so_and_offers_no_dead_button(people, who):
    viewer = people.all[who].viewer()

    text = _text(_page(viewer))

    said = {
        "harbor": [
            "No day is billed yet",
            "Nothing is invoiced yet",
            "No account is on credit hold",
        ],
        "ria": ["Nothing ends soon", "Customers 0", "Active subscriptions 0"],
        "cleo": ["No services yet", "Nothing ends soon"],
    }[who]
    for words in said:
        assert words in text, words
    assert "Nothing waits for you" in text


def test_a_page_has_no_link_without_an_address(world):
    for number in (PROVIDER, RESELLER, a_customer(RESELLER)):
        page = _page(viewer_of(number))
        main = page.split("<main", 1)[1].split("</main>")[0]

        assert 'href=""' not in main
        assert 'href="#"' not in main
        assert "<form" not in main


def test_amounts_in_other_currencies_stand_beside_and_are_never_added(world):
    ((one,),) = run_sql(
        "SELECT subscription_id FROM subscription_money WHERE seller_id = 2 AND tier = 2 LIMIT 1"
    )
    run_sql(
        "UPDATE subscription_money SET currency = 'USD', monthly_price = 4321.09 "
        "WHERE subscription_id = %s",
        [one],
    )

    page = _text(_page(viewer_of(RESELLER)))

    assert "and $4,321.09" in page


def test_sales_to_sub_resellers_are_named_apart(world):
    brand(RESELLER, "rese", "RSL")
    run_sql(
        "UPDATE account SET parent_id = 2, path = '1.2.3.', depth = 2, tenant_id = tenant_id WHERE id = 3"
    )
    ((one,),) = run_sql("SELECT id FROM subscription WHERE seller_id = 3 LIMIT 1")
    run_sql(
        "INSERT INTO subscription_money (tenant_id, subscription_id, tier, seller_id, currency, "
        "monthly_price, monthly_cost) SELECT tenant_id, id, 4, 2, 'EUR', %s, 1 "
        "FROM subscription WHERE id = %s",
        [Decimal("1234.56"), one],
    )

    assert "€1,234.56 from sub-resellers" in _text(_page(viewer_of(RESELLER)))


def test_german_tasks_are_opened_and_counts_are_no_numbers_of_documents(world):
    Job.objects.create(
        task="import_prices", label="Preisliste", state=JobState.FAILED, created_at=NOW
    )
    run_sql("UPDATE quarantine SET resolved_on = NULL")

    page = _page(viewer_of(PROVIDER), language="de")

    assert ">Öffnen</a>" in page
    assert not re.search(r"<th[^>]*>\s*Nummer", page)
