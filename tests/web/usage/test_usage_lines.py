"""The usage lines of a subscription, with what they cost on the reader's own tier."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Invoice
from entrepot.domain.resale.commands import Band
from entrepot.flows.bill import bill
from entrepot.flows.usage_import import set_own_sku_price
from entrepot.flows.wiring import usage_store
from tests.support.people import SETUP
from tests.web.usage.conftest import MAY, NOW
from tests.web.usage.test_usage_imports import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_lines_have_the_amounts_of_the_readers_own_sale_and_a_sum(sign_in, store, used):
    # 100 dollars x 0.8 = 80 euro; Harbor takes 10%: 88.00, Ria 20% more: 105.60, Sven nothing.
    lines = f"/subscriptions/{used}/usage/?sku=VM-1&month=2026-05"

    provider = text_of(sign_in().get(f"/provider{lines}"))
    assert "150 hours €88.00 – $100.00 Sum 1 line 150 hours €88.00 $100.00" in provider
    reseller = text_of(sign_in(store.people.ria.account_id).get(f"/reseller{lines}"))
    assert "150 hours €105.60 Sum 1 line 150 hours €105.60" in reseller
    assert "88.00" not in reseller
    assert "$100.00" not in reseller


def why(client, panel, buyer):
    """Open "Why" of the line of a buyer's invoice with use; give its text and the address of the usage lines."""
    number = Invoice.objects.filter(buyer_id=buyer).latest("id").id
    list_url = "invoices/issued" if panel == "reseller" else "invoices"
    answer = client.get(f"/{panel}/{list_url}/{number}/?why=1")
    found = re.search(r'href="([^"]*/usage/[^"]+)">usage lines', answer.content.decode())
    return text_of(answer), found[1].replace("&amp;", "&") if found else ""


def test_an_invoice_says_how_use_was_priced_to_the_seller_and_to_the_buyer_only_the_price(
    sign_in, store, used
):
    people = store.people
    # Ria sells an hour for 0.5 euro: 150 x 0.5 = 75 euro, of which she pays Harbor 88.
    set_own_sku_price(
        seller_id=people.ria.account_id,
        provider_name="Stratus",
        sku_id="VM-1",
        pricing_unit="Hours",
        currency="EUR",
        bands=[Band(Decimal(0), Decimal("0.5"))],
        valid_from=MAY,
        store=usage_store(),
        actor=SETUP,
        now=NOW,
        business_date=NOW.date(),
    )
    bill(now=NOW, today=NOW.date(), actor_name="test", until=date(2026, 6, 2))

    hanna = sign_in()
    provider, lines = why(hanna, "provider", people.ria.account_id)
    assert "150 hours of VM-1, cost $100.00, your margin of 10% on cost; usage lines" in provider
    assert hanna.get(lines).status_code == 200
    ria = sign_in(people.ria.account_id)
    seller, lines = why(ria, "reseller", people.sven.account_id)
    assert "150 hours of VM-1, €0.50 per hour, cost €88.00; usage lines" in seller
    assert "€75.00" in text_of(ria.get(lines))
    assert "$100" not in seller
    number = Invoice.objects.filter(buyer_id=people.ria.account_id).latest("id").id
    bought = text_of(ria.get(f"/reseller/invoices/{number}/?why=1"))
    assert "150 hours of VM-1; usage lines" in bought
    assert "margin of" not in bought
