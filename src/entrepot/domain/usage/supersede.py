"""What a newer usage file changes: the difference to what was known, rounded cumulatively; pure.

Source: decision 19. A new file for the same provider, period and sub-account supersedes the old
one and bills the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True, order=True)
class TotalKey:
    """What one running total is about; `charge_month` is its first day."""

    subscription_id: int
    sku_id: str
    charge_month: date
    tier: int
    currency: str


@dataclass(frozen=True, slots=True)
class Running:
    """The whole of a key as far as the valid files tell; `amount` is not rounded."""

    lines: int
    quantity: Decimal
    cost: Decimal
    amount: Decimal


NOTHING = Running(lines=0, quantity=Decimal(0), cost=Decimal(0), amount=Decimal(0))


@dataclass(frozen=True, slots=True)
class Difference:
    """A key whose running total changed, from `before` to `after`."""

    key: TotalKey
    before: Running
    after: Running

    @property
    def quantity(self) -> Decimal:
        """The quantity to add (or, below zero, to take back)."""
        return _EXACT.subtract(self.after.quantity, self.before.quantity)

    @property
    def cost(self) -> Decimal:
        """The cost to add (or, below zero, to take back)."""
        return _EXACT.subtract(self.after.cost, self.before.cost)

    def charge(self, *, round_amount: Callable[[Decimal, str], Decimal]) -> Decimal:
        """Give round(after) - round(before), `round_amount` being given amount and currency.

        Whatever number of files came in between, the charges of a key therefore add up to the
        rounded newest total. Zero makes no invoice line.
        """
        after = round_amount(self.after.amount, self.key.currency)
        return _EXACT.subtract(after, round_amount(self.before.amount, self.key.currency))


def differences(
    *, before: Mapping[TotalKey, Running], after: Iterable[tuple[TotalKey, Running]]
) -> Iterator[Difference]:
    """Compare running totals: first the keys of `after` in its order, then those that vanished.

    A key that is the same before and after gives nothing, so the same file again changes nothing.
    A key that vanished goes back to zero. `after` names each key once and may be a stream.

    Raises: ValueError if `after` names a key twice.
    """
    seen: set[TotalKey] = set()
    for key, running in after:
        if key in seen:
            raise ValueError(f"{key} is given twice")
        seen.add(key)
        known = before.get(key, NOTHING)
        if running != known:
            yield Difference(key=key, before=known, after=running)
    for key in sorted(before.keys() - seen):
        if before[key] != NOTHING:
            yield Difference(key=key, before=before[key], after=NOTHING)
