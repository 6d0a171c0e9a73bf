"""Who has the units of a resource: asked before there are fewer of them.

Units are handed to people by a package above this one, which says so by `kept_by`; while none does, all are free.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from entrepot.domain.subscriptions.errors import OrderRefused

NAMED_MAX = 10


class SeatBook(Protocol):
    """What is known of the units that people have."""

    def holders(self, *, subscription_id: int, resource_id: int) -> Sequence[str]:
        """Name who has a unit of the resource, one entry for each unit, in an order that people can find."""


_books: list[SeatBook] = []


def kept_by(book: SeatBook) -> None:
    """Ask this book from now on; naming it a second time changes nothing."""
    if book not in _books:
        _books.append(book)


def require_free_seats(
    *, number: str, subscription_id: int, resource_id: int, quantity: Decimal
) -> None:
    """Refuse a quantity below the units that people have, with their names. Raises: OrderRefused `seats_assigned`."""
    holders = [
        name
        for book in _books
        for name in book.holders(subscription_id=subscription_id, resource_id=resource_id)
    ]
    if quantity >= len(holders):
        return
    names = ", ".join(holders[:NAMED_MAX]) + (" …" if len(holders) > NAMED_MAX else "")
    raise OrderRefused(
        "seats_assigned",
        "{count} units of {object} are assigned: {names}.",
        object=number,
        field="quantity",
        next_step="Take some away from these people first, or keep {count} units.",
        count=len(holders),
        names=names,
    )
