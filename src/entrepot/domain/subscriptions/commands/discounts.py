"""Agree discounts before the first term: docs/billing.md section 3, rule 8."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice
from entrepot.domain.resale.models import AgreedPrice, BillingAccount, ChainLink, SellerPrice
from entrepot.domain.subscriptions.errors import SubscriptionInput
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.kernel.ids import IdKind

PPM = 1_000_000
_KINDS = (PriceKind.RECURRING, PriceKind.OVERUSE)


@dataclass(frozen=True, slots=True)
class Discount:
    """Parts per million off the price of one tier (100,000 is 10 %), with the text that invoices show."""

    ppm: int
    label: str


def add_discounts(
    *,
    wide: Subscription,
    items: Sequence[SubscriptionItem],
    discounts: Mapping[int, Discount],
    first_day: date,
) -> None:
    """Write each discount as an open agreed price of the day before the first paid day.

    The run replaces the price (0 here) when the term starts and carries the discount over. Only kinds
    that the plan has a price for get a row; a setup fee is never reduced.
    Raises: SubscriptionInput `subscription_discount_unusable`.
    """
    links = {link.tier: link for link in ChainLink.objects.filter(chain_id=wide.chain_id)}
    for tier, discount in discounts.items():
        if tier not in links or not 0 <= discount.ppm <= PPM or len(discount.label) > 80:
            raise SubscriptionInput(
                "subscription_discount_unusable",
                "A discount is for one of the {tiers} sellers, 0 % to 100 %, with a short text.",
                object=f"{IdKind.SUBSCRIPTION.value}-{wide.id}",
                field="discounts",
                next_step="Correct the discount of seller {tier}.",
                tiers=len(links),
                tier=tier,
            )
    currencies = dict(
        BillingAccount.objects.filter(
            pk__in=[link.billing_account_id for link in links.values()]
        ).values_list("id", "currency")
    )
    sellers = [
        (links[tier].seller_id, currencies[links[tier].billing_account_id])
        for tier in sorted(links)
    ]
    AgreedPrice.objects.bulk_create(
        AgreedPrice(
            tenant_id=wide.tenant_id,
            item_id=item.id,
            tier=tier,
            kind=kind,
            unit_price=0,
            unit_cost=0,
            currency=currencies[links[tier].billing_account_id],
            discount_ppm=discount.ppm,
            discount_label=discount.label,
            valid_from=first_day - timedelta(days=1),
        )
        for tier, discount in discounts.items()
        for item in items
        for kind in _priced_kinds(wide, item, sellers[:tier], day=first_day)
    )


def _priced_kinds(
    wide: Subscription, item: SubscriptionItem, sellers: Sequence[tuple[int, str]], *, day: date
) -> list[PriceKind]:
    """Tell which kinds will have a price: the catalogue's, or an own one of a (seller, currency) on the way down."""
    if wide.plan.is_usage:
        return [PriceKind.USAGE]
    goods = {"plan_period_id": wide.plan_period_id, "resource_id": item.resource_id}
    valid = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    listed = CatalogPrice.objects.filter(valid, market=wide.chain.market, **goods)
    found = set(listed.values_list("kind", flat=True))
    for row in SellerPrice.objects.filter(valid, seller_id__in=[s for s, _ in sellers], **goods):
        if (row.seller_id, row.currency) in sellers:
            found.add(row.kind)
    return [kind for kind in _KINDS if kind in found]
