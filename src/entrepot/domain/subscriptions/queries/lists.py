"""Pages, counts and sums of lists of subscriptions.

A view without filters is read along its index. With filters the matching rows are counted first: up to
`COUNT_MAX` of them are collected and sorted, more of them are so frequent that the index is the quicker way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import conditions
from entrepot.domain.subscriptions.queries.choices import (
    COUNT_MAX,
    PAGE_SIZE_MAX,
    Book,
    ListInput,
    Place,
    Tab,
    Wanted,
    check,
)
from entrepot.domain.subscriptions.queries.conditions import Source
from entrepot.domain.subscriptions.queries.run import rows_of


@dataclass(frozen=True, slots=True)
class Cash:
    """A month's price, and the cost of whoever sells at it unless that is none of the viewer's business."""

    currency: str
    price: Decimal
    cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        """Give price less cost."""
        return None if self.cost is None else self.price - self.cost

    @property
    def margin_share(self) -> Decimal | None:
        """Give the margin as a share of the price, None without a price."""
        return self.margin / self.price if self.margin is not None and self.price else None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One subscription in a list. `cash` is None before the first term, and for people who see no prices.

    What is sold by use (`is_usage`) has no price of a month; its `cash` is zero.
    """

    id: int
    customer_id: int
    customer_name: str
    seller_id: int
    seller_name: str
    plan_name: str
    term_months: int
    billing_months: int
    status: Status
    on_hold: bool
    auto_renew: bool
    quantity: Decimal
    vendor_reference: str
    started_on: date | None
    trial_end: date | None
    term_end: date | None
    cancel_on: date | None
    ended_on: date | None
    is_usage: bool
    cash: Cash | None
    place: Place

    @property
    def ends_on(self) -> date | None:
        """Give the day on which it ends, ended or has to be renewed."""
        return self.ended_on or self.cancel_on or self.term_end or self.trial_end


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, exact up to `COUNT_MAX`; `more` means more than that."""

    rows: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. `before` and `after` lead to its neighbours, None where there is none.

    `first_number` is the position of the first row (from 1), known up to `COUNT_MAX` rows. `sums` has one entry per
    currency for lists of up to `_FEW` rows: each amount is looked up by itself.
    """

    rows: tuple[ListRow, ...]
    before: Place | None
    after: Place | None
    total: Count
    first_number: int | None
    sums: tuple[Cash, ...]


_FEW = 1_000
"""So many rows are named by their ids once they are found, and added up."""


def tab_counts(viewer: Viewer, *, wanted: Wanted) -> Mapping[Tab, Count]:
    """Count the rows of every tab for the same sellers and days, without search and filters; one statement."""
    plain = replace(
        wanted,
        tab=Tab.ALL,
        order=None,
        filters=replace(type(wanted.filters)(), seller_ids=wanted.filters.seller_ids),
    )
    rows = conditions.source(viewer, plain)
    until = wanted.today + timedelta(days=wanted.within_days)
    columns = []
    for tab in Tab:
        text = conditions.tab_text(tab, within="until")
        condition = f"{rows.condition} AND {text}" if text else rows.condition
        columns.append(f"({_count_sql(conditions.table(tab), condition)})")
    found = rows_of(
        f"SELECT {', '.join(columns)}", rows.values | {"until": until, "most": COUNT_MAX + 1}
    )[0]
    return {tab: _count(number) for tab, number in zip(Tab, found, strict=True)}


def list_page(
    viewer: Viewer,
    *,
    wanted: Wanted,
    limit: int,
    place: Place | None = None,
    last: bool = False,
    counts: Mapping[Tab, Count] | None = None,
) -> ListPage:
    """Give one page of at most `limit` (1 to 1,000) rows; `last` the last one, whatever `place` says.

    `counts` are those of `tab_counts`, so that a view without filters is not counted twice.
    Raises: ListInput.
    """
    check(wanted)
    size = min(max(limit, 1), PAGE_SIZE_MAX)
    rows = conditions.source(viewer, wanted)
    if wanted.filters.is_narrow:
        total, rows = _find(rows)
    else:
        total = counts[wanted.tab] if counts else _count(_number_of(rows))
    collect = wanted.filters.is_narrow and not total.more
    backward = last or (place is not None and place.before)
    start = None if last else place
    found = _read(
        viewer, wanted, rows, size=size + 1, place=start, backward=backward, collect=collect
    )
    page = found[:size]
    is_more = len(found) > size
    if backward:
        page.reverse()
    return ListPage(
        rows=tuple(page),
        before=_edge(page[:1], True, is_more if backward else start is not None),
        after=_edge(page[-1:], False, (start is not None) if backward else is_more),
        total=total,
        first_number=_first_number(wanted, rows, page, total=total, start=start, last=last),
        sums=() if total.more or total.rows > _FEW else _sums(viewer, wanted, rows),
    )


def every_row(
    viewer: Viewer, *, wanted: Wanted, ids: Sequence[int] | None = None
) -> Iterator[ListRow]:
    """Give all rows of a list in its order, or those of them that are named, a thousand at a time.

    Raises: ListInput.
    """
    check(wanted)
    rows = conditions.source(viewer, wanted)
    if ids is not None:
        rows = replace(
            rows,
            text=f"s.id = ANY(%(picked)s) AND {rows.text}",
            params={**rows.params, "picked": list(ids)},
        )
    total = _count(_number_of(rows))
    collect = (wanted.filters.is_narrow or ids is not None) and not total.more
    place: Place | None = None
    while True:
        page = _read(
            viewer, wanted, rows, size=PAGE_SIZE_MAX, place=place, backward=False, collect=collect
        )
        yield from page
        if len(page) < PAGE_SIZE_MAX:
            return
        place = page[-1].place


def count_rows(viewer: Viewer, *, wanted: Wanted, limit: int) -> int:
    """Count the rows of a list, at most one more than `limit`."""
    rows = conditions.source(viewer, wanted)
    return _number_of(rows, most=limit + 1)


def vendor_names(*, limit: int) -> tuple[tuple[int, str], ...]:
    """Give id and name of vendors by name, for a filter; at most `limit`."""
    sql = "SELECT id, name FROM vendor ORDER BY name, id LIMIT %(limit)s"
    return tuple((row[0], row[1]) for row in rows_of(sql, {"limit": limit}))


def _edge(rows: Sequence[ListRow], before: bool, exists: bool) -> Place | None:
    return replace(rows[0].place, before=before) if exists and rows else None


def _count_sql(table: str, condition: str) -> str:
    return (
        f"SELECT count(*) FROM (SELECT FROM {table} AS s WHERE {condition} LIMIT %(most)s) AS few"
    )


def _number_of(rows: Source, *, most: int = COUNT_MAX + 1) -> int:
    sql = _count_sql(rows.table, rows.condition)
    return int(rows_of(sql, {**rows.values, "most": most})[0][0])


def _find(rows: Source) -> tuple[Count, Source]:
    """Count the rows of a list; when they are few, give a source that names them instead of looking again."""
    sql = (
        f"SELECT count(*), (array_agg(few.id))[:{_FEW}] "
        f"FROM (SELECT s.id FROM {rows.table} AS s WHERE {rows.condition} LIMIT %(most)s) AS few"
    )
    number, ids = rows_of(sql, {**rows.values, "most": COUNT_MAX + 1})[0]
    if number > _FEW:
        return _count(number), rows
    params = {"money_of": rows.params["money_of"], "found": ids or []}
    # Joined, not asked with ANY: for that the planner skips through the index of all tenants.
    named = f"(SELECT row.* FROM unnest(%(found)s::bigint[]) AS one (id) INNER JOIN {rows.table} AS row USING (id))"
    return _count(number), replace(rows, table=named, text="TRUE", params=params, seller_ids=None)


def _count(number: int) -> Count:
    return Count(min(number, COUNT_MAX), more=number > COUNT_MAX)


def _sums(viewer: Viewer, wanted: Wanted, rows: Source) -> tuple[Cash, ...]:
    if not viewer.can(Capability.VIEW_PRICES):
        return ()
    cost = "sum(money.monthly_cost)" if wanted.book is Book.CUSTOMERS else "NULL"
    sql = (
        f"SELECT money.currency, sum(money.monthly_price), {cost} FROM {rows.table} AS s "
        "INNER JOIN subscription_money AS money ON money.subscription_id = s.id "
        f"AND money.seller_id = {conditions.money_seller(wanted.book)} "
        f"WHERE {rows.condition} GROUP BY money.currency ORDER BY 2 DESC, 1"
    )
    return tuple(Cash(*row) for row in rows_of(sql, rows.values))


def _first_number(
    wanted: Wanted,
    rows: Source,
    page: Sequence[ListRow],
    *,
    total: Count,
    start: Place | None,
    last: bool,
) -> int | None:
    """Tell the position of a page's first row; only pages in the middle have to be counted."""
    if total.more or not page:
        return None
    if last:
        return total.rows - len(page) + 1
    if start is None:
        return 1
    text, values = _behind(wanted, replace(page[0].place, before=True))
    before = replace(rows, text=f"{rows.text} AND {text}", params={**rows.params, **values})
    return _number_of(before) + 1


def _behind(wanted: Wanted, place: Place) -> tuple[str, dict[str, object]]:
    """Give the condition for rows behind a place in the list's order (`before`: in front of it)."""
    key, kind = conditions.sort_key(wanted)
    sign = "<" if wanted.descending is not place.before else ">"
    if not key:
        return f"s.id {sign} %(place_id)s", {"place_id": place.id}
    value: object = place.key
    if kind == "date":
        try:
            value = date.fromisoformat(place.key)
        except ValueError:
            raise ListInput(
                "list_place_malformed",
                "This address names no place in the list.",
                next_step="Open the list again from its first page.",
            ) from None
    return (
        f"({key}, s.id) {sign} (%(place_key)s::{kind}, %(place_id)s)",
        {"place_key": value, "place_id": place.id},
    )


def _read(
    viewer: Viewer,
    wanted: Wanted,
    rows: Source,
    *,
    size: int,
    place: Place | None,
    backward: bool,
    collect: bool,
) -> list[ListRow]:
    """Read rows behind a place, nearest first; `backward` those in front of it."""
    key, _ = conditions.sort_key(wanted)
    direction = "DESC" if wanted.descending is not backward else "ASC"
    keys = [key, "s.id"] if key else ["s.id"]
    order = ", ".join(f"{k} {direction}" for k in keys)
    values: dict[str, Any] = rows.values | {"size": size}
    behind = "TRUE"
    if place is not None:
        behind, more = _behind(wanted, place)
        values |= more
    columns = f"s.id, {key or 'NULL'} AS sort_key"
    picked = _picked_sql(rows, columns=columns, behind=behind, order=order, collect=collect)
    page_order = ", ".join(
        f"picked.{k} {direction}" for k in (["sort_key"] if key else []) + ["id"]
    )
    sql = f"""
WITH picked AS MATERIALIZED ({picked})
SELECT
    s.id, s.customer_id, s.customer_name, s.seller_id, coalesce(seller.name, ''), s.plan_name,
    period.term_months, period.billing_months, s.status::text, {conditions.HELD}, s.auto_renew, s.quantity,
    s.vendor_reference, s.started_on, s.trial_end, s.term_end, s.cancel_on, s.ended_on, sold.is_usage,
    money.currency, money.monthly_price, {"money.monthly_cost" if wanted.book is Book.CUSTOMERS else "NULL"},
    coalesce(picked.sort_key::text, '')
FROM picked
INNER JOIN subscription AS s ON s.id = picked.id
INNER JOIN plan_period AS period ON period.id = s.plan_period_id
INNER JOIN plan AS sold ON sold.id = period.plan_id
LEFT JOIN account AS seller ON seller.id = s.seller_id
LEFT JOIN subscription_money AS money
    ON money.subscription_id = s.id AND money.seller_id = {conditions.money_seller(wanted.book)}
ORDER BY {page_order}"""
    sees_prices = viewer.can(Capability.VIEW_PRICES)
    return [_row(found, sees_prices) for found in rows_of(sql, values)]


def _picked_sql(rows: Source, *, columns: str, behind: str, order: str, collect: bool) -> str:
    """Find ids and sort keys of a page: collected and sorted, along one index, or along one per seller."""
    if collect:
        return (
            f"SELECT {columns} FROM (SELECT s.* FROM {rows.table} AS s WHERE {rows.condition} OFFSET 0) AS s "
            f"WHERE {behind} ORDER BY {order} LIMIT %(size)s"
        )
    if rows.seller_ids is None or len(rows.seller_ids) == 1:
        return (
            f"SELECT {columns} FROM {rows.table} AS s WHERE {rows.condition} AND {behind} "
            f"ORDER BY {order} LIMIT %(size)s"
        )
    return f"""
    SELECT {columns} FROM unnest(%(sellers)s::bigint[]) AS one (seller_id)
    CROSS JOIN LATERAL (
        SELECT s.* FROM {rows.table} AS s
        WHERE s.seller_id = one.seller_id AND {rows.text} AND {behind}
        ORDER BY {order} LIMIT %(size)s
    ) AS s
    ORDER BY {order} LIMIT %(size)s"""


def _row(found: tuple[Any, ...], sees_prices: bool) -> ListRow:
    *facts, currency, price, cost, key = found
    cash = Cash(currency, price, cost) if sees_prices and currency is not None else None
    place = Place(key, facts[0])
    facts[8] = Status(facts[8])
    return ListRow(*[*facts, cash, place])
