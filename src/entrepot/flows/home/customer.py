"""The home page of a customer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.home.owing import Owing, PaidDocument, last_paid, owing_of
from entrepot.flows.home.renewals import RenewalRow, renewals_bought
from entrepot.flows.home.run import rows
from entrepot.kernel.money import Money

SERVICES_SHOWN = 8
RENEWALS_SHOWN = 5
PAID_SHOWN = 2


@dataclass(frozen=True, slots=True)
class MeasuredUse:
    """What was measured of one resource in the running period; beyond `included` it costs extra."""

    name: str
    unit: str
    included: Decimal
    used: Decimal


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in use. `price` is a month's, before tax; None for trials' and for who sees no prices."""

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


@dataclass(frozen=True, slots=True)
class CustomerHome:
    """What a customer's home shows; `services` are the dearest of `service_count`, `sums` of all of them."""

    as_of: date | None
    services: tuple[ServiceRow, ...]
    service_count: int
    sums: tuple[Money, ...]
    owing: tuple[Owing, ...]
    paid: tuple[PaidDocument, ...]
    renewals: tuple[RenewalRow, ...]


def customer_home(viewer: Viewer) -> CustomerHome:
    """Read the home of a customer: at most ten queries, whatever it uses."""
    as_of = last_completed_day()
    sees_prices = viewer.can(Capability.VIEW_PRICES)
    totals = rows("service_sums", customer=viewer.account_id)
    sees_bills = as_of is not None and viewer.can(Capability.VIEW_INVOICES)
    return CustomerHome(
        as_of=as_of,
        services=_services(viewer, sees_prices=sees_prices),
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
        renewals=renewals_bought(viewer, limit=RENEWALS_SHOWN),
    )


def _services(viewer: Viewer, *, sees_prices: bool) -> tuple[ServiceRow, ...]:
    found = rows(
        "services", customer=viewer.account_id, language=viewer.language, most=SERVICES_SHOWN
    )
    used: dict[int, list[MeasuredUse]] = {}
    numbers = [row[0] for row in found]
    for number, *facts in rows("measured_use", subscriptions=numbers, language=viewer.language):
        used.setdefault(number, []).append(MeasuredUse(*facts))
    return tuple(_service(row, tuple(used.get(row[0], ())), sees_prices) for row in found)


def _service(row: tuple[Any, ...], used: tuple[MeasuredUse, ...], sees_prices: bool) -> ServiceRow:
    number, name, icon, status, bought, unit, unit_en, is_usage, currency, price = row
    is_known = sees_prices and price is not None
    money = Money.rounded(price, currency=currency) if is_known else None
    return ServiceRow(number, name, icon, status, bought, unit, unit_en, is_usage, money, used)
