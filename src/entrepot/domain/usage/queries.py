"""Reads of usage imports for the provider's screens: files, sub-accounts, totals, and lines from Parquet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum

from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.usage.drill_down import LineKey, LinePage, drill_down
from entrepot.domain.usage.models import (
    ParkedSubAccount,
    SubAccountLink,
    UsageImport,
    UsageImportState,
    UsageSource,
    UsageTotal,
)
from entrepot.domain.usage.parquet import FOLDER, StoredFile, stored_path
from entrepot.domain.usage.rating import MappedSubAccount
from entrepot.domain.usage.totals import StoreSettings
from entrepot.kernel.ids import IdKind

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """One usage file; `problems` are (line, column, reason) of its first wrong rows, `parked` what waits now."""

    id: int
    provider_name: str
    file_name: str
    sha256: str
    state: UsageImportState
    period_start: date | None
    period_end: date | None
    lines: int
    rejected: int
    repeated: int
    sub_accounts: int
    parked: int
    billed_cost: Decimal
    currency: str
    parquet_path: str
    problems: tuple[Mapping[str, object], ...]
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One page, the newest first; `older` leads to the next one, None on the last."""

    rows: tuple[ImportFacts, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class SubAccountRow:
    """A sub-account whose valid lines this import holds; without a subscription it is not linked."""

    provider_name: str
    sub_account_id: str
    month: date
    subscription_id: int | None


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A sub-account that waits: for a subscription, or (`subscription_id` given) for a price."""

    provider_name: str
    sub_account_id: str
    name: str
    lines: int
    cost: Decimal
    subscription_id: int | None


@dataclass(frozen=True, slots=True)
class TotalChange:
    """The difference to the total before; `is_same_file` tells that a link or price made it, not a newer file."""

    lines: int
    quantity: Decimal
    amount: Decimal
    is_same_file: bool


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A subscription's SKU and month as it stands with one import; `amount` is the provider's own sale.

    `change` is what the import changed of a total that was known before, None for the first of its kind.
    """

    id: int
    subscription_id: int
    sku: str
    name: str
    unit: str
    month: date
    lines: int
    quantity: Decimal
    amount: Decimal
    change: TotalChange | None
    currency: str
    billed_on: date | None


@dataclass(frozen=True, slots=True)
class TotalPage:
    """One page of totals; `after` leads to the next one, None on the last."""

    rows: tuple[TotalRow, ...]
    after: int | None


def list_usage_imports(viewer: Viewer, *, limit: int, before: int | None = None) -> ImportPage:
    """Return imports without their problems, the newest first; at most 200."""
    size = min(limit, LIMIT_MAX)
    found = visible(viewer, UsageImport).defer("problems")
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    waiting = _waiting_of(viewer, [row.id for row in rows[:size]])
    page = tuple(_facts(row, problems=(), parked=waiting.get(row.id, 0)) for row in rows[:size])
    return ImportPage(page, page[-1].id if len(rows) > size else None)


def usage_import(viewer: Viewer, *, import_id: int) -> ImportFacts:
    """Return one import with its problems. Raises: NoSuchObject."""
    row = one(viewer, UsageImport, pk=import_id, kind=IdKind.IMPORT)
    waiting = _waiting_of(viewer, [row.id])
    return _facts(row, problems=row.problems, parked=waiting.get(row.id, 0))


def refused_import_of(viewer: Viewer, *, made_by: str) -> ImportFacts | None:
    """Return the newest refused import under a name of its actor such as "job 12", with its problems."""
    found = visible(viewer, UsageImport).filter(imported_by=made_by, state=UsageImportState.REFUSED)
    row = found.order_by("-id").first()
    return None if row is None else _facts(row, problems=row.problems, parked=0)


def count_waiting_sub_accounts(viewer: Viewer) -> int:
    """Count the sub-accounts that wait for a subscription or a price, each once, whatever imports name it."""
    names = _waiting(viewer).values("provider_name", "sub_account_id")
    return names.order_by().distinct().count()


def sub_accounts_of(
    viewer: Viewer, *, import_id: int, limit: int = LIMIT_MAX
) -> tuple[SubAccountRow, ...]:
    """Return the sub-accounts that count from this import, by name; at most 200."""
    rows = (
        visible(viewer, UsageSource)
        .filter(usage_import_id=import_id)
        .order_by("provider_name", "sub_account_id", "period_start")[: min(limit, LIMIT_MAX)]
    )
    found = [(row.provider_name, row.sub_account_id, row.period_start) for row in rows]
    links = _links(viewer, [account for _, account, _ in found])
    return tuple(
        SubAccountRow(provider, account, month, links.get((provider, account)))
        for provider, account, month in found
    )


def parked_of(viewer: Viewer, *, import_id: int, limit: int = LIMIT_MAX) -> tuple[ParkedRow, ...]:
    """Return the sub-accounts of an import that still wait, the costliest first; at most 200.

    What a newer file has replaced does not wait here, but there.
    """
    rows = list(
        _waiting(viewer)
        .filter(usage_import_id=import_id)
        .order_by("-billed_cost", "id")[: min(limit, LIMIT_MAX)]
    )
    links = _links(viewer, [row.sub_account_id for row in rows])
    return tuple(
        ParkedRow(
            provider_name=row.provider_name,
            sub_account_id=row.sub_account_id,
            name=row.sub_account_name,
            lines=row.lines,
            cost=row.billed_cost,
            subscription_id=links.get((row.provider_name, row.sub_account_id)),
        )
        for row in rows
    )


def totals_of(viewer: Viewer, *, import_id: int, limit: int, after: int | None = None) -> TotalPage:
    """Return totals of the provider's own sales that came with an import; at most 200."""
    size = min(limit, LIMIT_MAX)
    found = visible(viewer, UsageTotal).filter(usage_import_id=import_id, tier=1)
    if after is not None:
        found = found.filter(id__gt=after)
    rows = list(_with_before(viewer, found).order_by("id")[: size + 1])
    page = tuple(_total(row) for row in rows[:size])
    return TotalPage(page, page[-1].id if len(rows) > size else None)


def import_lines(
    viewer: Viewer,
    *,
    import_id: int,
    subscription_id: int,
    sku: str,
    month: date,
    store: StoreSettings,
    after: LineKey | None = None,
    limit: int = 50,
) -> LinePage | None:
    """Return one page of an import's own lines for a subscription, SKU and month of use, oldest first.

    None if the import kept no lines. Raises: NoSuchObject; UsageStoreDamaged; UsageMemoryTooSmall.
    """
    row = one(viewer, UsageImport, pk=import_id, kind=IdKind.IMPORT)
    if not row.parquet_path:
        return None
    links = visible(viewer, SubAccountLink).filter(subscription_id=subscription_id).order_by("id")
    stored = StoredFile(path=row.parquet_path, sha256=row.parquet_sha256)
    return drill_down(
        files=[stored_path(file=stored, data_dir=store.data_dir)],
        subscriptions=[
            MappedSubAccount(link.provider_name, link.sub_account_id, link.subscription_id)
            for link in links
        ],
        sources=None,
        subscription_id=subscription_id,
        sku_id=sku,
        charge_month=month,
        work_dir=store.data_dir / FOLDER / "work",
        after=after,
        page_size=limit,
        memory_limit_mb=store.memory_limit_mb,
    )


def rejected_rows_file(facts: ImportFacts, *, store: StoreSettings) -> Path | None:
    """Give the file of the rows that an import left out, None if there is none."""
    if not facts.parquet_path or not facts.rejected:
        return None
    path = (store.data_dir / facts.parquet_path).with_suffix(".rejected.csv").resolve()
    inside = path.is_relative_to((store.data_dir / FOLDER).resolve())
    return path if inside and path.is_file() else None


def _links(viewer: Viewer, sub_account_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    rows = visible(viewer, SubAccountLink).filter(sub_account_id__in=sub_account_ids)
    return {(row.provider_name, row.sub_account_id): row.subscription_id for row in rows}


def _waiting(viewer: Viewer) -> QuerySet[ParkedSubAccount]:
    """Select what waits in the imports that count for it."""
    in_force = visible(viewer, UsageSource).filter(
        usage_import_id=OuterRef("usage_import_id"),
        provider_name=OuterRef("provider_name"),
        sub_account_id=OuterRef("sub_account_id"),
    )
    return visible(viewer, ParkedSubAccount).filter(Exists(in_force), mapped_at=None)


def _waiting_of(viewer: Viewer, import_ids: Sequence[int]) -> dict[int, int]:
    rows = _waiting(viewer).filter(usage_import_id__in=import_ids)
    counted = rows.order_by().values("usage_import_id").annotate(n=Count("id"))
    return {row["usage_import_id"]: row["n"] for row in counted}


def _with_before(viewer: Viewer, totals: QuerySet[UsageTotal]) -> QuerySet[UsageTotal]:
    """Add to each row what the earlier rows of its key add up to."""
    same = ("subscription_id", "sku", "period_start", "tier", "currency")
    earlier = visible(viewer, UsageTotal).filter(
        id__lt=OuterRef("id"), **{name: OuterRef(name) for name in same}
    )
    whole = earlier.order_by().values("subscription_id")
    return totals.annotate(
        before_lines=Subquery(whole.annotate(n=Sum("lines")).values("n")),
        before_quantity=Subquery(whole.annotate(n=Sum("quantity")).values("n")),
        before_import=Subquery(earlier.order_by("-id").values("usage_import_id")[:1]),
    )


def _total(row: UsageTotal) -> TotalRow:
    earlier = vars(row)
    is_first = earlier["before_import"] is None
    return TotalRow(
        id=row.id,
        subscription_id=row.subscription_id,
        sku=row.sku,
        name=row.sku_name,
        unit=row.unit,
        month=row.period_start,
        lines=row.lines + (earlier["before_lines"] or 0),
        quantity=row.quantity + (earlier["before_quantity"] or 0),
        amount=row.amount_after,
        change=None
        if is_first
        else TotalChange(
            lines=row.lines,
            quantity=row.quantity,
            amount=row.amount_after - row.amount_before,
            is_same_file=earlier["before_import"] == row.usage_import_id,
        ),
        currency=row.currency,
        billed_on=row.billed_on,
    )


def _facts(
    row: UsageImport, *, problems: Sequence[Mapping[str, object]], parked: int
) -> ImportFacts:
    return ImportFacts(
        id=row.id,
        provider_name=row.provider_name,
        file_name=row.file_name,
        sha256=row.sha256,
        state=UsageImportState(row.state),
        period_start=row.period_start,
        period_end=row.period_end,
        lines=row.lines,
        rejected=row.rejected,
        repeated=row.duplicate_lines,
        sub_accounts=row.sub_accounts,
        parked=parked,
        billed_cost=row.billed_cost,
        currency=row.currency,
        parquet_path=row.parquet_path,
        problems=tuple(problems),
        imported_at=row.imported_at,
        imported_by=row.imported_by,
    )
