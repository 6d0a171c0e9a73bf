"""The usage lines behind a total, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from entrepot.domain.usage.rating import MappedSubAccount, ValidSource, fill_sources
from entrepot.domain.usage.relations import fill, rows_of
from entrepot.domain.usage.session import MEMORY_LIMIT_MB, lines_view, session, sql_text

PAGE_SIZE_MAX = 200
_TOTALS = 3


@dataclass(frozen=True, slots=True)
class LineKey:
    """Where a page ended; the next one starts behind it. `start` is UTC without a zone."""

    start: datetime
    line_hash: str
    occurrence: int


_BEFORE_ALL = LineKey(start=datetime(1, 1, 1), line_hash="", occurrence=0)  # noqa: DTZ001 - UTC


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One line of a vendor's file as it was billed to us; times are UTC without a zone.

    `list_cost` is what it would cost at the vendor's public prices, if the file says so.
    """

    charge_period_start: datetime
    charge_period_end: datetime
    line_hash: str
    occurrence: int
    line_no: int
    import_id: int
    charge_category: str
    charge_description: str | None
    service_name: str | None
    resource_id: str | None
    resource_name: str | None
    region_name: str | None
    quantity: Decimal
    pricing_unit: str
    cost: Decimal
    cost_currency: str
    tags: str | None
    list_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class LinePage:
    """One page of lines; the totals are those of all pages. `next` is None on the last page."""

    lines: tuple[UsageLine, ...]
    total_lines: int
    total_quantity: Decimal
    total_cost: Decimal
    next: LineKey | None


def drill_down(
    *,
    files: Sequence[Path],
    subscriptions: Sequence[MappedSubAccount],
    sources: Sequence[ValidSource] | None,
    subscription_id: int,
    sku_id: str,
    charge_month: date,
    work_dir: Path,
    after: LineKey | None = None,
    page_size: int = 50,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
) -> LinePage:
    """Give one page of the lines of a subscription, SKU and month of use, oldest first.

    `sources` None means that the newest import among the files counts; `page_size` is 1 to 200.

    Raises: ValueError for another page size; UsageMemoryTooSmall.
    """
    if not 1 <= page_size <= PAGE_SIZE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_SIZE_MAX} lines")
    start = after or _BEFORE_ALL
    with session(work_dir=work_dir, memory_limit_mb=memory_limit_mb) as connection:
        lines_view(connection, name="usage_line", files=files)
        connection.execute(sql_text("rating_relations"))
        fill_sources(connection, sources)
        fill(
            connection,
            "subscription_map",
            [(s.provider_name, s.sub_account_id, s.subscription_id) for s in subscriptions],
        )
        # One line more than the page tells whether there is a next page.
        place = (start.start.isoformat(), start.line_hash, start.occurrence, page_size + 1)
        fill(connection, "drill_down_request", [(subscription_id, sku_id, charge_month, *place)])
        rows = list(rows_of(connection, "drill_down"))
    found = [UsageLine(*row[_TOTALS:]) for row in rows if row[_TOTALS] is not None]
    total_lines, total_quantity, total_cost = rows[0][:_TOTALS]
    page = found[:page_size]
    following = None
    if len(found) > page_size:
        last = page[-1]
        following = LineKey(last.charge_period_start, last.line_hash, last.occurrence)
    return LinePage(
        lines=tuple(page),
        total_lines=total_lines,
        total_quantity=total_quantity,
        total_cost=total_cost,
        next=following,
    )
