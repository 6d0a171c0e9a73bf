"""The page of one subscription: money, resources with use, prices, what comes next, documents, history."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import Resource
from entrepot.domain.parties.models import User
from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.commands import add_subscription, change_quantity
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.domain.subscriptions.queries import (
    agreed_prices,
    next_charge,
    resource_page,
    subscription_facts,
)
from entrepot.domain.usage.models import MeteredUsage
from entrepot.flows.daily_billing import run_day
from entrepot.flows.subscription_page import carrying_documents
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import START
from tests.support.people import SETUP

LISTS = {
    "harbor": "/provider/subscriptions/",
    "ria": "/reseller/subscriptions/",
    "sven": "/reseller/subscriptions/",
    "cleo": "/customer/subscriptions/",
    "rex": "/reseller/subscriptions/",
    "carl": "/customer/subscriptions/",
}


def run(day: date) -> None:
    run_day(
        day=day,
        now=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        allow_missed=True,
    )


@pytest.fixture
def billed(store) -> int:
    """Cleo's five seats, billed on 1 March."""
    number = store.shop.subscribe("5", vendor_reference="MPN-77")
    run(START)
    return number


@pytest.mark.parametrize("who", sorted(LISTS))
def test_foreign_numbers_are_answered_as_unknown_ones(store, at, billed, who):
    client = at(store.people.all[who])

    known = client.get(f"{LISTS[who]}{billed}/").status_code
    unknown = [
        client.get(f"{LISTS[who]}{n}/{more}").status_code
        for n in (999_999, 2**63)
        for more in ("", "usage/?sku=x&month=2026-03")
    ]

    assert known == (404 if who in ("rex", "carl") else 200)
    assert unknown == [404, 404, 404, 404]


@pytest.mark.parametrize("who", ["harbor", "sven", "cleo"])
def test_what_is_ordered_and_not_started_has_a_page_and_stands_in_the_list(store, at, who):
    number = add_subscription(
        customer_id=store.people.cleo.account_id,
        plan_period_id=store.shop.period,
        quantities={store.shop.seat: Decimal(5)},
        on_day=START,
        actor=SETUP,
        now=datetime(2026, 3, 1, 9, tzinfo=UTC),
    )
    client = at(store.people.all[who])
    for address in (
        f"{LISTS[who]}{number}/",
        f"{LISTS[who]}?tab=all",
        f"{LISTS[who]}?open={number}",
    ):
        page = client.get(address)
        assert page.status_code == 200, address
    assert f"SUB-{number}" in str(client.get(f"{LISTS[who]}?tab=all").content, "utf-8")


def test_the_seller_sees_price_cost_margin_and_where_prices_come_from(store, at, billed):
    html = at(store.people.sven).get(f"{LISTS['sven']}{billed}/").content.decode()

    # 5 x 15.00 = 75.00, cost 5 x 12.00 = 60.00, margin 15.00 = 20 %.
    for text in ("€75.00", "€60.00", "€15.00", "20.0% of price", "Retail price 0%", "MPN-77"):
        assert text in html


def test_each_viewer_gets_the_figures_of_their_own_tier(store, billed):
    people = store.people

    def figures(viewer):
        facts = subscription_facts(viewer, subscription_id=billed)
        cash = facts.money.cash
        prices = agreed_prices(
            facts=facts,
            item_ids=[r.item_id for r in resource_page(viewer, facts=facts, page=1).rows],
        )
        return (
            facts.money.tier,
            (cash.price, cash.cost),
            [(p.unit_price, p.unit_cost, p.origin) for p in prices],
            [(one.seller_name, one.cash.price, one.cash.cost) for one in facts.money.lower],
        )

    d = Decimal
    assert figures(people.harbor.viewer()) == (
        1, (d(55), d(50)), [(d(11), d(10), "margin_rule")], [],
    )  # fmt: skip
    assert figures(people.ria.viewer()) == (
        2, (d(60), d(55)), [(d(12), d(11), "margin_rule")], [],
    )  # fmt: skip
    assert figures(people.cleo.viewer()) == (3, (d(75), None), [(d(15), None, "")], [])
    privileged = people.harbor.viewer_with(Capability.VIEW_DOWNSTREAM_PRICES)
    assert figures(privileged)[3] == [
        ("Ria IT Services", d(60), None),
        ("Sven Systems", d(75), None),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_next_amount_is_the_one_that_is_billed(store, billed):
    change_quantity(
        subscription_id=billed,
        resource_id=store.shop.seat,
        quantity=Decimal(7),
        effective_on=date(2026, 4, 1),
        actor=SETUP,
        now=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    facts = subscription_facts(store.people.sven.viewer(), subscription_id=billed)

    charge = next_charge(facts=facts)

    # 7 x 15.00 from 1 April.
    assert (charge.on_day, charge.net.amount, charge.until) == (
        date(2026, 4, 1),
        Decimal(105),
        date(2026, 5, 1),
    )
    run(date(2026, 4, 1))
    stored = Charge.objects.get(tier=3, kind="recurring", period_start=date(2026, 4, 1))
    assert stored.net == charge.net.amount


def test_documents_of_the_own_sale_are_listed_and_nobody_elses(store, billed):
    def documents(person):
        viewer = person.viewer()
        facts = subscription_facts(viewer, subscription_id=billed)
        return [(d.number, d.gross) for d in carrying_documents(viewer, facts=facts)]

    # 5 x 11.00, 12.00 and 15.00, plus 19 %.
    assert documents(store.people.harbor) == [("HAR-2026-000001", Decimal("65.45"))]
    assert documents(store.people.ria) == [("RIA-2026-000001", Decimal("71.40"))]
    assert documents(store.people.sven) == [("SVN-2026-000001", Decimal("89.25"))]
    assert documents(store.people.cleo) == documents(store.people.sven)


def test_measured_use_of_the_running_period_stands_beside_what_is_included(store, at, billed):
    storage = SubscriptionItem.objects.get(subscription_id=billed, resource_id=store.shop.storage)
    for day, quantity in ((date(2026, 2, 28), 99), (date(2026, 3, 1), 4), (date(2026, 3, 31), 8)):
        MeteredUsage.objects.create(
            tenant_id=storage.tenant_id, item_id=storage.id, on_day=day, quantity=quantity
        )

    html = at(store.people.cleo).get(f"{LISTS['cleo']}{billed}/").content.decode()

    # 4 + 8 of 5 x 2; the day before the period does not count.
    assert "12 of 10 included" in html


def test_history_names_own_people_only(store, at, billed):
    change_quantity(
        subscription_id=billed,
        resource_id=store.shop.seat,
        quantity=Decimal(9),
        effective_on=date(2026, 3, 20),
        actor=store.people.sven.viewer().actor(),
        now=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )

    sven = at(store.people.sven).get(f"{LISTS['sven']}{billed}/").content.decode()
    cleo = at(store.people.cleo).get(f"{LISTS['cleo']}{billed}/").content.decode()
    harbor = at(store.people.harbor).get(f"{LISTS['harbor']}{billed}/").content.decode()

    assert "Seat: 9 ordered" in sven
    assert "by Sven Subreseller" in sven
    assert "Sven Subreseller" not in cleo
    assert "by your supplier" in cleo
    assert "Audit trail" in harbor
    assert "Audit trail" not in sven


def test_a_page_of_a_thousand_resources_asks_as_often_as_one_of_ten(store, at):
    service = Resource.objects.get(pk=store.shop.seat).service
    pages = {}
    for size in (10, 1_000):
        made = Resource.objects.bulk_create(
            Resource(service=service, code=f"r-{size}-{n}", name=f"Resource {n:04}")
            for n in range(size)
        )
        pages[size] = number = store.add(money=("55/50", "60/55", "75/60"))
        store.bill(number)
        tenant = store.people.ria.account_id
        SubscriptionItem.objects.bulk_create(
            SubscriptionItem(
                tenant_id=tenant, subscription_id=number, resource=r, quantity=1, position=n
            )
            for n, r in enumerate(made)
        )
    sven, asked = at(store.people.sven), {}
    for size, number in pages.items():
        path = f"{LISTS['sven']}{number}/"
        sven.get(path)
        with CaptureQueriesContext(connection) as queries:
            html = sven.get(path).content.decode()
        asked[size] = len(queries)
        assert len(re.findall(r"Resource \d{4}", html)) == min(size, 25)

    assert asked[10] == asked[1_000]
    second = sven.get(f"{LISTS['sven']}{pages[1_000]}/?page=40").content.decode()
    assert "976 to 1,000 of 1,000" in second


def test_a_link_of_the_drawer_to_the_page_opens_the_page(store, at, billed):
    answer = at(store.people.sven).get(f"{LISTS['sven']}{billed}/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == f"{LISTS['sven']}{billed}/"


def test_the_page_speaks_german(store, at, billed, monkeypatch):
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
    User.objects.filter(pk=store.people.cleo.user_id).update(language="de")

    html = at(store.people.cleo).get(f"{LISTS['cleo']}{billed}/").content.decode()

    for text in ("Ihr Preis", "75,00\u00a0€", "Laufzeit und Abrechnung", "Nächste Abrechnung",
                 "1. Apr. 2026 · 75,00\u00a0€", "Begonnen, Laufzeit bis 1. März 2027"):  # fmt: skip
        assert text in html
    assert "Vertrag" not in html
