"""The home page of a customer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.ordering.queries import OrderFilter, OrderRow, list_orders
from entrepot.domain.parties.people import count_people
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.offers import Offer
from entrepot.domain.seats.queries import PersonService, own_services
from entrepot.flows.home.owing import Owing, PaidDocument, last_paid, owing_of
from entrepot.flows.home.picks import picks_for
from entrepot.flows.home.renewals import RenewalRow, renewals_bought
from entrepot.flows.home.run import rows
from entrepot.kernel.money import Money

SERVICES_SHOWN = 8
RENEWALS_SHOWN = 5
PAID_SHOWN = 2
ORDERS_SHOWN = 4
PICKS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class MeasuredUse:
    """What was measured of one resource in the running period; beyond `included` it costs extra."""

    name: str
    unit: str
    included: Decimal
    used: Decimal


@dataclass(frozen=True, slots=True)
class SeatsInUse:
    """Units of a resource that people have; `used` is what the vendor says, None where it does not."""

    resource_id: int
    bought: Decimal
    assigned: int
    used: Decimal | None


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in use. `price` is a month's, before tax; None for trials' and for who sees no prices.

    `seats` is None where nothing but measured resources was bought.
    """

    subscription_id: int
    name: str
    icon: str
    status: str
    bought: Decimal
    unit: str
    unit_en: str
    is_usage: bool
    price: Money | None
    measured: tuple[MeasuredUse, ...]
    seats: SeatsInUse | None


@dataclass(frozen=True, slots=True)
class CustomerHome:
    """What a customer's home shows; `services` are the dearest of `service_count`, `sums` of all of them.

    `people` counts up to 10,000 and is None, as everything else is empty, for who may not see it. `mine` are services
    that the person who looks has, for who does not see those of the account. `under_way` are the newest open orders.
    """

    as_of: date | None
    services: tuple[ServiceRow, ...]
    service_count: int
    sums: tuple[Money, ...]
    owing: tuple[Owing, ...]
    paid: tuple[PaidDocument, ...]
    renewals: tuple[RenewalRow, ...]
    mine: tuple[PersonService, ...]
    people: int | None
    under_way: tuple[OrderRow, ...]
    picks: tuple[Offer, ...]


def customer_home(viewer: Viewer, *, now: datetime) -> CustomerHome:
    """Read the home of a customer in a number of queries that does not depend on what it has."""
    as_of = last_completed_day()
    sees_prices = viewer.can(Capability.VIEW_PRICES)
    sees_services = viewer.can(Capability.VIEW_SUBSCRIPTIONS)
    totals = rows("service_sums", customer=viewer.account_id) if sees_services else []
    sees_bills = as_of is not None and viewer.can(Capability.VIEW_INVOICES)
    return CustomerHome(
        as_of=as_of,
        services=_services(viewer, sees_prices=sees_prices) if sees_services else (),
        service_count=sum(count for _currency, count, _price in totals),
        sums=tuple(
            Money.rounded(price, currency=currency)
            for currency, _count, price in totals
            if sees_prices and currency is not None
        ),
        owing=owing_of(viewer, as_of=as_of) if sees_bills and as_of is not None else (),
        paid=last_paid(viewer, as_of=as_of, limit=PAID_SHOWN)
        if sees_bills and as_of is not None
        else (),
        renewals=renewals_bought(viewer, limit=RENEWALS_SHOWN) if sees_services else (),
        mine=()
        if sees_services
        else own_services(user_id=viewer.user_id, account_id=viewer.account_id),
        people=count_people(viewer, account_id=viewer.account_id)
        if viewer.can(Capability.VIEW_USERS)
        else None,
        under_way=_under_way(viewer) if viewer.can(Capability.VIEW_ORDERS) else (),
        picks=picks_for(viewer, limit=PICKS_SHOWN, now=now) if sees_services else (),
    )


def _under_way(viewer: Viewer) -> tuple[OrderRow, ...]:
    wanted = OrderFilter(side=Side.BOUGHT, is_open=True)
    return list_orders(viewer, wanted=wanted, limit=ORDERS_SHOWN).rows


def _services(viewer: Viewer, *, sees_prices: bool) -> tuple[ServiceRow, ...]:
    found = rows(
        "services", customer=viewer.account_id, language=viewer.language, most=SERVICES_SHOWN
    )
    used: dict[int, list[MeasuredUse]] = {}
    numbers = [row[0] for row in found]
    for number, *facts in rows("measured_use", subscriptions=numbers, language=viewer.language):
        used.setdefault(number, []).append(MeasuredUse(*facts))
    given = rows("seats_in_use", subscriptions=numbers, on_day=viewer.today)
    seats = {number: SeatsInUse(*facts) for number, *facts in given}
    return tuple(
        _service(row, tuple(used.get(row[0], ())), seats.get(row[0]), sees_prices) for row in found
    )


def _service(
    row: tuple[Any, ...],
    used: tuple[MeasuredUse, ...],
    seats: SeatsInUse | None,
    sees_prices: bool,
) -> ServiceRow:
    number, name, icon, status, bought, unit, unit_en, is_usage, currency, price = row
    is_known = sees_prices and price is not None
    money = Money.rounded(price, currency=currency) if is_known else None
    return ServiceRow(
        number, name, icon, status, bought, unit, unit_en, is_usage, money, used, seats
    )
