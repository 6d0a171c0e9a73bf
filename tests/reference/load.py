"""Writes a world into the database through the models, and does its acts as plain writes.

Ids are the world's keys. Whoever changes anything that billing reads locks `sub_billing` first,
sets `due_on` by the table of section 2 and raises `version`.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.apps import apps
from django.db import connection

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    SalesCategory,
    Service,
    Vendor,
)
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand, Hub
from entrepot.domain.resale.commands.chains import keep_sale_places
from entrepot.domain.resale.models import (
    AgreedPrice,
    BillingAccount,
    Chain,
    ChainLink,
    ExchangeRate,
    HoldMode,
    MarginBasis,
    MarginRule,
    Promotion,
    SellerPrice,
    TaxRounding,
)
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    PromotionTaken,
    SubBilling,
    Subscription,
    SubscriptionItem,
)
from entrepot.domain.tax.models import TaxCategory, TaxRule, TaxTreatment, TaxZone
from entrepot.domain.usage.models import MeteredUsage
from tests.reference import world as plain
from tests.reference.world import EXPONENTS, MARKET, World, ancestors, find, tenant_of

MasterRow = plain.CatalogPrice | plain.SellerPrice | plain.MarginRule | plain.TaxRule | plain.Rate


def instant(day: date) -> datetime:
    """Return noon of a day."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def empty_tables() -> None:
    """Remove what an earlier world left behind."""
    ours = (
        model._meta
        for model in apps.get_models()
        if model.__module__.startswith("entrepot.") and model._meta.managed
    )
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(sorted(meta.db_table for meta in ours))} CASCADE")


def load(world: World) -> None:
    """Write the world as it is before the first run."""
    _load_accounts(world)
    _load_tax(world)
    _load_catalog(world)
    _load_billing_accounts(world)
    rows: list[MasterRow] = [*world.catalog, *world.seller_prices, *world.margins, *world.rates]
    for row in rows:
        add_row(row)
    for promotion in world.promotions:
        _add_promotion(promotion)
    for made in sorted(world.subs, key=lambda made: made.key):
        _load_subscription(world, made)
    items = {item.key: made for made in world.subs for item in made.items}
    MeteredUsage.objects.bulk_create(
        MeteredUsage(
            tenant_id=_tenant(world, items[row.item]),
            item_id=row.item,
            on_day=row.on,
            quantity=row.quantity,
        )
        for row in world.metered
    )


def _tenant(world: World, made: plain.Subscription) -> int:
    return tenant_of(world, find(world.chains, made.chain).customer)


def path_of(world: World, account: int) -> str:
    """Return the ids from the provider down to the account, each followed by a dot."""
    return "".join(f"{key}." for key in ancestors(world, account))


def _load_accounts(world: World) -> None:
    for account in world.accounts:
        path = path_of(world, account.key)
        Account.objects.create(
            id=account.key,
            tenant_id=tenant_of(world, account.key),
            kind=AccountKind(account.kind),
            parent_id=account.parent,
            path=path,
            depth=path.count(".") - 1,
            name=account.name,
            name_key=account.name.lower(),
            country="DE",
            currency=account.currency,
            opened_on=date(2020, 1, 1),
        )
        if account.kind != "customer":
            Brand.objects.create(
                account_id=account.key,
                host=f"seller-{account.key}.localhost",
                display_name=account.name,
                document_prefix=f"S{account.key}",
            )
        if account.parent is None:
            Hub.objects.create(provider_id=account.key)


def _load_tax(world: World) -> None:
    accounts = world.billing_accounts
    used = {zone for row in accounts for zone in (row.seller_zone, row.buyer_zone)}
    used |= {zone for rule in world.tax_rules for zone in (rule.seller_zone, rule.buyer_zone)}
    acts = [act for act in world.actions if isinstance(act, plain.SetZones)]
    used |= {zone for act in acts for zone in (act.seller_zone, act.buyer_zone)}
    for zone in sorted(key for key in used if key is not None):
        TaxZone.objects.create(
            id=zone, code=f"Z{zone}", name=f"Zone {zone}", country="DE", region=str(zone)
        )
    categories = {plan.tax_category for plan in world.plans}
    for category in sorted(categories | {rule.category for rule in world.tax_rules}):
        TaxCategory.objects.create(id=category, code=f"C{category}", name=f"Category {category}")
    for rule in world.tax_rules:
        add_row(rule)


def _load_catalog(world: World) -> None:
    for vendor in sorted({1, *(plan.vendor for plan in world.plans)}):
        Vendor.objects.create(id=vendor, code=f"V{vendor}", name=f"Vendor {vendor}")
        Service.objects.create(
            id=vendor, vendor_id=vendor, code=f"S{vendor}", name=f"Service {vendor}"
        )
    named = {plan.category for plan in world.plans} | {rule.category for rule in world.margins}
    for category in sorted(key for key in named if key is not None):
        SalesCategory.objects.create(id=category, code=f"shelf-{category}")
    for resource in world.resources:
        Resource.objects.create(
            id=resource.key,
            service_id=1,
            code=f"R{resource.key}",
            name=f"Resource {resource.key}",
            is_measured=resource.measured,
        )
    for plan in world.plans:
        Plan.objects.create(
            id=plan.key,
            service_id=plan.vendor,
            sales_category_id=plan.category,
            tax_category_id=plan.tax_category,
            name=f"Plan {plan.key}",
            product_code=f"P{plan.key}",
            sku_code="1",
            is_usage=plan.is_usage,
        )
        for resource in world.resources:
            PlanResource.objects.create(plan_id=plan.key, resource_id=resource.key)
    for period in world.periods:
        PlanPeriod.objects.create(
            id=period.key,
            plan_id=period.plan,
            term_months=period.term_months,
            billing_months=period.billing_months,
            grace_days=period.grace_days,
        )


def _load_billing_accounts(world: World) -> None:
    for row in world.billing_accounts:
        BillingAccount.objects.create(
            id=row.key,
            tenant_id=tenant_of(world, row.buyer),
            seller_id=row.seller,
            buyer_id=row.buyer,
            currency=row.currency,
            exponent=EXPONENTS[row.currency],
            statement_day=row.statement_day,
            due_days=row.due_days,
            grace_days=row.grace_days,
            hold_mode=HoldMode.AUTOMATIC if row.automatic else HoldMode.MANUAL,
            bill_on_hold=row.bill_on_hold,
            suspend_on_hold=row.suspend_on_hold,
            tax_rounding=TaxRounding(row.tax_rounding),
            seller_zone_id=row.seller_zone,
            buyer_zone_id=row.buyer_zone,
            buyer_registered=row.registered,
            opened_on=date(2020, 1, 1),
        )
    for chain in world.chains:
        tenant = tenant_of(world, chain.customer)
        Chain.objects.create(
            id=chain.key,
            tenant_id=tenant,
            customer_id=chain.customer,
            market=MARKET,
            tiers=len(chain.links),
        )
        for tier, link in enumerate(chain.links, start=1):
            ChainLink.objects.create(
                tenant_id=tenant,
                chain_id=chain.key,
                tier=tier,
                billing_account_id=link,
                seller_id=find(world.billing_accounts, link).seller,
            )
    keep_sale_places(chain_ids=None)


def add_row(row: MasterRow) -> None:
    """Write one row of master data."""
    if isinstance(row, plain.CatalogPrice):
        _add_catalog_price(row)
    elif isinstance(row, plain.SellerPrice):
        SellerPrice.objects.create(
            id=row.key,
            seller_id=row.seller,
            plan_period_id=row.period,
            resource_id=row.resource,
            kind=PriceKind(row.kind),
            currency=row.currency,
            unit_price=row.price,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
    elif isinstance(row, plain.MarginRule):
        MarginRule.objects.create(
            id=row.key,
            seller_id=row.seller,
            basis=MarginBasis(row.basis),
            percent_ppm=row.ppm,
            plan_id=row.plan,
            sales_category_id=row.category,
            vendor_id=row.vendor,
            digits=row.digits,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
    elif isinstance(row, plain.TaxRule):
        _add_tax_rule(row)
    else:
        ExchangeRate.objects.create(
            from_currency=row.source,
            to_currency=row.target,
            rate=row.rate,
            on_date=row.on,
            source="test",
        )


def _add_promotion(row: plain.Promotion) -> None:
    Promotion.objects.create(
        id=row.key,
        seller_id=row.seller,
        name=f"Promotion {row.key}",
        code=f"CODE{row.key}" if row.with_code else "",
        plan_id=row.plan,
        recurring_ppm=row.recurring_ppm,
        setup_ppm=row.setup_ppm,
        on_renewal=row.on_renewal,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _add_catalog_price(row: plain.CatalogPrice) -> None:
    CatalogPrice.objects.create(
        id=row.key,
        plan_period_id=row.period,
        resource_id=row.resource,
        kind=PriceKind(row.kind),
        model=PriceModel(row.model),
        lower_limit=row.lower,
        market=MARKET,
        currency=row.currency,
        unit_cost=row.cost,
        retail_price=row.retail,
        listed_cost=row.cost,
        listed_retail=row.retail,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _add_tax_rule(row: plain.TaxRule) -> None:
    TaxRule.objects.create(
        id=row.key,
        seller_zone_id=row.seller_zone,
        buyer_zone_id=row.buyer_zone,
        category_id=row.category,
        buyer_registered=row.registered,
        treatment=TaxTreatment.STANDARD,
        rate_ppm=row.ppm,
        label=f"Tax {row.key}",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _load_subscription(world: World, made: plain.Subscription) -> None:
    chain = find(world.chains, made.chain)
    period = find(world.periods, made.period)
    seller = find(world.billing_accounts, chain.links[-1])
    tenant, status = _tenant(world, made), Status.TRIAL if made.trial_days else Status.ACTIVE
    customer = find(world.accounts, chain.customer)
    Subscription.objects.create(
        id=made.key,
        tenant_id=tenant,
        customer_id=customer.key,
        seller_id=seller.seller,
        customer_path=path_of(world, customer.key),
        customer_name=customer.name,
        plan_id=period.plan,
        plan_name=f"Plan {period.plan}",
        plan_period_id=period.key,
        chain_id=chain.key,
        is_own=customer.kind == "reseller",
        status=status,
        auto_renew=made.auto_renew,
        started_on=made.start,
        trial_end=made.first_term_start if made.trial_days else None,
        currency=seller.currency,
        quantity=sum(item.quantity for item in made.items),
    )
    for position, item in enumerate(made.items):
        SubscriptionItem.objects.create(
            id=item.key,
            position=position,
            tenant_id=tenant,
            subscription_id=made.key,
            resource_id=item.resource,
            quantity=item.quantity,
            included=item.included,
            is_measured=item.measured,
        )
    _load_sub_billing(world, made, status)
    _load_discounts(world, made)
    PromotionTaken.objects.bulk_create(
        PromotionTaken(
            tenant_id=tenant,
            subscription_id=made.key,
            tier=tier,
            promotion_id=key,
            customer_id=customer.key,
        )
        for tier, key in made.promotions
    )


def _load_sub_billing(world: World, made: plain.Subscription, status: Status) -> None:
    """Write the state of an activation, by section 2."""
    period = find(world.periods, made.period)
    plan = find(world.plans, period.plan)
    paid_from = None if made.trial_days else made.start
    SubBilling.objects.create(
        subscription_id=made.key,
        tenant_id=_tenant(world, made),
        due_on=made.first_term_start,
        status=status,
        anchor_day=made.anchor,
        billing_months=period.billing_months,
        term_months=period.term_months,
        grace_days=period.grace_days,
        period_start=paid_from,
        period_end=paid_from,
        term_end=paid_from,
        trial_end=made.first_term_start if made.trial_days else None,
        auto_renew=made.auto_renew,
        is_usage=plan.is_usage,
        chain_id=made.chain,
        plan_period_id=period.key,
        customer_id=find(world.chains, made.chain).customer,
        tax_category_id=plan.tax_category,
    )


def _load_discounts(world: World, made: plain.Subscription) -> None:
    chain = find(world.chains, made.chain)
    for row in made.discounts:
        AgreedPrice.objects.create(
            tenant_id=_tenant(world, made),
            item_id=row.item,
            tier=row.tier,
            kind=PriceKind(row.kind),
            unit_price=row.price,
            unit_cost=0,
            currency=find(world.billing_accounts, chain.links[row.tier - 1]).currency,
            discount_ppm=row.ppm,
            discount_label="agreed",
            valid_from=made.first_term_start - timedelta(days=1),
        )
