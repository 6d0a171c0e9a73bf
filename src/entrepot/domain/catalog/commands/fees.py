"""Vendor prices kept by hand: what a period, a setup or overuse costs the provider, and the retail price."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from entrepot.domain.catalog.commands.rows import locked
from entrepot.domain.catalog.errors import CatalogInput
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice, PlanPeriod, PlanResource
from entrepot.domain.catalog.spans import placement
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.money import exponent, quantize_unit_price

MARKET_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A price of one unit: setup once, recurring each billing period, overuse for measured units beyond the included.

    What billing charges flat for each unit; it knows no renewal fee and no steps by quantity for these.
    """

    plan_period_id: int
    resource_id: int
    kind: PriceKind
    market: str
    currency: str
    unit_cost: Decimal
    retail_price: Decimal


def set_fee(
    *, fee: Fee, valid_from: date, business_date: date, actor: Actor, now: datetime
) -> bool:
    """Let a vendor price hold from a day on until what is scheduled after it; tell whether anything changed.

    Running terms keep what was agreed for them.
    Raises: NoSuchObject; CatalogInput; kernel MoneyError.
    """
    market = _checked(fee, valid_from, business_date)
    amounts = {
        "unit_cost": quantize_unit_price(fee.unit_cost),
        "retail_price": quantize_unit_price(fee.retail_price),
    }
    with transaction.atomic():
        period = locked(PlanPeriod, pk=fee.plan_period_id, kind="plan_period")
        goods = PlanResource.objects.filter(plan_id=period.plan_id, resource_id=fee.resource_id)
        resource = goods.select_related("resource").first()
        if resource is None:
            raise NoSuchObject(object="resource")
        _check_kind(fee, is_measured=resource.resource.is_measured)
        key = {
            "plan_period_id": fee.plan_period_id,
            "resource_id": fee.resource_id,
            "kind": fee.kind,
            "market": market,
            "currency": fee.currency,
        }
        rows = CatalogPrice.objects.filter(**key)
        open_rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
        found = placement(open_rows, values=amounts, day=valid_from)
        if found is None:
            return False
        old = found.before
        if old is not None and old.valid_from == valid_from:
            rows.filter(pk=old.pk).delete()
        elif old is not None:
            rows.filter(pk=old.pk).update(valid_to=valid_from)
        CatalogPrice.objects.create(
            **key,
            **amounts,
            listed_cost=amounts["unit_cost"],
            listed_retail=amounts["retail_price"],
            valid_from=valid_from,
            valid_to=found.until,
        )
        record(
            actor=actor,
            now=now,
            action="vendor_price_set",
            object_kind="plan",
            object_id=period.plan_id,
            tenant_id=None,
            before={name: str(getattr(old, name)) for name in amounts} if old else {},
            after={
                **{name: str(value) for name, value in (key | amounts).items()},
                "valid_from": valid_from.isoformat(),
            },
        )
    return True


def _checked(fee: Fee, day: date, business_date: date) -> str:
    exponent(fee.currency)
    market = fee.market.strip().upper()
    if not market.isascii() or not market.isalnum() or len(market) > MARKET_MAX:
        raise CatalogInput(
            "market_malformed",
            "A market is named by letters and digits, such as DE.",
            field="market",
            next_step="Use the market of the chains that are to sell it.",
        )
    if fee.unit_cost < 0 or fee.retail_price < 0:
        raise CatalogInput(
            "fee_negative",
            "A price cannot be below zero.",
            field="unit_cost" if fee.unit_cost < 0 else "retail_price",
            next_step="Give zero or more.",
        )
    if day < business_date:
        raise CatalogInput(
            "fee_in_the_past",
            "{day} is billed already.",
            field="valid_from",
            next_step="Choose {first} or a later day.",
            day=day,
            first=business_date,
        )
    return market


def _check_kind(fee: Fee, *, is_measured: bool) -> None:
    """Refuse what billing would never charge: overuse of what is not measured, and pay as you go, which is a factor."""
    if fee.kind is PriceKind.USAGE or (fee.kind is PriceKind.OVERUSE and not is_measured):
        raise CatalogInput(
            "fee_not_billed",
            "Billing would never charge this price.",
            field="kind",
            next_step="Overuse needs a measured resource; pay as you go is priced by margins.",
        )
