"""The orders of one subscription, as the card of its page names them."""

from dataclasses import dataclass

from entrepot.domain.ordering.of_subscription import orders_of
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words

ORDERS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class OrderNamed:
    """One order in words; `url` is empty where its page is not for the reader."""

    kind: str
    number: str
    url: str
    state: str


def named_orders(viewer: Viewer, *, subscription_id: int, is_own: bool) -> list[OrderNamed]:
    """Name the newest orders of a subscription, at most six; `is_own`: the reader's account bought it."""
    return [
        OrderNamed(
            kind=words.kind(one.kind),
            number=one.number,
            url=links.order_url(viewer, one.id, is_bought=is_own),
            state=words.badge_of_code(viewer, one.code),
        )
        for one in orders_of(viewer, subscription_id=subscription_id, limit=ORDERS_SHOWN)
    ]
