"""What a run's documents come to, named by who sold to whom."""

from datetime import date

import pytest

from entrepot.domain.billing.queries.run_totals import run_totals
from entrepot.domain.parties.kinds import AccountKind
from entrepot.flows.bill import bill
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW


@pytest.fixture
def store(transactional_db) -> Shop:
    return shop()


def test_every_sale_is_named_by_its_seller_and_buyer(store):
    store.subscribe("5")
    day: date = START
    bill(now=NOW, today=day, actor_name="test", until=day)

    totals = run_totals(store.people.harbor.viewer(), first_day=day, day=day)

    # Harbor sells to Ria, Ria to Sven below it, Sven to Cleo.
    assert [(row.seller_depth, row.buyer_kind, row.documents) for row in totals.rows] == [
        (0, AccountKind.RESELLER, 1),
        (1, AccountKind.RESELLER, 1),
        (2, AccountKind.CUSTOMER, 1),
    ]
