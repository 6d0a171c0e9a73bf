"""Import usage files at the prices agreed with each tier, and let billing find what they changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands import Band, set_sku_price
from entrepot.domain.resale.models import AgreedPrice, ChainLink, ExchangeRate
from entrepot.domain.resale.models import SkuPrice as OwnSkuPrice
from entrepot.domain.subscriptions.commands.locked import Locked, lock, require_day
from entrepot.domain.subscriptions.commands.quantities import check_quantity
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.models import SubBilling, SubscriptionItem
from entrepot.domain.usage.commands import ImportResult, import_usage, map_sub_account
from entrepot.domain.usage.models import MeteredUsage, SubAccountLink, UsageSource, UsageTotal
from entrepot.domain.usage.rating import (
    FACTOR_DECIMALS,
    FACTOR_WHOLE_DIGITS,
    SkuPrice,
    TierRule,
)
from entrepot.domain.usage.rerating import rate_again
from entrepot.domain.usage.totals import PriceRules, StoreSettings, next_month
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import round_amount


class MeteredUsageRefused(Refused):
    """Measured usage of a day that cannot be charged any more."""

    codes = frozenset({"metered_usage_closed", "metered_usage_ended"})


@dataclass(frozen=True, slots=True)
class UsageLoaded:
    """What an import did; `due` counts the subscriptions that the next run bills for it."""

    result: ImportResult
    due: int


def load_usage(
    *,
    path: Path,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
    business_date: date,
    skip_bad: bool = False,
) -> UsageLoaded:
    """Import a vendor's usage file; what it changed is billed by the run of the business date.

    Raises: what `usage.commands.import_usage` raises for the file.
    """
    result = import_usage(
        path=path, book=AgreedPriceBook(), store=store, actor=actor, now=now, skip_bad=skip_bad
    )
    # In its own transaction: a file is taken in whole or not at all. If the process ends in between,
    # the event that comes next for each subscription finds its totals, only later.
    return UsageLoaded(result, make_due(business_date=business_date))


def link_sub_account(
    *,
    provider_name: str,
    sub_account_id: str,
    subscription_id: int,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
    business_date: date,
) -> int:
    """Link a vendor's sub-account to a subscription and rate what waited for it; return how many totals changed.

    Raises: NoSuchObject; what `usage.commands.map_sub_account` raises.
    """
    with transaction.atomic():
        tenant = SubBilling.objects.filter(pk=subscription_id).values_list("tenant_id", flat=True)
        tenant_id = tenant.first()
        if tenant_id is None:
            raise NoSuchObject(object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}")
        changed = map_sub_account(
            provider_name=provider_name,
            sub_account_id=sub_account_id,
            subscription_id=subscription_id,
            tenant_id=tenant_id,
            book=AgreedPriceBook(),
            store=store,
            actor=actor,
            now=now,
        )
        make_due(business_date=business_date)
    return changed


def make_due(*, business_date: date) -> int:
    """Make every subscription with usage to bill due on the business date; return how many.

    While it runs, months that are not over yet wait for the event after their end; one that has ended
    is billed for all that is there, unless it never had a paid period. A subscription that is stopped by a hold stays
    as it is. Source: docs/billing.md section 3, rule 7.
    """
    unbilled = UsageTotal.objects.filter(billed_on=None)
    finished = unbilled.filter(period_end__lte=business_date)
    running = SubBilling.objects.filter(
        subscription_id__in=finished.values("subscription_id"), due_on__gt=business_date
    ).update(due_on=business_date, version=F("version") + 1)
    ended = SubBilling.objects.filter(
        subscription_id__in=unbilled.values("subscription_id"),
        status__in=[Status.EXPIRED, Status.CANCELLED],
        is_usage=True,
        period_start__isnull=False,
        due_on=None,
    ).update(due_on=business_date, version=F("version") + 1)
    return running + ended


def set_own_sku_price(
    *,
    seller_id: int,
    provider_name: str,
    sku_id: str,
    pricing_unit: str,
    currency: str,
    bands: Sequence[Band],
    valid_from: date,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
    business_date: date,
) -> int:
    """Set a seller's own price of a SKU and rate the stored usage of its months again; give the changed totals.

    Subscriptions with a finished month that changed are due on the business date.
    Raises: what `set_sku_price` and `write_totals` raise.
    """
    with transaction.atomic():
        set_sku_price(
            seller_id=seller_id,
            provider_name=provider_name,
            sku_id=sku_id,
            pricing_unit=pricing_unit,
            currency=currency,
            bands=bands,
            valid_from=valid_from,
            actor=actor,
            now=now,
        )
        changed = rate_again(first_month=valid_from, book=AgreedPriceBook(), store=store, now=now)
        make_due(business_date=business_date)
    return changed


def record_metered_usage(
    *,
    subscription_id: int,
    resource_id: int,
    on_day: date,
    quantity: Decimal,
    actor: Actor,
    now: datetime,
) -> None:
    """Say how many units of a measured resource were used on a day; the same day again replaces the number.

    Days of periods that are charged are closed. Repeating it with the same number writes nothing.
    Raises: NoSuchObject; MeteredUsageRefused; SubscriptionInput for an unusable quantity or day.
    """
    require_day(on_day, field="on_day")
    check_quantity(quantity, is_measured=True)
    with transaction.atomic():
        held = lock(subscription_id=subscription_id)
        item = SubscriptionItem.objects.filter(
            subscription_id=subscription_id, resource_id=resource_id, is_measured=True
        ).first()
        if item is None:
            raise NoSuchObject(object="measured resource")
        _require_open_day(held, on_day)
        known = MeteredUsage.objects.filter(item_id=item.id, on_day=on_day).first()
        if known is not None and known.quantity == quantity:
            return
        MeteredUsage.objects.update_or_create(
            item_id=item.id,
            on_day=on_day,
            defaults={"tenant_id": held.wide.tenant_id, "quantity": quantity},
        )
        record(
            actor=actor,
            now=now,
            action="usage_metered",
            object_kind="subscription",
            object_id=subscription_id,
            tenant_id=held.wide.tenant_id,
            before={"quantity": str(known.quantity)} if known else {},
            after={"item": item.id, "on_day": on_day.isoformat(), "quantity": str(quantity)},
        )


def _require_open_day(held: Locked, on_day: date) -> None:
    """Refuse days before the running period, and subscriptions that are over: both are charged already."""
    if held.billing.status not in RUNNING:
        raise MeteredUsageRefused(
            "metered_usage_ended",
            "{object} is {status}; its usage is closed.",
            object=held.number,
            next_step="Check the subscription.",
            status=held.billing.status,
        )
    first = held.billing.period_start or held.wide.started_on
    if first is not None and on_day < first:
        raise MeteredUsageRefused(
            "metered_usage_closed",
            "The usage of {object} before {first} is charged already.",
            object=held.number,
            next_step="Report it for a day from {first} on.",
            first=first,
        )


class AgreedPriceBook:
    """The rules of usage: the factor agreed for each tier's usage, at the month's newest exchange rate.

    A factor is what the tier's buyer pays per unit of the vendor's cost; it contains the margins of all
    tiers above. A seller's own price of a SKU replaces it on that seller's tier only.
    """

    def rules(self, *, charge_month: date, subscription_ids: Sequence[int]) -> PriceRules:
        """Give the rules in force for usage of that month (its first day).

        A subscription without a factor or an exchange rate on one of its tiers gets no rule: its usage
        waits and is listed, rather than being billed to some tiers only.
        """
        items = _items(subscription_ids)
        prices = _prices(list(items.values()), charge_month)
        currencies = _cost_currencies(subscription_ids, charge_month)
        rates = _Rates(last_day=next_month(charge_month) - timedelta(days=1))
        rules: list[TierRule] = []
        for subscription_id, sellers in _sellers(list(items)).items():
            cost_currency = currencies.get(subscription_id)
            if cost_currency is None:
                continue
            made = [
                _rule(
                    subscription_id,
                    tier,
                    seller,
                    cost_currency,
                    prices.get((items[subscription_id], tier)),
                    rates,
                )
                for tier, seller in sellers
            ]
            complete = [rule for rule in made if rule is not None]
            if len(complete) == len(sellers):
                rules += complete
        sellers_of_rules = {rule.seller_id for rule in rules}
        return PriceRules(
            tier_rules=rules, sku_prices=_sku_prices(sellers_of_rules, charge_month), items=items
        )


class _Rates:
    """Exchange rates on or before a day, each looked up once."""

    def __init__(self, *, last_day: date) -> None:
        self._last_day = last_day
        self._known: dict[tuple[str, str], Decimal | None] = {}

    def find(self, source: str, target: str) -> Decimal | None:
        if source == target:
            return Decimal(1)
        key = (source, target)
        if key not in self._known:
            self._known[key] = (
                ExchangeRate.objects.filter(
                    from_currency=source, to_currency=target, on_date__lte=self._last_day
                )
                .order_by("-on_date")
                .values_list("rate", flat=True)
                .first()
            )
        return self._known[key]


def _rule(
    subscription_id: int,
    tier: int,
    seller_id: int,
    cost_currency: str,
    price: tuple[Decimal, str] | None,
    rates: _Rates,
) -> TierRule | None:
    rate = rates.find(cost_currency, price[1]) if price else None
    if price is None or rate is None:
        return None
    factor = round_amount(price[0] * rate, exp=FACTOR_DECIMALS)
    if factor >= 10**FACTOR_WHOLE_DIGITS:
        return None
    return TierRule(subscription_id, tier, seller_id, cost_currency, factor, price[1])


def _items(subscription_ids: Sequence[int]) -> dict[int, int]:
    """Give the first item of each subscription."""
    rows = SubscriptionItem.objects.filter(subscription_id__in=subscription_ids).order_by(
        "subscription_id", "-position", "-id"
    )
    return dict(rows.values_list("subscription_id", "id"))


def _prices(
    item_ids: Sequence[int], charge_month: date
) -> Mapping[tuple[int, int], tuple[Decimal, str]]:
    """Give the factor and currency of each item and tier: the newest row that holds in the month.

    Rows that come from no price or rule only carry a discount to the first term (docs/billing.md, rule 8).
    """
    in_month = Q(valid_to=None) | Q(valid_to__gt=charge_month)
    rows = (
        AgreedPrice.objects.filter(
            in_month,
            item_id__in=item_ids,
            kind=PriceKind.USAGE,
            valid_from__lt=next_month(charge_month),
        )
        .exclude(seller_price_id=None, margin_rule_id=None)
        .order_by("valid_from")
    )
    return {(row.item_id, row.tier): (row.unit_price, row.currency) for row in rows}


def _sku_prices(sellers: Collection[int], charge_month: date) -> list[SkuPrice]:
    """Give the bands of the sellers' own prices in force in a month: of the newest row of each SKU."""
    in_force = (
        OwnSkuPrice.objects.filter(seller_id__in=sellers, valid_from__lte=charge_month)
        .order_by("seller_id", "provider_name", "sku_id", "pricing_unit", "currency", "-valid_from")
        .distinct("seller_id", "provider_name", "sku_id", "pricing_unit", "currency")
    )
    return [
        SkuPrice(
            seller_id=price.seller_id,
            provider_name=price.provider_name,
            sku_id=price.sku_id,
            pricing_unit=price.pricing_unit,
            currency=price.currency,
            lower_limit=band.lower_limit,
            unit_price=band.unit_price,
        )
        for price in in_force.prefetch_related("bands")
        for band in price.bands.all()
    ]


def _sellers(subscription_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Give (tier, seller) of each subscription's chain, in order."""
    chains = dict(
        SubBilling.objects.filter(subscription_id__in=subscription_ids).values_list(
            "subscription_id", "chain_id"
        )
    )
    links: dict[int, list[tuple[int, int]]] = {}
    for link in ChainLink.objects.filter(chain_id__in=set(chains.values())).order_by("tier"):
        links.setdefault(link.chain_id, []).append((link.tier, link.seller_id))
    return {number: links.get(chain, []) for number, chain in chains.items()}


def _cost_currencies(subscription_ids: Sequence[int], charge_month: date) -> dict[int, str]:
    """Give the currency in which the vendor bills each subscription's sub-accounts that month."""
    links = {
        (link.provider_name, link.sub_account_id): link.subscription_id
        for link in SubAccountLink.objects.filter(subscription_id__in=subscription_ids)
    }
    found: dict[int, str] = {}
    sources = UsageSource.objects.filter(
        usage_import__period_start__lte=charge_month, usage_import__period_end__gt=charge_month
    ).select_related("usage_import")
    for source in sources.order_by("id"):
        number = links.get((source.provider_name, source.sub_account_id))
        if number is not None and source.usage_import.currency:
            found[number] = source.usage_import.currency
    return found
