"""What a subscription's page shows of other packages: measured and paid use, usage lines, documents.

Every function takes the head of the page, which only a viewer of the subscription gets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.parties import access
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.domain.usage.drill_down import LineKey, LinePage, drill_down
from entrepot.domain.usage.models import MeteredUsage, SubAccountLink, UsageSource
from entrepot.domain.usage.parquet import FOLDER, StoredFile, stored_path
from entrepot.domain.usage.rating import MappedSubAccount, ValidSource
from entrepot.domain.usage.totals import StoreSettings

DOCUMENTS_SHOWN_MAX = 12
USAGE_SHOWN_MAX = 100
_GRID_STEPS = 24

# Totals of one key are differences between imports, so they are added up.
_USAGE = """
SELECT
    total.period_start, total.sku, max(total.sku_name), max(total.unit), sum(total.lines)::bigint, sum(total.quantity),
    sum(total.amount_after - total.amount_before), max(total.currency), sum(total.cost),
    bool_and(total.billed_on IS NOT NULL)
FROM usage_total AS total
WHERE total.subscription_id = %(id)s AND total.tier = %(tier)s
GROUP BY total.period_start, total.sku
ORDER BY total.period_start DESC, total.sku
LIMIT %(limit)s"""

# Charges have no index by subscription. Their periods start on few known days: on the grid, with a term, when service
# began, on the day of a quantity change, of a cancellation or of a month of use; each is looked up by day and item.
_DOCUMENTS = """
WITH item AS MATERIALIZED (
    SELECT own.id, own.is_measured FROM subscription_item AS own WHERE own.subscription_id = %(id)s
),
start AS (
    SELECT DISTINCT candidate.day FROM sub_billing AS sub
    CROSS JOIN LATERAL (
        SELECT grid_date(sub.period_start, -step * sub.billing_months, sub.anchor_day) AS day
        FROM generate_series(0, %(steps)s) AS step
        UNION ALL SELECT sub.period_start
        UNION ALL SELECT sub.cancel_on
        UNION ALL SELECT term.starts_on FROM term WHERE term.subscription_id = %(id)s
        UNION ALL SELECT span.starts_on FROM service_span AS span WHERE span.subscription_id = %(id)s
    ) AS candidate
    INNER JOIN subscription AS wide ON wide.id = sub.subscription_id
    WHERE
        sub.subscription_id = %(id)s AND candidate.day IS NOT NULL
        AND candidate.day >= coalesce(wide.started_on, candidate.day)
),
carried AS (
    SELECT found.statement_on, found.billing_account_id FROM start
    CROSS JOIN LATERAL (
        SELECT charge.statement_on, charge.billing_account_id FROM charge
        WHERE
            charge.period_start = start.day AND charge.item_id = ANY(ARRAY(SELECT item.id FROM item))
            AND charge.tier = %(tier)s AND charge.kind IN ('recurring', 'setup', 'renewal')
        LIMIT 1
    ) AS found
    UNION
    -- Overuse stands on the document after its period, a refund on that of the cancellation.
    SELECT charge.statement_on, charge.billing_account_id FROM start
    INNER JOIN charge
        ON
            charge.period_start = start.day AND charge.tier = %(tier)s AND charge.kind = 'overuse'
            AND charge.item_id = ANY(ARRAY(SELECT item.id FROM item WHERE item.is_measured LIMIT 50))
    UNION
    SELECT charge.statement_on, charge.billing_account_id FROM sub_billing AS sub
    INNER JOIN charge
        ON
            charge.period_start = greatest(sub.cancel_on, sub.period_start) AND charge.tier = %(tier)s
            AND charge.kind = 'refund' AND charge.item_id = ANY(ARRAY(SELECT item.id FROM item))
    WHERE sub.subscription_id = %(id)s AND sub.cancel_refund
    UNION
    SELECT charge.statement_on, charge.billing_account_id
    FROM (
        SELECT change.item_id, change.effective_on FROM quantity_change AS change
        INNER JOIN item ON item.id = change.item_id
        WHERE change.applied_on IS NOT NULL ORDER BY change.effective_on DESC LIMIT 200
    ) AS change
    INNER JOIN charge
        ON
            charge.period_start = change.effective_on AND charge.item_id = change.item_id
            AND charge.tier = %(tier)s AND charge.kind = 'change'
    UNION
    SELECT charge.statement_on, charge.billing_account_id
    FROM (
        SELECT DISTINCT total.item_id, total.period_start FROM usage_total AS total
        WHERE total.subscription_id = %(id)s AND total.billed_on IS NOT NULL
    ) AS used
    INNER JOIN charge
        ON
            charge.period_start = used.period_start AND charge.item_id = used.item_id
            AND charge.tier = %(tier)s AND charge.kind = 'usage'
)
SELECT
    invoice.id, invoice.number_text, invoice.kind::text, invoice.issued_on, invoice.currency, invoice.gross,
    invoice.open_amount
FROM carried
INNER JOIN invoice ON invoice.statement_on = carried.statement_on
    AND invoice.billing_account_id = carried.billing_account_id
WHERE {visible} AND EXISTS (
    SELECT FROM billing_run AS run WHERE run.day = invoice.issued_on AND run.step = 'done'
)
ORDER BY invoice.issued_on DESC, invoice.id DESC
LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class UsedSku:
    """What was used of one SKU in a month. `amount` is the viewer's price, before rounding to cents.

    `cost` is what the vendor billed, for the provider only. `is_billed` tells that all of it is.
    """

    month: date
    sku: str
    name: str
    unit: str
    lines: int
    quantity: Decimal
    amount: Decimal
    currency: str
    cost: Decimal | None
    is_billed: bool


@dataclass(frozen=True, slots=True)
class CarryingDocument:
    """An invoice or credit note with charges of the subscription; amounts are those of the whole document."""

    id: int
    number: str
    kind: DocumentKind
    issued_on: date
    currency: str
    gross: Decimal
    open_amount: Decimal


def measured_use(*, facts: SubscriptionFacts, item_ids: Sequence[int]) -> Mapping[int, Decimal]:
    """Add up what was measured of some resources in the running billing period; items without use are left out."""
    start, end = facts.dates.period_start, facts.dates.period_end
    if start is None or end is None or not item_ids:
        return {}
    rows = MeteredUsage.objects.filter(item_id__in=item_ids, on_day__gte=start, on_day__lt=end)
    return dict(
        rows.values("item_id").annotate(used=Sum("quantity")).values_list("item_id", "used")
    )


def used_skus(*, facts: SubscriptionFacts) -> tuple[UsedSku, ...]:
    """Give pay-as-you-go use by month and SKU, the newest month first; at most 100 rows."""
    if facts.money.tier is None:
        return ()
    values = {"id": facts.id, "tier": facts.money.tier, "limit": USAGE_SHOWN_MAX}
    sees_cost = facts.money.is_seller and facts.money.tier == 1
    return tuple(
        UsedSku(*[*row[:8], row[8] if sees_cost else None, row[9]]) for row in _rows(_USAGE, values)
    )


def usage_lines(
    *,
    facts: SubscriptionFacts,
    sku: str,
    month: date,
    after: LineKey | None,
    limit: int,
    store: StoreSettings,
) -> LinePage | None:
    """Give one page of the usage lines behind a total, oldest first; None if nothing was used.

    `month` is the first day of a month, `limit` 1 to 200. The lines hold the vendor's cost, which only
    the provider may see. Raises: UsageStoreDamaged; UsageMemoryTooSmall.
    """
    links = [
        MappedSubAccount(link.provider_name, link.sub_account_id, link.subscription_id)
        for link in SubAccountLink.objects.filter(subscription_id=facts.id).order_by("id")
    ]
    sources = UsageSource.objects.filter(
        sub_account_id__in=[link.sub_account_id for link in links],
        usage_import__period_start__lte=month,
        usage_import__period_end__gt=month,
    ).select_related("usage_import")
    valid = [row for row in sources.order_by("id") if row.usage_import.parquet_path]
    if not valid:
        return None
    files = {
        row.usage_import.parquet_path: StoredFile(
            path=row.usage_import.parquet_path, sha256=row.usage_import.parquet_sha256
        )
        for row in valid
    }
    return drill_down(
        files=[stored_path(file=one, data_dir=store.data_dir) for one in files.values()],
        subscriptions=links,
        sources=[
            ValidSource(
                row.provider_name, row.sub_account_id, row.period_start, row.usage_import.id
            )
            for row in valid
        ],
        subscription_id=facts.id,
        sku_id=sku,
        charge_month=month,
        work_dir=store.data_dir / FOLDER / "work",
        after=after,
        page_size=limit,
        memory_limit_mb=store.memory_limit_mb,
    )


def carrying_documents(viewer: Viewer, *, facts: SubscriptionFacts) -> tuple[CarryingDocument, ...]:
    """Give the newest documents of the viewer's sale that carry the subscription, at most 12.

    Only documents of completed days are shown, and periods of the last 24 back.
    """
    if facts.money.tier is None:
        return ()
    side = Side.BOUGHT if facts.is_own else Side.SOLD
    visible = access.where(viewer, "invoice", scope=document_scope(viewer, side=side))
    values = {
        "id": facts.id,
        "tier": facts.money.tier,
        "steps": _GRID_STEPS,
        "limit": DOCUMENTS_SHOWN_MAX,
        **visible.params,
    }
    return tuple(
        CarryingDocument(row[0], row[1], DocumentKind(row[2]), *row[3:])
        for row in _rows(_DOCUMENTS.replace("{visible}", visible.text), values)
    )


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
