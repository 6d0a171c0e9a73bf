"""A reseller orders for itself: at what it pays, found under Account and never among its customers' business."""

import re
from html import unescape
from typing import Any

from entrepot.domain.ordering.models import Order
from entrepot.domain.resale.commands import Terms, open_chain
from entrepot.domain.subscriptions.models import Subscription
from tests.domain.resale.shop import EPOCH
from tests.support.people import SETUP
from tests.web.marketplace.conftest import NOW, Mall


def _text(answer: Any) -> str:
    page = re.sub(r"<(script|style|head).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_reseller_orders_for_itself_and_finds_it_under_account_only(mall: Mall) -> None:
    shop, sven, rex = mall.shop, mall.shop.people.sven, mall.shop.people.rex
    for person in (sven, rex):
        open_chain(
            customer_id=person.account_id,
            market="DE",
            open_missing=Terms(statement_day=0, due_days=14),
            actor=SETUP,
            now=NOW,
            today=EPOCH,
        )
    numbers = []
    # Ria sells seats at 12.00 to Sven, Harbor at 11.00 to Rex.
    for person, amount in ((sven, "€36.00"), (rex, "€33.00")):
        client = mall.browser(person)
        client.post(
            f"/reseller/marketplace/{shop.plan}/add/",
            {"for": person.account_id, "period": shop.period, f"units-{shop.seat}": "3"},
        )
        page = client.get("/reseller/cart/")
        assert f"Order for {amount}" in _text(page)
        form = dict(re.findall(r'name="(key|confirmed)" value="([^"]*)"', page.content.decode()))
        answer = client.post("/reseller/cart/order/", form)
        order = Order.objects.latest("id")
        assert (answer.status_code, order.customer_id) == (302, person.account_id)
        assert Subscription.objects.get(pk=order.subscription_id).is_own
        numbers.append(order.number_text)
        for address, is_there in (
            ("account/orders/", True),
            ("orders/", False),
            ("account/subscriptions/", True),
            ("subscriptions/?tab=all", False),
        ):
            assert ("Mail Basic" in _text(client.get(f"/reseller/{address}"))) is is_there, address
    # Each seller counts its own orders from one.
    assert numbers == ["SO000001", "SO000001"]
