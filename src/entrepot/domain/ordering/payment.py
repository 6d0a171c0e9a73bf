"""Under which condition orders go on without anybody noting a payment: a port, behind it terms and credit limits.

Another way to pay (a card, a deposit) brings a condition of its own and puts it in place with `use`; whatever it
lets wait, staff can still mark as paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from entrepot.domain.ordering.rules import is_within_credit
from entrepot.infra.db.prepared import prepared_batch
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.ordering"


@dataclass(frozen=True, slots=True)
class Payable:
    """An order as a condition sees it: what its first bill takes, without tax, in the currency of the account."""

    order_id: int
    amount: Decimal


class PaymentCondition(Protocol):
    """Decides which orders wait for payment."""

    def go_on(self, orders: Sequence[Payable], *, billing_account_id: int) -> frozenset[int]:
        """Return the ids of the orders of one billing account that go on now; the others wait for payment.

        Called in the transaction that moves the orders, which are locked or new; two callers at once must not both
        spend the same room.
        """
        ...


class OnTerms:
    """Accounts on terms: what fits beside what is owed, charged and ordered goes on; without a limit, everything."""

    def go_on(self, orders: Sequence[Payable], *, billing_account_id: int) -> frozenset[int]:
        """Fill the room in the order given; what comes later counts what waits before it. Locks the account."""
        account = {"billing_account_id": billing_account_id}
        but = {**account, "but_ids": [order.order_id for order in orders]}
        (((limit,),), ((owed, ordered),)) = prepared_batch(
            (statement(_PACKAGE, "lock_credit"), account),
            (statement(_PACKAGE, "room_for_orders"), but),
        )
        fits: set[int] = set()
        taken = Decimal(ordered)
        for order in orders:
            if is_within_credit(limit=limit, owed=owed, ordered=taken, amount=order.amount):
                fits.add(order.order_id)
            taken += order.amount
        return frozenset(fits)


_in_use: list[PaymentCondition] = [OnTerms()]


def condition() -> PaymentCondition:
    """Return the condition that new and approved orders meet."""
    return _in_use[-1]


def use(other: PaymentCondition) -> PaymentCondition:
    """Put a condition in the place of the one in use, for this process; return that one."""
    before = condition()
    _in_use[-1] = other
    return before
