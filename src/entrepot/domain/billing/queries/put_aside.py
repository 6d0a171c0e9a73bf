"""Reads of subscriptions that could not be billed: grouped by what would repair them, and one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from entrepot.domain.billing.lifecycle import QuarantineReason
from entrepot.domain.parties.access import where
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.money import Money

LIMIT_MAX = 200
IDS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class AsideKey:
    """What one repair would mend: a reason, and for prices the plan and the tier that lack one."""

    reason: QuarantineReason
    plan_id: int | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class AsideGroup:
    """The subscriptions that wait for the same repair. `last_bill` is their last net of the provider's own sales."""

    key: AsideKey
    plan_name: str
    resource: str
    since: date
    subscriptions: int
    accounts: int
    last_bill: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class AsideSummary:
    """All groups, the largest first, and what they come to."""

    groups: tuple[AsideGroup, ...]
    subscriptions: int
    accounts: int
    last_bill: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One subscription in quarantine. `error` is what the database said, for reason `bad_data`."""

    id: int
    subscription_id: int
    customer_id: int
    customer_name: str
    plan_name: str
    key: AsideKey
    resource: str
    error: str
    due_on: date
    first_day: date
    last_day: date
    tries: int
    last_bill: Money | None


@dataclass(frozen=True, slots=True)
class AsidePage:
    """One page of rows, the newest first; `older` leads to the next one, None on the last."""

    rows: tuple[AsideRow, ...]
    older: int | None


def aside_summary(
    viewer: Viewer, *, first_day: date | None = None, day: date | None = None
) -> AsideSummary:
    """Group what is not billed yet; with both days only what the run of these days put aside."""
    rows = _select(
        viewer,
        "count(*), count(DISTINCT row.customer_id), sum(row.last_bill), min(row.first_day), "
        "min(row.resource), min(row.plan_name), array_agg(DISTINCT row.customer_id)",
        "GROUP BY row.reason, row.plan_key, row.tier, row.currency "
        "ORDER BY sum(count(*)) OVER (PARTITION BY row.reason, row.plan_key, row.tier) DESC, 1, 2, 3, 4",
        head="row.reason, row.plan_key, row.tier, row.currency, ",
        values=_days(first_day, day),
    )
    merged: dict[AsideKey, list[tuple[Any, ...]]] = {}
    for reason, plan_id, tier, *rest in rows:
        key = AsideKey(QuarantineReason(reason), plan_id, tier)
        merged.setdefault(key, []).append(tuple(rest))
    groups = tuple(_group(key, parts) for key, parts in merged.items())
    customers = {customer for row in rows for customer in row[-1]}
    return AsideSummary(
        groups=groups,
        subscriptions=sum(group.subscriptions for group in groups),
        accounts=len(customers),
        last_bill=_sums([money for group in groups for money in group.last_bill]),
    )


def list_aside(
    viewer: Viewer,
    *,
    limit: int,
    key: AsideKey | None = None,
    before: int | None = None,
) -> AsidePage:
    """Return open rows, of one group if `key` is given, newest first; at most 200."""
    size = min(limit, LIMIT_MAX)
    values: dict[str, Any] = {**_days(None, None), **_of(key), "before": before, "size": size + 1}
    conditions = [_IN_GROUP] if key else []
    conditions += ["row.id < %(before)s"] if before is not None else []
    rows = _select(
        viewer,
        what="row.id, row.subscription_id, row.customer_id, row.customer_name, row.plan_name, row.reason, "
        "row.plan_key, row.tier, row.resource, row.error, row.due_on, row.first_day, row.last_day, "
        "row.tries, row.last_bill, row.currency",
        tail=f"{_where(conditions)} ORDER BY row.id DESC LIMIT %(size)s",
        values=values,
    )
    page = tuple(_row(row) for row in rows[:size])
    return AsidePage(page, page[-1].id if len(rows) > size else None)


def aside_ids(
    viewer: Viewer, *, key: AsideKey | None = None, among: Sequence[int] | None = None
) -> tuple[int, ...]:
    """Return the subscriptions of a group, those of `among` that are still open, or all; at most 10,000."""
    conditions = [_IN_GROUP] if key else []
    conditions += ["row.subscription_id = ANY(%(among)s)"] if among is not None else []
    rows = _select(
        viewer,
        "row.subscription_id",
        f"{_where(conditions)} ORDER BY row.subscription_id LIMIT {IDS_MAX}",
        values={**_days(None, None), **_of(key), "among": list(among or ())},
    )
    return tuple(row[0] for row in rows)


_ROWS = """
SELECT {head}{what}
FROM (
    SELECT
        put.id,
        put.subscription_id,
        put.reason::text AS reason,
        CASE WHEN put.reason = 'no_price' THEN sub.plan_id END AS plan_key,
        CASE WHEN put.reason <> 'bad_data' THEN (put.detail ->> 'tier')::smallint END AS tier,
        coalesce(resource.name, '') AS resource,
        coalesce(put.detail ->> 'error', '') AS error,
        put.due_on,
        put.first_day,
        put.last_day,
        put.tries,
        sub.customer_id,
        sub.customer_name,
        sub.plan_name,
        put.last_bill,
        nullif(put.currency, '') AS currency
    FROM quarantine AS put
    INNER JOIN subscription AS sub ON sub.id = put.subscription_id
    LEFT JOIN resource ON resource.id = (put.detail ->> 'resource')::bigint
    WHERE
        put.resolved_on IS NULL
        AND {scope}
        AND (%(first)s::date IS NULL OR (put.last_day >= %(first)s AND put.first_day <= %(day)s))
) AS row
{tail}
"""
_IN_GROUP = (
    "(row.reason, row.plan_key, row.tier) IS NOT DISTINCT FROM "
    "(%(reason)s::text, %(plan)s::bigint, %(tier)s::smallint)"
)


def _select(
    viewer: Viewer,
    what: str,
    tail: str,
    *,
    values: Mapping[str, Any],
    head: str = "",
) -> list[tuple[Any, ...]]:
    scope = where(viewer, "quarantine", alias="put")
    text = _ROWS.format(head=head, what=what, tail=tail, scope=scope.text)
    with connection.cursor() as cursor:
        cursor.execute(text, dict(values) | dict(scope.params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _days(first_day: date | None, day: date | None) -> dict[str, Any]:
    return {"first": first_day, "day": day}


def _of(key: AsideKey | None) -> dict[str, Any]:
    if key is None:
        return {}
    return {"reason": key.reason.value, "plan": key.plan_id, "tier": key.tier}


def _group(key: AsideKey, parts: Sequence[tuple[Any, ...]]) -> AsideGroup:
    """Merge the parts of one group, which differ by currency: (currency, number, accounts, sum, since, ...)."""
    bills = [Money(amount, currency) for currency, _, _, amount, *_ in parts if amount is not None]
    return AsideGroup(
        key=key,
        plan_name=parts[0][6],
        resource=parts[0][5],
        since=min(part[4] for part in parts),
        subscriptions=sum(part[1] for part in parts),
        accounts=len({customer for part in parts for customer in part[7]}),
        last_bill=_sums(bills),
    )


def _sums(amounts: Sequence[Money]) -> tuple[Money, ...]:
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))


def _row(row: tuple[Any, ...]) -> AsideRow:
    number, subscription, customer, name, plan, reason, plan_id, tier, resource, error, *rest = row
    due_on, first_day, last_day, tries, amount, currency = rest
    return AsideRow(
        id=number,
        subscription_id=subscription,
        customer_id=customer,
        customer_name=name,
        plan_name=plan,
        key=AsideKey(QuarantineReason(reason), plan_id, tier),
        resource=resource,
        error=error,
        due_on=due_on,
        first_day=first_day,
        last_day=last_day,
        tries=tries,
        last_bill=None if amount is None else Money(amount, currency),
    )
