"""Subscriptions on imported prices, as small as the tables allow."""

from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.models import PlanPeriod, Resource
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import Chain
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem

TENANT = 7


def open_customer(*, market: str, name: str) -> tuple[Account, Chain]:
    """Open a customer with a chain of one tier in a market."""
    customer = Account.objects.create(
        tenant_id=TENANT,
        kind=AccountKind.CUSTOMER,
        path=f"1.{TENANT}.{name}.",
        depth=2,
        name=name,
        name_key=name.casefold(),
        country=market,
        currency="EUR" if market == "DE" else "USD",
        opened_on=date(2026, 1, 1),
    )
    chain = Chain.objects.create(tenant_id=TENANT, customer=customer, market=market, tiers=1)
    return customer, chain


def subscribe(
    *,
    customer: Account,
    chain: Chain,
    product: str,
    months: tuple[int, int],
    quantity: int,
    status: Status = Status.ACTIVE,
    cancel_on: date | None = None,
) -> int:
    """Subscribe a customer to units of a product for a (term, billing) period; give the id."""
    period = PlanPeriod.objects.select_related("plan").get(
        plan__product_code=product, term_months=months[0], billing_months=months[1]
    )
    subscription = Subscription.objects.create(
        tenant_id=TENANT,
        customer=customer,
        seller_id=TENANT,
        customer_path=customer.path,
        customer_name=customer.name,
        plan=period.plan,
        plan_name=period.plan.name,
        plan_period=period,
        chain=chain,
        status=status,
        currency=customer.currency,
        quantity=Decimal(quantity),
        cancel_on=cancel_on,
    )
    SubscriptionItem.objects.create(
        tenant_id=TENANT,
        subscription=subscription,
        resource=Resource.objects.get(code=f"{product}:0001"),
        quantity=Decimal(quantity),
    )
    return int(subscription.pk)
