"""The home pages as people get them: words, links, empty states, and whose money never appears."""

import re
from decimal import Decimal

import pytest

from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat, SeatTally, SeatUse
from entrepot.domain.subscriptions.models import QuantityChange, Subscription, SubscriptionItem
from entrepot.infra.tasks.models import Job, JobState
from tests.support.people import brand, user
from tests.web.home.world import (
    DAY,
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


def test_a_customer_sees_what_is_assigned_and_under_way(world):
    number = a_customer(RESELLER)
    viewer = viewer_of(number)
    item = (
        SubscriptionItem.objects.filter(subscription__customer_id=number, is_measured=False)
        .exclude(quantity__lt=2)
        .select_related("subscription")
        .order_by("id")[0]
    )
    wide = item.subscription
    SubscriptionItem.objects.filter(pk=item.pk).update(quantity=7)
    for login in ("ina", "ole"):
        Seat.objects.create(
            tenant_id=wide.tenant_id,
            account_id=number,
            user_id=user(number, f"{login}.seat", login.title(), role=RoleCode.USER),
            subscription=wide,
            item=item,
            resource_id=item.resource_id,
            state=SeatState.ASSIGNED,
            assigned_by="Pat Person",
            changed_at=NOW,
        )
    SeatTally.objects.create(
        tenant_id=wide.tenant_id,
        account_id=number,
        item_id=item.pk,
        resource_id=item.resource_id,
        units=2,
    )
    SeatUse.objects.create(item_id=item.pk, tenant_id=wide.tenant_id, used=1, on_day=DAY)
    order = Order.objects.create(
        tenant_id=wide.tenant_id,
        request_key="home",
        place=0,
        kind=OrderKind.CHANGE,
        number=9,
        number_text="CH000009",
        code=Code.WAITING_FOR_PAYMENT,
        customer_id=number,
        customer_path=wide.customer_path,
        customer_name=wide.customer_name,
        seller_id=wide.seller_id,
        billing_account_id=BillingAccount.objects.filter(buyer_id=number)[0].id,
        plan_name=wide.plan_name,
        subscription_id=wide.id,
        currency="EUR",
        first_amount=10,
        period_amount=10,
        placed_at=NOW,
        placed_by="Stan Seller",
    )

    page = _page(viewer)

    text = _text(page)
    # Seven bought, two given away, one of them used.
    assert "2 assigned 1 used" in text
    assert "5 free" in text
    assert "Orders under way" in text
    assert "CH000009" in text
    assert f'href="/customer/orders/{order.pk}/"' in page
    # Who sells is a company to its customers.
    assert "Stan Seller" not in page

    # What the vendor has made counts from its day on, as under Services; the run comes at night.
    QuantityChange.objects.create(
        tenant_id=wide.tenant_id,
        subscription_id=wide.id,
        item_id=item.pk,
        effective_on=viewer.today,
        new_quantity=9,
        ordered_at=NOW,
        ordered_by="Pat Person",
    )
    assert "7 free" in _text(_page(viewer))

    # Somebody who only uses services sees the own ones and nothing of what the company has.
    ina = User.objects.get(login="ina.seat")
    own = _page(build_viewer(user_id=ina.pk, account_id=number, now=NOW))
    assert wide.plan_name in own
    for hidden in ("CH000009", "free", "Open amount", "a month", "marketplace"):
        assert hidden not in _text(own), hidden


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
    # One of its customers becomes a sub-reseller and seller of a subscription that another one has.
    (one,), (other,) = run_sql("SELECT id FROM account WHERE parent_id = 2 ORDER BY id LIMIT 2")
    ((sold,),) = run_sql(
        "SELECT min(id) FROM subscription WHERE customer_id = %s AND status = 'active'", [other]
    )
    run_sql("UPDATE account SET kind = 'reseller' WHERE id = %s", [one])
    run_sql("UPDATE subscription SET seller_id = %s WHERE id = %s", [one, sold])
    run_sql(
        "UPDATE subscription_money SET monthly_price = %s WHERE seller_id = 2 AND subscription_id = %s",
        [Decimal("1234.56"), sold],
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
