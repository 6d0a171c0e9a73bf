"""What is known of a sale before it is made: the buyer, the sellers above it, and what it may buy.

Read at once and handed on, because estimating, checking and adding all need it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.db.prepared import prepared_batch
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind

_PACKAGE = "entrepot.domain.subscriptions"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the chain: who sells on which account; tier 1 is the provider's sale."""

    chain_id: int
    tier: int
    seller_id: int
    billing_account_id: int
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True)
class SoldResource:
    """A resource of a plan; `included` units per unit of the plan are free before overuse.

    An order asks for `minimum` units at least and `maximum` at most, None is no bound.
    """

    id: int
    included: Decimal
    is_measured: bool
    minimum: Decimal | None
    maximum: Decimal | None


@dataclass(frozen=True, slots=True)
class SoldPeriod:
    """A plan for one of its periods; `is_sold` tells whether the last seller sells it and the period is open."""

    id: int
    term_months: int
    billing_months: int
    trial_days: int
    grace_days: int
    is_sold: bool
    plan_id: int
    plan_name: str
    is_usage: bool
    tax_category_id: int
    resources: tuple[SoldResource, ...]


@dataclass(frozen=True, slots=True)
class Sale:
    """A buyer with its chain: `chains` says how many it has; `chain_id` and `tiers` are those of the first.

    Both are None and empty for a buyer without one.
    """

    customer_id: int
    tenant_id: int
    path: str
    name: str
    is_reseller: bool
    chains: int
    chain_id: int | None
    tiers: tuple[Tier, ...]
    periods: Mapping[int, SoldPeriod]

    @property
    def last(self) -> Tier:
        """Give the sale to the buyer itself; only for a chain with sellers."""
        return self.tiers[-1]


def read_sale(
    *,
    customer_id: int,
    plan_period_ids: Iterable[int],
    chain_id: int | None = None,
    keep_buyer: bool = False,
) -> Sale:
    """Read what a sale to a customer needs; `chain_id` None reads all chains. Sent at once.

    `keep_buyer` keeps the account as it is read until the transaction ends; what makes it a reseller waits.
    Raises: NoSuchObject for an unknown customer or plan period.
    """
    wanted = sorted(set(plan_period_ids))
    lock = (statement(_PACKAGE, "lock_buyer"), {"customer_id": customer_id})
    *_, rows, offered = prepared_batch(
        *([lock] if keep_buyer else []),
        (
            statement(_PACKAGE, "sale_sellers"),
            {"customer_id": customer_id, "chain_id": chain_id},
        ),
        (
            statement(_PACKAGE, "sale_periods"),
            {"customer_id": customer_id, "period_ids": wanted},
        ),
    )
    if not rows:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{customer_id}")
    tenant_id, path, name, is_reseller, first = rows[0][:5]
    return Sale(
        customer_id=customer_id,
        tenant_id=tenant_id,
        path=path,
        name=name,
        is_reseller=is_reseller,
        chains=len({row[4] for row in rows} - {None}),
        chain_id=first,
        tiers=tuple(Tier(*row[4:]) for row in rows if row[4] == first and row[5] is not None),
        periods=_periods(wanted, offered),
    )


def _periods(period_ids: list[int], rows: list[Any]) -> Mapping[int, SoldPeriod]:
    found = {}
    for period_id, lines in groupby(rows, key=lambda row: int(row[0])):
        known = list(lines)
        resources = tuple(SoldResource(*row[10:]) for row in known if row[10] is not None)
        facts: tuple[Any, ...] = (*known[0][:10], resources)
        found[period_id] = SoldPeriod(*facts)
    if set(period_ids) - set(found):
        raise NoSuchObject(object="plan period")
    return found
