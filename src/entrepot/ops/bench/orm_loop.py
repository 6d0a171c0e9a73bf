"""The same work as the daily run, written as an ORM loop: one object at a time, saved as it goes.

It is what a straightforward program would do and exists only to be compared with; the benchmark rolls it back.
"""

from datetime import date
from decimal import Decimal

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind
from entrepot.domain.billing.models import Charge, Invoice, InvoiceLine, NumberSeries
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.ledger.models import Balance, LedgerAccount, Transfer, TransferCause
from entrepot.domain.resale.models import AgreedPrice, BillingAccount, ChainLink
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionItem
from entrepot.domain.tax.models import TaxRule
from entrepot.kernel.money import line_amounts
from entrepot.kernel.periods import fraction, period_end


def bill_with_objects(*, day: date, limit: int) -> int:
    """Bill up to `limit` due subscriptions object by object and invoice them; return how many were billed."""
    billed = 0
    touched: dict[int, list[Charge]] = {}
    for state in SubBilling.objects.filter(due_on=day, next_change_on=None).order_by(
        "subscription_id"
    )[:limit]:
        _bill_one(state=state, day=day, touched=touched)
        billed += 1
    for account_id, charges in touched.items():
        _invoice(account=BillingAccount.objects.get(id=account_id), charges=charges, day=day)
    return billed


def _bill_one(*, state: SubBilling, day: date, touched: dict[int, list[Charge]]) -> None:
    subscription = Subscription.objects.get(id=state.subscription_id)
    ends = period_end(day, months=state.billing_months, anchor=state.anchor_day, term_end=None)
    for item in SubscriptionItem.objects.filter(subscription_id=subscription.id):
        for link in ChainLink.objects.filter(chain_id=subscription.chain_id).order_by("tier"):
            charge = _charge(
                state=state, subscription=subscription, item=item, link=link, day=day, end=ends.end
            )
            if charge is not None:
                touched.setdefault(link.billing_account_id, []).append(charge)
    state.period_start, state.period_end, state.due_on = day, ends.end, ends.end
    state.version += 1
    state.save()


def _charge(
    *,
    state: SubBilling,
    subscription: Subscription,
    item: SubscriptionItem,
    link: ChainLink,
    day: date,
    end: date,
) -> Charge | None:
    price = AgreedPrice.objects.filter(
        item_id=item.id,
        tier=link.tier,
        kind=PriceKind.RECURRING,
        valid_from__lte=day,
        valid_to=None,
    ).first()
    if price is None:
        return None
    account = BillingAccount.objects.get(id=link.billing_account_id)
    plan = PlanPeriod.objects.select_related("plan").get(id=subscription.plan_period_id).plan
    rule = TaxRule.objects.get(
        seller_zone_id=account.seller_zone_id,
        buyer_zone_id=account.buyer_zone_id,
        category_id=plan.tax_category_id,
        buyer_registered=account.buyer_registered,
    )
    part = fraction(start=day, end=end, months=state.billing_months, anchor=state.anchor_day)
    amounts = line_amounts(
        unit_price=price.unit_price,
        quantity=item.quantity,
        num=part.num,
        den=part.den,
        discount_ppm=price.discount_ppm,
        tax_ppm=rule.rate_ppm,
        exponent=account.exponent,
    )
    return Charge.objects.create(
        tenant_id=subscription.tenant_id,
        billing_account_id=account.id,
        statement_on=day,
        billed_on=day,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        item_id=item.id,
        tier=link.tier,
        kind=ChargeKind.RECURRING,
        period_start=day,
        period_end=end,
        num=part.num,
        den=part.den,
        exponent=account.exponent,
        agreed_price_id=price.id,
        quantity=item.quantity,
        unit_price=price.unit_price,
        discount_ppm=price.discount_ppm,
        tax_rule_id=rule.id,
        tax_ppm=rule.rate_ppm,
        cause_id=0,
        list_amount=amounts.list,
        discount_amount=amounts.discount,
        net=amounts.net,
        tax=amounts.tax,
    )


def _invoice(*, account: BillingAccount, charges: list[Charge], day: date) -> None:
    series, _made = NumberSeries.objects.select_for_update().get_or_create(
        seller_id=account.seller_id,
        kind=DocumentKind.INVOICE,
        year=day.year,
        defaults={"prefix": "ORM"},
    )
    series.last_number += 1
    series.save()
    net = sum((charge.net for charge in charges), Decimal(0))
    tax = sum((charge.tax for charge in charges), Decimal(0))
    invoice = Invoice.objects.create(
        tenant_id=account.tenant_id,
        billing_account_id=account.id,
        seller_id=account.seller_id,
        buyer_id=account.buyer_id,
        kind=DocumentKind.INVOICE,
        year=day.year,
        number=series.last_number,
        number_text=f"ORM-{series.last_number}",
        statement_on=day,
        issued_on=day,
        due_on=day,
        currency=account.currency,
        exponent=account.exponent,
        lines=len(charges),
        list_amount=sum((charge.list_amount for charge in charges), Decimal(0)),
        discount_amount=sum((charge.discount_amount for charge in charges), Decimal(0)),
        net=net,
        tax=tax,
        gross=net + tax,
        open_amount=net + tax,
    )
    for number, charge in enumerate(charges, 1):
        InvoiceLine.objects.create(
            invoice_id=invoice.id, line_no=number, charge_id=charge.id, tax=charge.tax
        )
    for credit, amount in ((LedgerAccount.REVENUE, net), (LedgerAccount.TAX, tax)):
        if amount > 0:
            Transfer.objects.create(
                tenant_id=account.tenant_id,
                billing_account_id=account.id,
                debit=LedgerAccount.RECEIVABLE,
                credit=credit,
                amount=amount,
                posted_on=day,
                cause=TransferCause.INVOICE,
                document_id=invoice.id,
            )
    balance, _made = Balance.objects.get_or_create(
        billing_account_id=account.id, defaults={"tenant_id": account.tenant_id}
    )
    balance.receivable += net + tax
    balance.save()
