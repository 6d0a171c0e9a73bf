"""The provider orders for its direct customers, and for nobody else."""

import re

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.resale.commands import open_chain
from tests.domain.resale.shop import DAILY
from tests.support.people import SETUP, account
from tests.web.marketplace.conftest import NOW, Mall
from tests.web.marketplace.test_marketplace import _text


def test_the_provider_orders_for_a_direct_customer_at_its_own_price(mall: Mall) -> None:
    people = mall.shop.people
    dora = account(AccountKind.CUSTOMER, people.harbor.account_id, "Dora Dairy")
    open_chain(
        customer_id=dora,
        market="DE",
        open_missing=DAILY,
        actor=SETUP,
        now=NOW,
        today=NOW.date(),
    )
    client = mall.browser(people.harbor)
    chooser = _text(client.get("/provider/cart/customer/"))
    assert "Dora Dairy" in chooser
    assert "Cleo Clinics" not in chooser
    assert "For our own use" not in chooser
    # Whom somebody else sells to, a reseller, and the provider itself are not bought for.
    for stranger in (people.cleo, people.ria, people.harbor):
        answer = client.post("/provider/cart/customer/", {"account": stranger.account_id})
        assert answer.status_code == 404

    assert "Dora Dairy" in _text(client.get(f"/provider/marketplace/{mall.shop.plan}/?for={dora}"))
    form = {"for": dora, "period": mall.shop.period, f"units-{mall.shop.seat}": "2"}
    client.post(f"/provider/marketplace/{mall.shop.plan}/add/", form)
    page = client.get("/provider/cart/")
    # Cost 10 + 10 %.
    assert "Order for €22.00" in _text(page)
    seen = dict(re.findall(r'name="(key|confirmed)" value="([^"]*)"', page.content.decode()))
    assert client.post("/provider/cart/order/", seen).status_code == 302
    [order] = Order.objects.all()
    assert (order.customer_id, order.seller_id) == (dora, people.harbor.account_id)
    assert f"marketplace/?for={dora}" in client.get(f"/provider/customers/{dora}/").content.decode()
