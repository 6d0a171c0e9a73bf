"""Vendor prices kept by hand: what a period, a setup, a renewal or overuse costs the provider, and the retail price."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.db.models import Q

from entrepot.domain.catalog.commands.rows import locked
from entrepot.domain.catalog.errors import CatalogInput
from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.models import CatalogPrice, PlanPeriod, PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.money import exponent, quantize_unit_price

MARKET_MAX = 20
LEVELS_MAX = 10
LIMIT_MAX = Decimal(10**12)
LIMIT_DECIMALS = 6
_LEVELED = frozenset({PriceKind.RECURRING, PriceKind.OVERUSE})


@dataclass(frozen=True, slots=True)
class FeeLevel:
    """Cost and recommended retail price of one unit above a limit, up to that of the next level."""

    lower_limit: Decimal
    unit_cost: Decimal
    retail_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A price of one unit, by levels of the quantity or with one level from 0 on.

    Setup once, renewal with each later term, recurring each billing period, overuse for measured units beyond the
    included. Setup and renewal are flat.
    """

    plan_period_id: int
    resource_id: int
    kind: PriceKind
    market: str
    currency: str
    levels: tuple[FeeLevel, ...]
    model: PriceModel = PriceModel.FLAT


def set_fee(
    *, fee: Fee, valid_from: date, business_date: date, actor: Actor, now: datetime
) -> bool:
    """Let a vendor price hold from a day on until what is scheduled after it; tell whether anything changed.

    Running terms keep what was agreed for them. How a price counts units stays as its first one does.
    Raises: NoSuchObject; CatalogInput; kernel MoneyError.
    """
    market = _checked(fee, valid_from, business_date)
    wanted = [_amounts(one) for one in fee.levels]
    with transaction.atomic():
        period = locked(PlanPeriod, pk=fee.plan_period_id, kind="plan_period")
        goods = PlanResource.objects.filter(plan_id=period.plan_id, resource_id=fee.resource_id)
        resource = goods.select_related("resource", "plan").first()
        if resource is None:
            raise NoSuchObject(object="resource")
        _check_kind(fee, is_measured=resource.resource.is_measured)
        _check_model(fee, resource)
        key = {
            "plan_period_id": fee.plan_period_id,
            "resource_id": fee.resource_id,
            "kind": fee.kind,
            "market": market,
            "currency": fee.currency,
            "model": fee.model,
        }
        rows = CatalogPrice.objects.filter(**key)
        old = list(
            rows.filter(
                Q(valid_to=None) | Q(valid_to__gt=valid_from), valid_from__lte=valid_from
            ).order_by("lower_limit")
        )
        if [_amounts(one) for one in old] == wanted:
            return False
        later = rows.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        ends = [one.valid_to for one in old if one.valid_to]
        until = min([*ends, later.valid_from] if later else ends, default=None)
        now_or_before = rows.filter(pk__in=[one.pk for one in old])
        now_or_before.filter(valid_from=valid_from).delete()
        now_or_before.update(valid_to=valid_from)
        CatalogPrice.objects.bulk_create(
            CatalogPrice(
                **key,
                **amounts,
                listed_cost=amounts["unit_cost"],
                listed_retail=amounts["retail_price"],
                valid_from=valid_from,
                valid_to=until,
            )
            for amounts in wanted
        )
        record(
            actor=actor,
            now=now,
            action="vendor_price_set",
            object_kind="plan",
            object_id=period.plan_id,
            tenant_id=None,
            before={"levels": [_facts(_amounts(one)) for one in old]} if old else {},
            after={
                **{name: str(value) for name, value in key.items()},
                "levels": [_facts(amounts) for amounts in wanted],
                "valid_from": valid_from.isoformat(),
            },
        )
    return True


def _amounts(level: FeeLevel | CatalogPrice) -> dict[str, Decimal]:
    return {
        "lower_limit": level.lower_limit,
        "unit_cost": quantize_unit_price(level.unit_cost),
        "retail_price": quantize_unit_price(level.retail_price),
    }


def _facts(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in amounts.items()}


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
    for one in fee.levels:
        if one.unit_cost < 0 or one.retail_price < 0:
            raise CatalogInput(
                "fee_negative",
                "A price cannot be below zero.",
                field="unit_cost" if one.unit_cost < 0 else "retail_price",
                next_step="Give zero or more.",
            )
    _check_levels(fee)
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


def _check_levels(fee: Fee) -> None:
    limits = [one.lower_limit for one in fee.levels]
    is_ordered = limits[:1] == [Decimal(0)] and all(
        low < high < LIMIT_MAX and high == round(high, LIMIT_DECIMALS)
        for low, high in pairwise(limits)
    )
    if not is_ordered or len(limits) > LEVELS_MAX:
        raise CatalogInput(
            "fee_levels_unordered",
            "Levels begin with the first unit and follow one another, {most} at most.",
            field="levels",
            next_step="Give each level after the first a larger number of units than the one before.",
            most=LEVELS_MAX,
        )
    if (fee.model is PriceModel.FLAT) != (len(limits) == 1):
        raise CatalogInput(
            "fee_levels_missing",
            "A flat price has one level, a tiered or volume price two or more.",
            field="model",
            next_step="Add a level, or choose a flat price.",
        )


def _check_model(fee: Fee, goods: PlanResource) -> None:
    """Refuse levels where billing or price lists know none, and another model than the first price has."""
    is_listed = goods.resource.code == f"{goods.plan.product_code}:{goods.plan.sku_code}"
    if fee.model is not PriceModel.FLAT and (is_listed or fee.kind not in _LEVELED):
        raise CatalogInput(
            "fee_levels_unusable",
            "Only recurring and overuse prices that no price list sets can have levels.",
            field="model",
            next_step="Choose a flat price.",
        )
    known = CatalogPrice.objects.filter(
        plan_period_id=fee.plan_period_id, resource_id=fee.resource_id, kind=fee.kind
    ).first()
    if known is not None and known.model != fee.model:
        raise CatalogInput(
            "fee_model_fixed",
            "How this price counts units cannot change: it was {model} from the first one on.",
            field="model",
            next_step="Keep it, or make a new period or plan.",
            model=known.model.value,
        )


def _check_kind(fee: Fee, *, is_measured: bool) -> None:
    """Refuse what billing would never charge: overuse of what is not measured, and pay as you go, which is a factor."""
    if fee.kind is PriceKind.USAGE or (fee.kind is PriceKind.OVERUSE and not is_measured):
        raise CatalogInput(
            "fee_not_billed",
            "Billing would never charge this price.",
            field="kind",
            next_step="Overuse needs a measured resource; pay as you go is priced by margins.",
        )
