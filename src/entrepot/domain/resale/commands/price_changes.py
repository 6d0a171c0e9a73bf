"""The price manager's writes: an own price or a level's margin from a day on, and what is scheduled taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanPeriod, PlanResource
from entrepot.domain.catalog.spans import placement
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands.prices import (
    below_cost,
    check_day,
    check_level,
    check_margin,
    is_unusual,
    lock_seller,
    refuse_levels,
    unit_price_of,
    unusual_margin,
)
from entrepot.domain.resale.commands.spans import RowModel, put, take_back
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput
from entrepot.domain.resale.models import MarginBasis, MarginRule, SellerPrice
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What an own price is for: a resource of a plan period, what is charged, and the currency of the sale."""

    plan_period_id: int
    resource_id: int
    kind: PriceKind
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a margin is for: one plan, one sales category, one vendor, or everything."""

    plan_id: int | None = None
    sales_category_id: int | None = None
    vendor_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """A percentage on the seller's cost or on the recommended retail price; `percent_ppm` 125000 is +12.5 %.

    `digits` are the decimals of the prices it makes, None for those of the currency.
    """

    basis: MarginBasis
    percent_ppm: int
    digits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """An own price of some goods, None for back to margins.

    `unit_cost` is what the unit costs the seller then, as far as it is known.
    """

    goods: Goods
    unit_price: Decimal | None
    unit_cost: Decimal | None = None


def change_prices(
    *,
    seller_id: int,
    changes: Sequence[PriceChange],
    valid_from: date,
    business_date: date,
    actor: Actor,
    now: datetime,
    confirmed: bool = False,
    source: str = "",
) -> int:
    """Set or end a seller's own prices from a day on, all or none; return how many changed.

    What is scheduled for later days stays. A price below its cost needs `confirmed`; `source` (a file's name) and the
    confirmation are kept by the audit trail. Running terms keep what was agreed for them. The same prices again change
    nothing. The number of statements does not depend on the number of prices.
    Raises: NoSuchObject; ResaleInput; kernel MoneyError; ResaleRefused `price_below_cost`, `price_has_levels`.
    """
    _check_future(valid_from, business_date)
    wanted = {one.goods: _checked(one) for one in changes}
    with transaction.atomic():
        seller = lock_seller(seller_id)
        _check_all_goods(wanted)
        low = [one for one in changes if _is_below(one)]
        if low and not confirmed:
            raise below_cost(seller, low[0].unit_price or Decimal(0), low[0].goods.currency)
        done = _put_prices(seller_id, wanted, valid_from)
        if done:
            record(
                actor=actor,
                now=now,
                action="seller_price_set" if len(done) == 1 else "seller_prices_set",
                object_kind="account",
                object_id=seller.id,
                object_label=seller.name,
                tenant_id=seller.tenant_id,
                before={"prices": [[*_facts(goods), old] for goods, old, _ in done]},
                after={
                    "prices": [[*_facts(goods), new] for goods, _, new in done],
                    "valid_from": valid_from.isoformat(),
                    **({"source": source} if source else {}),
                },
                reason="price below cost confirmed" if low else "",
            )
    return len(done)


def change_margin(
    *,
    seller_id: int,
    level: Level,
    margin: Margin | None,
    valid_from: date,
    business_date: date,
    actor: Actor,
    now: datetime,
    confirmed: bool = False,
) -> bool:
    """Set a seller's margin of a level from a day on; None leaves it to the wider levels. Tell whether it changed.

    A sale below cost or a mark-up above 100 % needs `confirmed`, which the audit trail keeps.
    Raises: NoSuchObject; ResaleInput; ResaleRefused `margin_unusual`.
    """
    scope = _scope(level)
    if margin is not None:
        check_margin(scope, margin.percent_ppm, margin.digits, valid_from)
    _check_future(valid_from, business_date)
    is_odd = margin is not None and is_unusual(margin.basis, margin.percent_ppm)
    if is_odd and not confirmed and margin is not None:
        raise unusual_margin(seller_id, margin.percent_ppm)
    with transaction.atomic():
        seller = lock_seller(seller_id)
        check_level(scope)
        values = None if margin is None else _margin_facts(margin)
        done = put(MarginRule, key={"seller_id": seller_id, **scope}, values=values, day=valid_from)
        if done is not None:
            record(
                actor=actor,
                now=now,
                action="margin_rule_set",
                object_kind="account",
                object_id=seller.id,
                object_label=seller.name,
                tenant_id=seller.tenant_id,
                before={name: getattr(done.before, name) for name in _MARGIN}
                if done.before
                else {},
                after={**scope, **(values or {}), "valid_from": valid_from.isoformat()},
                reason="unusual margin confirmed" if is_odd else "",
            )
    return done is not None


def withdraw_price(
    *,
    seller_id: int,
    goods: Goods,
    valid_from: date,
    business_date: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Take back an own price, or the end of one, that is scheduled for a day; what holds before goes on.

    Raises: NoSuchObject; ResaleInput for a day that is billed; ResaleConflict `change_not_scheduled`.
    """
    _withdraw(
        SellerPrice,
        "seller_price_withdrawn",
        seller_id=seller_id,
        key=_goods_key(seller_id, goods),
        facts={"price": _facts(goods)},
        valid_from=valid_from,
        business_date=business_date,
        actor=actor,
        now=now,
    )


def withdraw_margin(
    *,
    seller_id: int,
    level: Level,
    valid_from: date,
    business_date: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Take back a margin, or the end of one, that is scheduled for a day. Raises: as `withdraw_price`."""
    scope = _scope(level)
    _withdraw(
        MarginRule,
        "margin_rule_withdrawn",
        seller_id=seller_id,
        key={"seller_id": seller_id, **scope},
        facts=scope,
        valid_from=valid_from,
        business_date=business_date,
        actor=actor,
        now=now,
    )


_MARGIN = ("basis", "percent_ppm", "digits")


def _withdraw(
    model: RowModel,
    action: str,
    *,
    seller_id: int,
    key: dict[str, Any],
    facts: dict[str, Any],
    valid_from: date,
    business_date: date,
    actor: Actor,
    now: datetime,
) -> None:
    _check_future(valid_from, business_date)
    with transaction.atomic():
        seller = lock_seller(seller_id)
        if not take_back(model, key=key, day=valid_from):
            raise ResaleConflict(
                "change_not_scheduled",
                "Nothing is scheduled for {day} any more.",
                object=f"{IdKind.ACCOUNT.value}-{seller_id}",
                next_step="Open the list again; somebody may have withdrawn it meanwhile.",
                day=valid_from,
            )
        record(
            actor=actor,
            now=now,
            action=action,
            object_kind="account",
            object_id=seller.id,
            object_label=seller.name,
            tenant_id=seller.tenant_id,
            before={**facts, "valid_from": valid_from.isoformat()},
        )


def _check_future(day: date, business_date: date) -> None:
    check_day(day, field="valid_from")
    if day < business_date:
        raise ResaleInput(
            "price_change_in_the_past",
            "{day} is billed already.",
            field="valid_from",
            next_step="Choose {first} or a later day.",
            day=day,
            first=business_date,
        )


def _checked(change: PriceChange) -> Decimal | None:
    exponent(change.goods.currency)
    return None if change.unit_price is None else unit_price_of(change.unit_price)


def _is_below(change: PriceChange) -> bool:
    price, cost = change.unit_price, change.unit_cost
    return price is not None and cost is not None and price < cost


def _check_all_goods(goods: Collection[Goods]) -> None:
    """Refuse a period, or a resource that its plan does not have, and what has levels."""
    asked = {(one.plan_period_id, one.resource_id) for one in goods}
    plans = dict(
        PlanPeriod.objects.filter(pk__in={p for p, _ in asked}).values_list("id", "plan_id")
    )
    known = set(
        PlanResource.objects.filter(plan_id__in=set(plans.values())).values_list(
            "plan_id", "resource_id"
        )
    )
    for period, resource in asked:
        if period not in plans:
            raise NoSuchObject(object="plan period")
        if (plans[period], resource) not in known:
            raise NoSuchObject(object="resource")
    refuse_levels([(one.plan_period_id, one.resource_id, one.kind) for one in goods])


def _put_prices(
    seller_id: int, wanted: Mapping[Goods, Decimal | None], day: date
) -> list[tuple[Goods, str | None, str | None]]:
    """Place the prices among the known ones; give what changed, with the amounts before and after."""
    known: dict[Goods, list[SellerPrice]] = {}
    rows = SellerPrice.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        seller_id=seller_id,
        plan_period_id__in={one.plan_period_id for one in wanted},
    )
    for row in rows:
        goods = Goods(
            plan_period_id=row.plan_period_id,
            resource_id=row.resource_id,
            kind=PriceKind(row.kind),
            currency=row.currency,
        )
        known.setdefault(goods, []).append(row)
    done: list[tuple[Goods, str | None, str | None]] = []
    added: list[SellerPrice] = []
    closed: list[int] = []
    removed: list[int] = []
    for goods, price in wanted.items():
        values = None if price is None else {"unit_price": price}
        found = placement(known.get(goods, ()), values=values, day=day)
        if found is None:
            continue
        old = found.before
        if old is not None:
            (removed if old.valid_from == day else closed).append(old.id)
        if values is not None:
            key = _goods_key(seller_id, goods)
            added.append(SellerPrice(**key, **values, valid_from=day, valid_to=found.until))
        done.append(
            (goods, str(old.unit_price) if old else None, None if price is None else str(price))
        )
    SellerPrice.objects.filter(pk__in=removed).delete()
    SellerPrice.objects.filter(pk__in=closed).update(valid_to=day)
    SellerPrice.objects.bulk_create(added, batch_size=1_000)
    return done


def _facts(goods: Goods) -> list[str | int]:
    return [goods.plan_period_id, goods.resource_id, goods.kind.value, goods.currency]


def _goods_key(seller_id: int, goods: Goods) -> dict[str, Any]:
    return {
        "seller_id": seller_id,
        "plan_period_id": goods.plan_period_id,
        "resource_id": goods.resource_id,
        "kind": goods.kind,
        "currency": goods.currency,
    }


def _scope(level: Level) -> dict[str, int | None]:
    return {
        "plan_id": level.plan_id,
        "sales_category_id": level.sales_category_id,
        "vendor_id": level.vendor_id,
    }


def _margin_facts(margin: Margin) -> dict[str, Any]:
    return {name: getattr(margin, name) for name in _MARGIN}
