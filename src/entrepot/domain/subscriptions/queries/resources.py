"""The resources of a subscription with their prices, what changes next, and what the next period costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.levels import PriceLevel
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import MarginBasis
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries.facts import SubscriptionFacts
from entrepot.domain.subscriptions.queries.run import rows_of
from entrepot.kernel.money import Money, exponent
from entrepot.kernel.periods import fraction, period_end

RESOURCES_SHOWN_MAX = 25
PRICES_SHOWN_MAX = 200
CHANGES_SHOWN_MAX = 20
_ITEMS = """
SELECT
    item.id, resource.name, resource.unit, item.quantity, item.included * item.quantity, item.is_measured,
    price.unit_price, price.unit_cost, price.discount_ppm, price.discount_label, price.promotion_id IS NOT NULL,
    overuse.unit_price, coalesce(price.model <> 'flat', FALSE)
FROM (
    SELECT own.* FROM subscription_item AS own WHERE own.subscription_id = %(id)s
    ORDER BY own.position, own.id LIMIT %(limit)s OFFSET %(skipped)s
) AS item
INNER JOIN resource ON resource.id = item.resource_id
LEFT JOIN LATERAL (
    SELECT agreed.*
    FROM agreed_price AS agreed
    WHERE
        agreed.item_id = item.id AND agreed.tier = %(tier)s AND agreed.kind IN ('recurring', 'usage')
        AND agreed.valid_from <= %(today)s AND (agreed.valid_to IS NULL OR agreed.valid_to > %(today)s)
        AND (
            agreed.level = 0
            OR units_at_level(agreed.model, agreed.lower_limit, agreed.upper_limit, item.quantity) > 0
        )
    ORDER BY agreed.level DESC
    LIMIT 1
) AS price ON TRUE
LEFT JOIN agreed_price AS overuse
    ON
        overuse.item_id = item.id AND overuse.tier = %(tier)s AND overuse.kind = 'overuse' AND overuse.level = 0
        AND overuse.valid_from <= %(today)s AND (overuse.valid_to IS NULL OR overuse.valid_to > %(today)s)
ORDER BY item.position, item.id"""
_PRICES = """
SELECT
    price.item_id, resource.name, price.kind::text, price.unit_price, price.unit_cost, price.currency,
    price.discount_ppm, price.discount_label, price.valid_from, price.valid_to,
    price.seller_price_id IS NOT NULL, price.catalog_price_id IS NOT NULL, list.file_name,
    rule.basis::text, rule.percent_ppm, price.exchange_rate, price.model::text, price.level, price.lower_limit,
    price.upper_limit
FROM agreed_price AS price
INNER JOIN subscription_item AS item ON item.id = price.item_id
INNER JOIN resource ON resource.id = item.resource_id
LEFT JOIN catalog_price AS listed ON listed.id = price.catalog_price_id
LEFT JOIN price_list_import AS list ON list.id = listed.price_list_id
LEFT JOIN margin_rule AS rule ON rule.id = price.margin_rule_id
WHERE
    price.item_id = ANY(%(items)s) AND price.tier = %(tier)s
    -- A discount that waits for the first term stands on a row without a price.
    AND (
        price.unit_price > 0 OR price.catalog_price_id IS NOT NULL OR price.seller_price_id IS NOT NULL
        OR price.margin_rule_id IS NOT NULL
    )
    -- A level that was replaced on its first day has no units.
    AND price.upper_limit IS DISTINCT FROM price.lower_limit
ORDER BY (price.valid_to IS NOT NULL), item.position, item.id, price.kind, price.valid_from DESC, price.level
LIMIT %(limit)s"""
_CHANGES = """
SELECT change.id, change.effective_on, resource.name, resource.unit, item.quantity, change.new_quantity
FROM quantity_change AS change
INNER JOIN subscription_item AS item ON item.id = change.item_id
INNER JOIN resource ON resource.id = item.resource_id
WHERE change.subscription_id = %(id)s AND change.applied_on IS NULL AND change.withdrawn_at IS NULL
ORDER BY change.effective_on, change.id
LIMIT %(limit)s"""
_NEXT = """
SELECT sum(part.list_amount - round(part.list_amount * part.discount_ppm / 1000000, %(exponent)s))
FROM (
    SELECT
        price.discount_ppm,
        round(
            (
                price.unit_price * %(num)s
                * units_at_level(
                    price.model, price.lower_limit, price.upper_limit, coalesce(waiting.new_quantity, item.quantity)
                )
            )::numeric(50, 30) / %(den)s,
            %(exponent)s
        ) AS list_amount
    FROM subscription_item AS item
    INNER JOIN agreed_price AS price
        ON
            price.item_id = item.id AND price.tier = %(tier)s AND price.kind = 'recurring'
            AND price.valid_from <= %(day)s AND (price.valid_to IS NULL OR price.valid_to > %(day)s)
    LEFT JOIN (
        SELECT DISTINCT ON (change.item_id) change.item_id, change.new_quantity
        FROM quantity_change AS change
        WHERE
            change.subscription_id = %(id)s AND change.applied_on IS NULL AND change.withdrawn_at IS NULL
            AND change.effective_on <= %(day)s
        ORDER BY change.item_id, change.effective_on DESC, change.id DESC
    ) AS waiting ON waiting.item_id = item.id
    WHERE item.subscription_id = %(id)s
) AS part"""


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource. `included` units are free for the quantity now; prices are those of the viewer's sale.

    With levels the price is that of the highest one that the quantity reaches, for overuse the lowest.

    `is_promotion` tells that the discount is a promotion's, which ends with the term unless it is given again.
    """

    item_id: int
    name: str
    unit: Mapping[str, str]
    quantity: Decimal
    included: Decimal
    is_measured: bool
    unit_price: Decimal | None
    unit_cost: Decimal | None
    discount_ppm: int
    discount_label: str
    is_promotion: bool
    overuse_price: Decimal | None
    has_levels: bool


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """A page of resources, numbered from 1."""

    rows: tuple[ResourceRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One agreed price; the seller alone sees cost and origin.

    `origin` is `own_price`, `margin_rule` or `price_list`, empty where it is not told; a rule has its
    basis and parts per million, a list its file, for the provider.
    """

    item_id: int
    resource: str
    kind: PriceKind
    unit_price: Decimal
    unit_cost: Decimal | None
    currency: str
    discount_ppm: int
    discount_label: str
    valid_from: date
    valid_to: date | None
    origin: str
    list_name: str
    basis: MarginBasis | None
    percent_ppm: int | None
    exchange_rate: Decimal | None
    level: PriceLevel


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A quantity that is ordered for a day to come."""

    id: int
    effective_on: date
    resource: str
    unit: Mapping[str, str]
    now: Decimal
    then: Decimal


@dataclass(frozen=True, slots=True)
class NextCharge:
    """What billing does next: on `on_day` it charges `net` for the days up to `until` (exclusive), before tax.

    `net` is None where nothing is charged then or the price is agreed only then. At a term's end the
    prices may change. What was used beyond the included units comes on top.
    """

    on_day: date
    net: Money | None
    until: date | None
    starts_term: bool


def resource_page(viewer: Viewer, *, facts: SubscriptionFacts, page: int) -> ResourcePage:
    """Give 25 resources of a subscription in the plan's order; a page beyond the last one is the last one."""
    total = int(
        rows_of(
            "SELECT count(*) FROM subscription_item WHERE subscription_id = %(id)s",
            {"id": facts.id},
        )[0][0]
    )
    pages = max(1, -(-total // RESOURCES_SHOWN_MAX))
    number = min(max(page, 1), pages)
    values = {
        "id": facts.id,
        "tier": facts.money.tier,
        "today": _priced_on(viewer, facts),
        "limit": RESOURCES_SHOWN_MAX,
        "skipped": (number - 1) * RESOURCES_SHOWN_MAX,
    }
    rows = tuple(_resource(row, facts) for row in rows_of(_ITEMS, values))
    return ResourcePage(rows, total, number, pages)


def agreed_prices(*, facts: SubscriptionFacts, item_ids: Sequence[int]) -> tuple[PriceRow, ...]:
    """Give the agreed prices of some resources on the viewer's sale, current ones first; at most 200."""
    if facts.money.tier is None or not item_ids:
        return ()
    values = {"items": list(item_ids), "tier": facts.money.tier, "limit": PRICES_SHOWN_MAX}
    return tuple(_price(row, facts) for row in rows_of(_PRICES, values))


def waiting_changes(*, facts: SubscriptionFacts) -> tuple[WaitingChange, ...]:
    """Give the open quantity changes by day; at most 20."""
    values = {"id": facts.id, "limit": CHANGES_SHOWN_MAX}
    return tuple(
        WaitingChange(number, day, name, json.loads(unit), now, then)
        for number, day, name, unit, now, then in rows_of(_CHANGES, values)
    )


def next_charge(*, facts: SubscriptionFacts) -> NextCharge | None:
    """Work out what the next day of billing charges on the viewer's sale. Source: docs/billing.md section 3.

    None when nothing is due any more, or a hold stops billing.
    """
    dates = facts.dates
    if dates.due_on is None:
        return None
    end = dates.period_end
    if end is None or facts.status is not Status.ACTIVE or not _goes_on(facts, end):
        return NextCharge(dates.due_on, None, None, False)
    starts_term = dates.term_end is not None and dates.term_end <= end
    if facts.money.tier is None or dates.period_start == end:
        return NextCharge(dates.due_on, None, None, starts_term)
    months, anchor = facts.plan.billing_months, dates.anchor_day
    until = period_end(
        dates.due_on, months=months, anchor=anchor, term_end=None if starts_term else dates.term_end
    )
    part = fraction(start=dates.due_on, end=until.end, months=months, anchor=anchor)
    currency = facts.money.currency
    values = {
        "id": facts.id,
        "tier": facts.money.tier,
        "day": dates.due_on,
        "num": part.num,
        "den": part.den,
        "exponent": exponent(currency),
    }
    amount = rows_of(_NEXT, values)[0][0]
    net = None if amount is None else Money.rounded(amount, currency=currency)
    return NextCharge(dates.due_on, net, until.end, starts_term)


def _goes_on(facts: SubscriptionFacts, end: date) -> bool:
    """Tell whether the next thing to happen is a new period from the end of this one."""
    dates = facts.dates
    if dates.due_on is None or dates.due_on < end:
        return False
    if dates.cancel_on is not None and dates.cancel_on <= dates.due_on:
        return False
    term_is_over = dates.term_end is not None and dates.term_end <= dates.due_on
    return facts.auto_renew or not term_is_over or dates.period_start == end


def _priced_on(viewer: Viewer, facts: SubscriptionFacts) -> date:
    """Give the day whose prices hold: that of the running period, else the viewer's."""
    start, end = facts.dates.period_start, facts.dates.period_end
    return start if start is not None and start != end else viewer.today


def _resource(row: tuple[Any, ...], facts: SubscriptionFacts) -> ResourceRow:
    *head, unit_cost, discount, label, is_promotion, overuse, has_levels = row
    head[2] = json.loads(head[2])
    cost = unit_cost if facts.money.is_seller else None
    return ResourceRow(
        *[*head, cost, discount or 0, label or "", bool(is_promotion), overuse, has_levels]
    )


def _price(row: tuple[Any, ...], facts: SubscriptionFacts) -> PriceRow:
    own, listed, file_name, basis, ppm, rate, model, *limits = row[10:]
    told = facts.money.is_seller
    origin = "own_price" if own else "margin_rule" if basis else "price_list" if listed else ""
    return PriceRow(
        item_id=row[0],
        resource=row[1],
        kind=PriceKind(row[2]),
        unit_price=row[3],
        unit_cost=row[4] if told else None,
        currency=row[5],
        discount_ppm=row[6],
        discount_label=row[7],
        valid_from=row[8],
        valid_to=row[9],
        origin=origin if told else "",
        list_name=(file_name or "") if told and facts.money.tier == 1 else "",
        basis=MarginBasis(basis) if told and basis else None,
        percent_ppm=ppm if told else None,
        exchange_rate=rate if told else None,
        level=PriceLevel(PriceModel(model), *limits),
    )
