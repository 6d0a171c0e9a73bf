"""Terms that end soon: what renews by itself and what ends; the same rows as the list's views (decision 25)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.home.run import rows
from entrepot.kernel.money import Money

WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class RenewalDay:
    """How many terms end on a day, by what happens then."""

    day: date
    renewing: int
    ending: int


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """One term that ends soon. `price` is that of the own tier, None for people who see no prices."""

    subscription_id: int
    customer_name: str
    plan_name: str
    quantity: Decimal
    renews: bool
    term_end: date
    price: Money | None


@dataclass(frozen=True, slots=True)
class Renewals:
    """Every day from today on for `WITHIN_DAYS` days, and the dearest terms among them."""

    days: tuple[RenewalDay, ...]
    largest: tuple[RenewalRow, ...]

    @property
    def renewing(self) -> int:
        """Count the terms that renew by themselves."""
        return sum(day.renewing for day in self.days)

    @property
    def ending(self) -> int:
        """Count the terms that end."""
        return sum(day.ending for day in self.days)


def renewals_sold(viewer: Viewer, *, limit: int) -> Renewals:
    """Return the terms of the account's own sales that end within 30 days. Two queries."""
    today, until = viewer.today, viewer.today + timedelta(days=WITHIN_DAYS)
    found = {
        day: (renewing, ending)
        for day, renewing, ending in rows(
            "renewals_by_day", seller=viewer.account_id, today=today, until=until
        )
    }
    every = (today + timedelta(days=ahead) for ahead in range(WITHIN_DAYS + 1))
    sees_prices = viewer.can(Capability.VIEW_PRICES)
    largest = rows("renewals_largest", seller=viewer.account_id, until=until, most=limit)
    return Renewals(
        days=tuple(RenewalDay(day, *found.get(day, (0, 0))) for day in every),
        largest=tuple(_row(row, sees_prices) for row in largest),
    )


def renewals_bought(viewer: Viewer, *, limit: int) -> tuple[RenewalRow, ...]:
    """Return the account's own subscriptions whose terms end within 30 days, the next first. One query."""
    until = viewer.today + timedelta(days=WITHIN_DAYS)
    found = rows("renewals_bought", customer=viewer.account_id, until=until, most=limit)
    sees_prices = viewer.can(Capability.VIEW_PRICES)
    return tuple(_row(row, sees_prices) for row in found)


def _row(row: tuple[Any, ...], sees_prices: bool) -> RenewalRow:
    number, customer, plan, quantity, renews, term_end, currency, price = row
    is_known = sees_prices and price is not None
    money = Money.rounded(price, currency=currency) if is_known else None
    return RenewalRow(number, customer, plan, quantity, renews, term_end, money)
