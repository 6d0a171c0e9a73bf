"""The usage lines of a subscription, with what they cost on the reader's own tier."""

import pytest

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
