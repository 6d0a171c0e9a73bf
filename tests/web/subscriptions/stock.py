"""Subscriptions written straight into the tables, one literal row each, for tests of lists.

Cleo buys from Sven, Sven from Ria, Ria from Harbor; Carl buys from Rex, Rex from Harbor.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands import open_chain
from entrepot.domain.resale.models import Chain, ChainLink
from entrepot.domain.subscriptions.models import (
    SubBilling,
    Subscription,
    SubscriptionItem,
    SubscriptionMoney,
    TermCalendar,
)
from entrepot.domain.subscriptions.rules import search_text
from tests.domain.resale.shop import DAILY, EPOCH, Shop, shop
from tests.support.people import NOW, SETUP, Cast

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Stock:
    """The shop, and a way to put subscriptions on its shelves."""

    shop: Shop

    @property
    def people(self) -> Cast:
        return self.shop.people

    def add(self, customer_id: int | None = None, *, money: tuple[str, ...] = (), **facts) -> int:
        """Add a subscription of Cleo's or another customer's; `money` has "price/cost" per tier."""
        customer = Account.objects.get(pk=customer_id or self.people.cleo.account_id)
        chain = Chain.objects.filter(customer=customer).first()
        if chain is None:
            open_chain(
                customer_id=customer.id,
                market="DE",
                open_missing=DAILY,
                actor=SETUP,
                now=NOW,
                today=EPOCH,
            )
            chain = Chain.objects.get(customer=customer)
        links = list(ChainLink.objects.filter(chain=chain).order_by("tier"))
        row = Subscription.objects.create(
            tenant_id=customer.tenant_id,
            customer=customer,
            seller_id=links[-1].seller_id,
            customer_path=customer.path,
            customer_name=customer.name,
            chain=chain,
            is_own=customer.kind == "reseller",
            **{
                "plan_id": self.shop.plan,
                "plan_name": "Mail Basic",
                "plan_period_id": self.shop.period,
                "status": "active",
                "currency": "EUR",
                "quantity": Decimal(5),
                "started_on": date(2026, 1, 1),
                "term_start": date(2026, 1, 1),
                "term_end": date(2027, 1, 1),
                **facts,
            },
        )
        Subscription.objects.filter(pk=row.pk).update(
            search_text=search_text(
                customer=customer.name,
                plan=row.plan_name,
                number=f"SUB-{row.pk}",
                vendor_reference=row.vendor_reference,
                purchase_order=row.purchase_order,
            )
        )
        TermCalendar.objects.create(
            subscription_id=row.pk,
            tenant_id=row.tenant_id,
            seller_id=row.seller_id,
            customer_id=row.customer_id,
            auto_renew=row.auto_renew,
            ends_on=row.term_end if row.status == "active" else None,
        )
        for tier, pair in enumerate(money, start=1):
            price, cost = pair.split("/")
            SubscriptionMoney.objects.create(
                tenant_id=customer.tenant_id,
                subscription_id=row.pk,
                tier=tier,
                seller_id=links[tier - 1].seller_id,
                currency="EUR",
                monthly_price=Decimal(price),
                monthly_cost=Decimal(cost),
            )
        return row.pk

    def bill(self, number: int, **facts) -> None:
        """Give a subscription its billing state and one seat resource."""
        row = Subscription.objects.get(pk=number)
        SubBilling.objects.create(
            subscription_id=number,
            tenant_id=row.tenant_id,
            chain_id=row.chain_id,
            plan_period_id=row.plan_period_id,
            customer_id=row.customer_id,
            tax_category_id=self.shop.category,
            **{
                "due_on": date(2026, 4, 1),
                "status": row.status,
                "anchor_day": 1,
                "billing_months": 1,
                "term_months": 12,
                "period_start": date(2026, 3, 1),
                "period_end": date(2026, 4, 1),
                "term_end": row.term_end,
                **facts,
            },
        )

    def item(self, number: int, resource_id: int | None = None, **facts) -> int:
        """Add a resource to a subscription."""
        row = Subscription.objects.get(pk=number)
        return SubscriptionItem.objects.create(
            tenant_id=row.tenant_id,
            subscription=row,
            resource_id=resource_id or self.shop.seat,
            **{"quantity": row.quantity, **facts},
        ).pk


def stock() -> Stock:
    """Open the shop with empty shelves."""
    return Stock(shop())
