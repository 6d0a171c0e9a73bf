"""Set margin rules, own prices and exchange rates. Rows are closed and replaced, so the past stays as it was."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    SalesCategory,
    Vendor,
)
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput, ResaleRefused
from entrepot.domain.resale.models import ExchangeRate, MarginBasis, MarginRule, SellerPrice
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import exponent, quantize_unit_price

MARGIN_PPM_MIN, MARGIN_PPM_MAX = -1_000_000, 100_000_000
MARGIN_PPM_USUAL_MAX = 1_000_000
DIGITS_MAX = 12
YEAR_MIN, YEAR_MAX = 2000, 2199


def set_margin_rule(
    *,
    seller_id: int,
    basis: MarginBasis,
    percent_ppm: int,
    valid_from: date,
    actor: Actor,
    now: datetime,
    plan_id: int | None = None,
    sales_category_id: int | None = None,
    vendor_id: int | None = None,
    digits: int | None = None,
    confirmed: bool = False,
) -> int:
    """Set how a seller makes its prices from a day on, for a plan, category, vendor or all; return its id.

    `percent_ppm` 125000 is +12.5 %. The rule of the same scope before it ends on that day; the same
    rule again changes nothing. A sale below cost or a mark-up above 100 % needs `confirmed`, which the
    audit trail keeps.
    Raises: NoSuchObject; ResaleInput; ResaleRefused `margin_unusual`; ResaleConflict `margin_rule_in_the_way`.
    """
    scope = {"plan_id": plan_id, "sales_category_id": sales_category_id, "vendor_id": vendor_id}
    check_margin(scope, percent_ppm, digits, valid_from)
    unusual = is_unusual(basis, percent_ppm)
    if unusual and not confirmed:
        raise unusual_margin(seller_id, percent_ppm)
    facts = {"basis": basis, "percent_ppm": percent_ppm, "digits": digits}
    with transaction.atomic():
        seller = lock_seller(seller_id)
        newest = MarginRule.objects.filter(seller=seller, **scope).order_by("-valid_from").first()
        if newest is not None and newest.valid_from >= valid_from:
            if newest.valid_from == valid_from and _same(newest, facts):
                return newest.id
            raise value_in_the_way("margin_rule_in_the_way", seller, newest.valid_from)
        _close(MarginRule, newest, valid_from)
        rule = MarginRule.objects.create(seller=seller, valid_from=valid_from, **scope, **facts)
        record(
            actor=actor,
            now=now,
            action="margin_rule_set",
            object_kind="account",
            object_id=seller.id,
            object_label=seller.name,
            tenant_id=seller.tenant_id,
            before={key: getattr(newest, key) for key in facts} if newest else {},
            after={"rule": rule.id, **scope, **facts, "valid_from": valid_from.isoformat()},
            reason="unusual margin confirmed" if unusual else "",
        )
    return rule.id


def set_seller_price(
    *,
    seller_id: int,
    plan_period_id: int,
    resource_id: int,
    kind: PriceKind,
    currency: str,
    unit_price: Decimal,
    valid_from: date,
    actor: Actor,
    now: datetime,
    confirmed: bool = False,
) -> int:
    """Set a seller's own price of a unit from a day on and close the one before; return its id.

    Up to twelve decimals. Subscriptions keep what was agreed until their next term. A price below the
    known cost in the same currency needs `confirmed`. The same price again changes nothing.
    Raises: NoSuchObject; ResaleInput; kernel MoneyError; ResaleRefused `price_below_cost`, `price_has_levels`;
    ResaleConflict `price_in_the_way`.
    """
    exponent(currency)
    price = unit_price_of(unit_price)
    check_day(valid_from, field="valid_from")
    with transaction.atomic():
        seller = lock_seller(seller_id)
        _check_goods(plan_period_id, resource_id)
        refuse_levels([(plan_period_id, resource_id, kind)])
        key = {
            "seller": seller,
            "plan_period_id": plan_period_id,
            "resource_id": resource_id,
            "kind": kind,
            "currency": currency,
        }
        newest = SellerPrice.objects.filter(**key).order_by("-valid_from").first()
        if newest is not None and newest.valid_from >= valid_from:
            if newest.valid_from == valid_from and newest.unit_price == price:
                return newest.id
            raise value_in_the_way("price_in_the_way", seller, newest.valid_from)
        below = _is_below_cost(seller, key, price, valid_from)
        if below and not confirmed:
            raise below_cost(seller, unit_price, currency)
        _close(SellerPrice, newest, valid_from)
        row = SellerPrice.objects.create(**key, unit_price=price, valid_from=valid_from)
        _record_price(row, newest, seller, below=below, actor=actor, now=now)
    return row.id


def set_exchange_rate(
    *,
    from_currency: str,
    to_currency: str,
    rate: Decimal,
    on_date: date,
    source: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Say what one unit of a currency is worth in another on a day; return the rate's id.

    A rate of the same day is corrected; prices agreed before keep the rate they were made with.
    Raises: kernel MoneyError; ResaleInput `rate_same_currency`, `rate_not_positive`, `span_out_of_bounds`.
    """
    exponent(from_currency)
    exponent(to_currency)
    exact = quantize_unit_price(rate)
    _check_rate(from_currency, to_currency, exact)
    check_day(on_date, field="on_date")
    key: dict[str, Any] = {
        "from_currency": from_currency,
        "to_currency": to_currency,
        "on_date": on_date,
    }
    with transaction.atomic():
        old = ExchangeRate.objects.select_for_update().filter(**key).first()
        if old is not None and old.rate == exact and old.source == source:
            return old.id
        row, _ = ExchangeRate.objects.update_or_create(
            **key, defaults={"rate": exact, "source": source[:80]}
        )
        record(
            actor=actor,
            now=now,
            action="exchange_rate_set",
            object_kind="exchange_rate",
            object_id=row.id,
            object_label=f"{from_currency}/{to_currency} {on_date}",
            tenant_id=None,
            before={"rate": str(old.rate), "source": old.source} if old else {},
            after={"rate": str(exact), "source": source},
        )
    return row.id


def lock_seller(number: int) -> Account:
    """Read a seller and lock its row: changes of one seller's prices wait for each other. Raises: NoSuchObject."""
    seller = Account.objects.select_for_update().filter(pk=number).first()
    if seller is None or seller.kind is AccountKind.CUSTOMER:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{number}")
    return seller


def _same(row: MarginRule, facts: Mapping[str, object]) -> bool:
    return row.valid_to is None and all(getattr(row, key) == v for key, v in facts.items())


def _close(
    model: type[MarginRule] | type[SellerPrice], row: MarginRule | SellerPrice | None, day: date
) -> None:
    if row is not None and (row.valid_to is None or row.valid_to > day):
        model.objects.filter(pk=row.pk).update(valid_to=day)


def is_unusual(basis: MarginBasis, percent_ppm: int) -> bool:
    """Tell whether a margin sells below cost or more than doubles the price."""
    if basis is MarginBasis.COST and percent_ppm < 0:
        return True
    return percent_ppm > MARGIN_PPM_USUAL_MAX or percent_ppm == MARGIN_PPM_MIN


def _is_below_cost(seller: Account, key: Mapping[str, object], price: Decimal, day: date) -> bool:
    """Compare with the vendor's price (provider) or the upstream seller's own price (reseller).

    Only what is in the same currency is known here; margins show the rest.
    """
    goods = {name: key[name] for name in ("plan_period_id", "resource_id", "kind", "currency")}
    valid = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    costs = (
        CatalogPrice.objects.filter(valid, **goods).values_list("unit_cost", flat=True)
        if seller.kind is AccountKind.PROVIDER
        else SellerPrice.objects.filter(valid, seller_id=seller.parent_id, **goods).values_list(
            "unit_price", flat=True
        )
    )
    cost = costs.order_by("id").first()
    return cost is not None and price < cost


def _record_price(
    row: SellerPrice,
    old: SellerPrice | None,
    seller: Account,
    *,
    below: bool,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        actor=actor,
        now=now,
        action="seller_price_set",
        object_kind="account",
        object_id=seller.id,
        object_label=seller.name,
        tenant_id=seller.tenant_id,
        before={"unit_price": str(old.unit_price)} if old else {},
        after={
            "price": row.id,
            "plan_period": row.plan_period_id,
            "resource": row.resource_id,
            "kind": row.kind,
            "currency": row.currency,
            "unit_price": str(row.unit_price),
            "valid_from": row.valid_from.isoformat(),
        },
        reason="price below cost confirmed" if below else "",
    )


def _check_goods(plan_period_id: int, resource_id: int) -> None:
    period = PlanPeriod.objects.filter(pk=plan_period_id).first()
    if period is None:
        raise NoSuchObject(object="plan period")
    if not PlanResource.objects.filter(plan_id=period.plan_id, resource_id=resource_id).exists():
        raise NoSuchObject(object="resource")


def refuse_levels(asked: Collection[tuple[int, int, PriceKind]]) -> None:
    """Refuse an own price of a (plan period, resource, kind) that the vendor prices by levels; one statement.

    Raises: ResaleRefused `price_has_levels`.
    """
    rows = CatalogPrice.objects.exclude(model=PriceModel.FLAT).filter(
        plan_period_id__in={period for period, _, _ in asked}
    )
    for row in rows.select_related("plan_period"):
        if (row.plan_period_id, row.resource_id, row.kind) in asked:
            raise ResaleRefused(
                "price_has_levels",
                "The vendor's price of {object} depends on the quantity; an own price would not.",
                object=f"{IdKind.PLAN.value}-{row.plan_period.plan_id}",
                next_step="Set a margin for the plan; it makes the price of each level.",
            )


def check_level(scope: Mapping[str, int | None]) -> None:
    """Refuse a rule for a plan, category or vendor that does not exist. Raises: NoSuchObject."""
    known: dict[str, QuerySet[Any]] = {
        "plan_id": Plan.objects.all(),
        "sales_category_id": SalesCategory.objects.all(),
        "vendor_id": Vendor.objects.all(),
    }
    for name, number in scope.items():
        if number is not None and not known[name].filter(pk=number).exists():
            raise NoSuchObject(object=name.removesuffix("_id").replace("_", " "))


def check_margin(
    scope: Mapping[str, int | None], percent_ppm: int, digits: int | None, valid_from: date
) -> None:
    """Refuse a margin or decimals out of bounds, a rule for two things, and odd days. Raises: ResaleInput."""
    if sum(value is not None for value in scope.values()) > 1:
        raise ResaleInput(
            "margin_scope_ambiguous",
            "A rule is for one plan, one category, one vendor or everything.",
            field="plan_id",
            next_step="Choose one of them.",
        )
    if not MARGIN_PPM_MIN <= percent_ppm <= MARGIN_PPM_MAX:
        raise ResaleInput(
            "margin_out_of_bounds",
            "A margin lies between -100 % and 10,000 %.",
            field="percent_ppm",
            next_step="Give 125000 for 12.5 %.",
        )
    if digits is not None and not 0 <= digits <= DIGITS_MAX:
        raise ResaleInput(
            "margin_out_of_bounds",
            "Prices have 0 to {most} decimals.",
            field="digits",
            next_step="Give a number in these bounds, or none for the currency's own.",
            most=DIGITS_MAX,
        )
    check_day(valid_from, field="valid_from")


def check_day(day: date, *, field: str) -> None:
    """Refuse days that nobody means. Raises: ResaleInput `span_out_of_bounds`."""
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise ResaleInput(
            "span_out_of_bounds",
            "{day} is not in the years {first} to {last}.",
            field=field,
            next_step="Check the year.",
            day=day,
            first=YEAR_MIN,
            last=YEAR_MAX,
        )


def unit_price_of(unit_price: Decimal) -> Decimal:
    """Give a price at twelve decimals. Raises: ResaleInput `price_negative`; kernel MoneyError."""
    price = quantize_unit_price(unit_price)
    if price < 0:
        raise ResaleInput(
            "price_negative",
            "A price cannot be below zero.",
            field="unit_price",
            next_step="Give zero or more.",
        )
    return price


def _check_rate(from_currency: str, to_currency: str, rate: Decimal) -> None:
    if from_currency == to_currency:
        raise ResaleInput(
            "rate_same_currency",
            "A currency has no rate to itself.",
            field="to_currency",
            next_step="Choose two currencies.",
        )
    if rate <= 0:
        raise ResaleInput(
            "rate_not_positive",
            "An exchange rate is above zero.",
            field="rate",
            next_step="Give a rate such as 0.92.",
        )


def value_in_the_way(code: str, seller: Account, day: date) -> ResaleConflict:
    """Build the refusal of a value that a later one of the same seller would follow at once."""
    return ResaleConflict(
        code,
        "{object} set another value for the same goods that starts on {day}.",
        object=f"{IdKind.ACCOUNT.value}-{seller.id}",
        next_step="Choose a later first day.",
        day=day,
    )


def unusual_margin(seller_id: int, percent_ppm: int) -> ResaleRefused:
    """Build the refusal of a margin that somebody has to confirm."""
    return ResaleRefused(
        "margin_unusual",
        "{percent} % is below cost or more than doubles the price.",
        object=f"{IdKind.ACCOUNT.value}-{seller_id}",
        next_step="Confirm it if that is meant.",
        percent=Decimal(percent_ppm) / 10_000,
    )


def below_cost(seller: Account, price: Decimal, currency: str) -> ResaleRefused:
    """Build the refusal of a price that somebody has to confirm."""
    return ResaleRefused(
        "price_below_cost",
        "{price} {currency} is below what the unit costs {object}.",
        object=f"{IdKind.ACCOUNT.value}-{seller.id}",
        next_step="Confirm it if that is meant.",
        price=price,
        currency=currency,
    )
