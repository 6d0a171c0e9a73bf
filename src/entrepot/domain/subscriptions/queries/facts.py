"""The head of a subscription's page: what it is, where it stands, and what the viewer may see of its money."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries.lists import Cash
from entrepot.domain.subscriptions.queries.run import rows_of
from entrepot.domain.subscriptions.rules import Windows
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import Money

_FACTS = """
SELECT
    s.id, s.customer_id, s.customer_name, s.seller_id, coalesce(seller.name, ''), s.plan_id, s.plan_name,
    plan.segment, plan.is_usage, service.name, service.icon, vendor.name, s.plan_period_id,
    period.term_months, period.billing_months, period.refund::text, period.refund_days, period.grace_days,
    s.status::text, s.admin_hold, s.credit_hold, s.auto_renew, s.started_on, s.trial_end, s.term_start, s.term_end,
    s.ended_on, s.cancel_on, s.cancel_reason, s.quantity, s.vendor_reference, s.purchase_order, s.currency,
    billing.due_on, billing.period_start, billing.period_end, billing.grace_end,
    coalesce(billing.anchor_day, 1), s.chain_id, coalesce(billing.version, 0),
    period.hold_days, period.destroys_after_hold, period.destroys_on_cancel, s.destroy_on,
    coalesce(billing.renews_once, false), period.full_refund_days, period.later_full_refund_days,
    period.later_refund_days,
    NOT EXISTS (SELECT FROM term AS past WHERE past.subscription_id = s.id AND past.starts_on < s.term_start)
FROM subscription AS s
INNER JOIN plan ON plan.id = s.plan_id
INNER JOIN service ON service.id = plan.service_id
INNER JOIN vendor ON vendor.id = service.vendor_id
INNER JOIN plan_period AS period ON period.id = s.plan_period_id
LEFT JOIN account AS seller ON seller.id = s.seller_id
LEFT JOIN sub_billing AS billing ON billing.subscription_id = s.id
WHERE s.id = %(id)s"""
_TIERS = """
SELECT link.tier, link.seller_id, seller.name, account.currency, money.currency, money.monthly_price, money.monthly_cost
FROM chain_link AS link
INNER JOIN account AS seller ON seller.id = link.seller_id
INNER JOIN billing_account AS account ON account.id = link.billing_account_id
LEFT JOIN subscription_money AS money ON money.subscription_id = %(id)s AND money.tier = link.tier
WHERE link.chain_id = %(chain)s
ORDER BY link.tier"""
_HOME_MARGIN = """
SELECT
    sum(
        units_at_level(price.model, price.lower_limit, price.upper_limit, item.quantity)
        * (price.unit_price * (1000000 - price.discount_ppm) / 1000000 - price.unit_cost)
        / price.exchange_rate
    ) / %(months)s
FROM subscription_item AS item
INNER JOIN agreed_price AS price
    ON
        price.item_id = item.id AND price.tier = %(tier)s AND price.kind = 'recurring'
        AND price.valid_from <= %(today)s AND (price.valid_to IS NULL OR price.valid_to > %(today)s)
WHERE item.subscription_id = %(id)s
HAVING bool_and(price.exchange_rate IS NOT NULL)"""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What was bought and for how long."""

    id: int
    name: str
    segment: str
    is_usage: bool
    service_name: str
    service_icon: str
    vendor_name: str
    period_id: int
    term_months: int
    billing_months: int
    windows: Windows
    grace_days: int
    hold_days: int
    destroys_after_hold: bool
    destroys_on_cancel: bool


@dataclass(frozen=True, slots=True)
class Dates:
    """Its days; ends are exclusive.

    `due_on` is the next day on which billing has something to do; `destroy_on` the day whose run removes what has
    ended for good, None where nothing does.
    """

    started_on: date | None
    trial_end: date | None
    term_start: date | None
    term_end: date | None
    ended_on: date | None
    cancel_on: date | None
    due_on: date | None
    period_start: date | None
    period_end: date | None
    grace_end: date | None
    anchor_day: int
    destroy_on: date | None
    is_first_term: bool


@dataclass(frozen=True, slots=True)
class LowerTier:
    """The sale price of a seller below the viewer, for people with that privilege; never its cost."""

    tier: int
    seller_name: str
    cash: Cash


@dataclass(frozen=True, slots=True)
class PageMoney:
    """What the viewer may see of the money.

    `tier` is the sale that the figures belong to, None when there is none to show. `cash.cost` is None
    for the buyer. `home_margin` is the margin in the seller's own currency at the agreed rate, None when
    that is the currency of the sale or the rate is not known.
    """

    tier: int | None
    is_seller: bool
    currency: str
    cash: Cash | None
    home_margin: Money | None
    lower: tuple[LowerTier, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """The head of the page. `is_own` tells that the viewer's account bought it.

    `renews_once` tells that one more term is
    ordered by hand. `version` is that of the billing state, which commands compare; 0 before the subscription starts.
    """

    id: int
    customer_id: int
    customer_name: str
    seller_id: int
    seller_name: str
    status: Status
    admin_hold: bool
    credit_hold: bool
    auto_renew: bool
    renews_once: bool
    cancel_reason: str
    quantity: Decimal
    vendor_reference: str
    purchase_order: str
    is_own: bool
    plan: PlanFacts
    dates: Dates
    money: PageMoney
    version: int

    @property
    def on_hold(self) -> bool:
        """Tell whether a hold keeps a running subscription from being used."""
        return (self.admin_hold or self.credit_hold) and self.status in RUNNING


def subscription_facts(viewer: Viewer, *, subscription_id: int) -> SubscriptionFacts:
    """Give the head of a subscription's page. Raises: NoSuchObject, for foreign ones too."""
    access.one(viewer, Subscription, pk=subscription_id, kind=IdKind.SUBSCRIPTION)
    row = rows_of(_FACTS, {"id": subscription_id})[0]
    number, customer_id, customer_name, seller_id, seller_name = row[:5]
    status, admin_hold, credit_hold, auto_renew = row[18:22]
    reason, quantity, reference, order, currency = row[28:33]
    windows = Windows(RefundPolicy(row[15]) is RefundPolicy.PRORATED, row[45], row[16], *row[46:48])
    plan = [*row[5:15], windows, row[17], *row[40:43]]
    facts = PlanFacts(*plan)
    return SubscriptionFacts(
        id=number,
        customer_id=customer_id,
        customer_name=customer_name,
        seller_id=seller_id,
        seller_name=seller_name,
        status=Status(status),
        admin_hold=admin_hold,
        credit_hold=credit_hold,
        auto_renew=auto_renew,
        renews_once=row[44],
        cancel_reason=reason,
        quantity=quantity,
        vendor_reference=reference,
        purchase_order=order,
        is_own=customer_id == viewer.account_id,
        plan=facts,
        dates=Dates(*[*row[22:28], *row[33:38], row[43], row[48]]),
        money=_money(viewer, row=row, plan=facts, currency=currency),
        version=row[39],
    )


def _money(viewer: Viewer, *, row: tuple[Any, ...], plan: PlanFacts, currency: str) -> PageMoney:
    tiers = rows_of(_TIERS, {"id": row[0], "chain": row[38]})
    sights = access.sight(viewer, seller_ids=[tier[1] for tier in tiers], buyer_id=row[1])
    own = next((k for k, sight in enumerate(sights) if sight.cost), None)
    if own is None and row[1] == viewer.account_id and sights[-1].price:
        own = len(sights) - 1
    if own is None:
        return PageMoney(None, False, currency, None, None, ())
    cash = _cash(tiers[own], with_cost=sights[own].cost)
    lower = [
        LowerTier(tier[0], tier[2], shown)
        for tier, sight in zip(tiers[own + 1 :], sights[own + 1 :], strict=True)
        if sight.price and (shown := _cash(tier, with_cost=False)) is not None
    ]
    return PageMoney(
        tier=tiers[own][0],
        is_seller=sights[own].cost,
        currency=tiers[own][3],
        cash=cash,
        home_margin=_home_margin(viewer, row[0], tiers[own], plan)
        if cash and cash.margin is not None
        else None,
        lower=tuple(lower),
    )


def _cash(tier: tuple[Any, ...], *, with_cost: bool) -> Cash | None:
    *_, currency, price, cost = tier
    return None if currency is None else Cash(currency, price, cost if with_cost else None)


def _home_margin(
    viewer: Viewer, number: int, tier: tuple[Any, ...], plan: PlanFacts
) -> Money | None:
    home = rows_of("SELECT currency FROM account WHERE id = %(id)s", {"id": viewer.account_id})[0][
        0
    ]
    if home == tier[4]:
        return None
    values = {"id": number, "tier": tier[0], "today": viewer.today, "months": plan.billing_months}
    found = rows_of(_HOME_MARGIN, values)
    return Money.rounded(found[0][0], currency=home) if found and found[0][0] is not None else None
