"""Small worlds for literal tests: a provider, a customer, a reseller between them if wanted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.reference.world import (
    Account,
    BillingAccount,
    CatalogPrice,
    Chain,
    Discount,
    Item,
    MarginRule,
    Plan,
    PlanPeriod,
    Resource,
    SellerPrice,
    Subscription,
    TaxRule,
    World,
)

PROVIDER, RESELLER, CUSTOMER = 1, 2, 3
SUB = 1
LONG_AGO = date(2020, 1, 1)


def account_terms(world: World, **terms: Any) -> World:
    """Return the world with other terms on the billing account of the customer."""
    *others, last = world.billing_accounts
    return replace(world, billing_accounts=(*others, replace(last, **terms)))


def never_held(world: World) -> World:
    """Return the world with billing accounts that the run never holds, so that unpaid terms are renewed."""
    accounts = tuple(replace(row, automatic=False) for row in world.billing_accounts)
    return replace(world, billing_accounts=accounts)


def simple_world(
    *,
    start: date,
    days: int,
    prices: Mapping[str, str],
    quantity: str = "1",
    anchor: int = 0,
    currency: str = "EUR",
    tax_ppm: int = 0,
    discount_ppm: int = 0,
    reseller: bool = False,
    measured: bool = False,
    included: str = "0",
    is_usage: bool = False,
    term: tuple[int, int, int] = (12, 1, 0),
    **sub: Any,
) -> World:
    """Return a world with one subscription of one item that starts on `start`, the first run's day.

    `prices` are the customer's prices by kind; with a reseller the provider sells at three
    quarters of them, rounded. `term` is (term months, billing months, grace days).
    """
    tiers = 2 if reseller else 1
    discounts = tuple(
        Discount(1, tier, "usage" if is_usage else "recurring", discount_ppm, Decimal(999))
        for tier in range(1, tiers + 1)
        if discount_ppm
    )
    made = Subscription(
        key=SUB,
        chain=1,
        period=1,
        start=start,
        anchor=anchor or start.day,
        items=(Item(1, 1, Decimal(quantity), Decimal(included), measured),),
        discounts=discounts,
        **sub,
    )
    return World(
        first_day=start,
        days=days,
        accounts=_accounts(currency, reseller=reseller),
        billing_accounts=_billing_accounts(currency, reseller=reseller),
        chains=(Chain(1, CUSTOMER, (1, 2) if reseller else (1,)),),
        resources=(Resource(1, measured),),
        plans=(Plan(1, is_usage=is_usage),),
        periods=(PlanPeriod(1, 1, *term),),
        subs=(made,),
        tax_rules=(TaxRule(1, 1, 1, 1, False, tax_ppm, LONG_AGO),),
        **_price_rows(prices, currency, reseller=reseller),
    )


def days_from(first: date, *wanted: date) -> tuple[int, frozenset[date]]:
    """Return the number of days from `first` to the last wanted day, and the days to miss."""
    days = (max(wanted) - first).days + 1
    every = {first + timedelta(days=n) for n in range(days)}
    return days, frozenset(every - set(wanted))


def _accounts(currency: str, *, reseller: bool) -> tuple[Account, ...]:
    provider = Account(PROVIDER, "provider", None, "Harbor", currency)
    ria = Account(RESELLER, "reseller", PROVIDER, "Ria", currency)
    parent = RESELLER if reseller else PROVIDER
    cleo = Account(CUSTOMER, "customer", parent, "Cleo", currency)
    return (provider, ria, cleo)


def _billing_accounts(currency: str, *, reseller: bool) -> tuple[BillingAccount, ...]:
    if not reseller:
        return (BillingAccount(1, PROVIDER, CUSTOMER, currency),)
    return (
        BillingAccount(1, PROVIDER, RESELLER, currency),
        BillingAccount(2, RESELLER, CUSTOMER, currency),
    )


def _price_rows(prices: Mapping[str, str], currency: str, *, reseller: bool) -> dict[str, Any]:
    seller = RESELLER if reseller else PROVIDER
    catalog, own = [], []
    for key, (kind, price) in enumerate(sorted(prices.items()), start=1):
        amount = Decimal(price)
        catalog.append(CatalogPrice(key, 1, 1, kind, currency, amount, amount, LONG_AGO))
        own.append(SellerPrice(key, seller, 1, 1, kind, currency, amount, LONG_AGO))
    margins = (
        MarginRule(1, PROVIDER, "retail", -250_000, LONG_AGO),
        MarginRule(2, RESELLER, "cost", 0, LONG_AGO),
    )
    return {"catalog": tuple(catalog), "seller_prices": tuple(own), "margins": margins}
