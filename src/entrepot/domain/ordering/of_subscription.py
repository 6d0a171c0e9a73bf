"""The orders of one subscription, as its page names them."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties import access
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer

ORDERS_MAX = 50


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """One order, with where it stands."""

    id: int
    number: str
    kind: OrderKind
    code: Code
    shown: Shown
    placed_at: datetime


def orders_of(viewer: Viewer, *, subscription_id: int, limit: int) -> tuple[NamedOrder, ...]:
    """Give the newest orders of a subscription, at most `limit` (50); none for who sees no orders. One statement."""
    if not viewer.can(Capability.VIEW_ORDERS):
        return ()
    rows = access.visible(viewer, Order).filter(subscription_id=subscription_id).order_by("-id")
    return tuple(
        NamedOrder(
            row.id,
            row.number_text,
            row.kind,
            Code(row.code),
            SHOWN[Code(row.code)],
            row.placed_at,
        )
        for row in rows[: min(max(limit, 1), ORDERS_MAX)]
    )
