"""How often an order goes to the database: it decides how many orders a second can be placed."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.flows.orders import estimate_order, place_order
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ESTIMATE_MAX = 5
PLACE_MAX = 30


def _counted(act: Callable[[], Any]) -> tuple[Any, int]:
    """Do something and count how often it goes to the database, without the savepoint around a test's transaction."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "SAVEPOINT" not in sql:
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        result = act()
    return result, len(seen)


def _statements(store: Shop, lines: int) -> tuple[int, int]:
    cart = Cart(
        store.people.cleo.account_id,
        [Line(store.period, {store.seat: Decimal(place + 1)}) for place in range(lines)],
    )
    seen, estimating = _counted(lambda: estimate_order(cart, now=NOW))
    placed, placing = _counted(
        lambda: place_order(
            cart, request_key=f"{lines}", confirmed=seen.total.first, actor=SETUP, now=NOW
        )
    )
    codes = Order.objects.filter(pk__in=placed).values_list("code", flat=True)
    assert list(codes) == [Code.COMPLETED] * lines
    return estimating, placing


def test_a_cart_goes_to_the_database_once_more_for_each_further_line_only(db):
    store = shop()
    # The first cart prepares what later ones use.
    _statements(store, 4)
    (estimate_one, one), (estimate_three, three) = _statements(store, 1), _statements(store, 3)

    assert estimate_one == estimate_three <= ESTIMATE_MAX
    assert one <= PLACE_MAX
    # The fact that another system gets of each subscription that starts.
    assert three - one == 2
