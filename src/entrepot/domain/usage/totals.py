"""Rates months of use from the stored files and writes what changed as totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from django.db.models import F

from entrepot.domain.usage.models import (
    ParkedSubAccount,
    SubAccountLink,
    UsageImport,
    UsageSource,
    UsageTotal,
)
from entrepot.domain.usage.parquet import FOLDER, StoredFile, stored_path
from entrepot.domain.usage.rating import (
    MappedSubAccount,
    Parked,
    RatedTotal,
    RatingInput,
    SkuPrice,
    TierRule,
    ValidSource,
    rate,
)
from entrepot.domain.usage.supersede import NOTHING, Difference, Running, TotalKey, differences
from entrepot.kernel.money import round_amount

_STORED_DECIMALS = 12
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class PriceRules:
    """The rules of one month of use; `items` names the subscription item that usage is charged to.

    A subscription with a tier rule needs an item.
    """

    tier_rules: Sequence[TierRule]
    sku_prices: Sequence[SkuPrice]
    items: Mapping[int, int]


class PriceBook(Protocol):
    """Where the rules come from; usage knows no margins."""

    def rules(self, *, charge_month: date, subscription_ids: Sequence[int]) -> PriceRules:
        """Give the rules in force for usage of that month (its first day)."""
        ...


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the stored files lie, and how much memory rating them may take (10^6 bytes)."""

    data_dir: Path
    memory_limit_mb: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many totals changed, and the usage that could not be charged."""

    changed_totals: int
    parked: tuple[Parked, ...]


def next_month(month: date) -> date:
    """Give the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """Walk through the first days of the months from `first` to `last`, both inclusive."""
    while first <= last:
        yield first
        first = next_month(first)


def write_totals(
    *,
    months: Iterable[date],
    cause: UsageImport,
    book: PriceBook,
    store: StoreSettings,
    rated_at: datetime | None = None,
) -> Outcome:
    """Rate months anew and add a row per total that changed, in the caller's transaction.

    Totals that did not change write nothing, so that repeating it changes nothing. A total that was
    billed is followed by a row with the difference. `rated_at` is given when it is not the import itself that rates.

    Raises: UsageStoreDamaged; UsageMemoryTooSmall; UsageAmountTooLarge.
    """
    changed = 0
    parked: list[Parked] = []
    links = list(SubAccountLink.objects.order_by("id"))
    for month in sorted(set(months)):
        sources = _sources(month)
        if not sources:
            continue
        rules = book.rules(
            charge_month=month, subscription_ids=sorted({link.subscription_id for link in links})
        )
        rating = RatingInput(
            subscriptions=[
                MappedSubAccount(link.provider_name, link.sub_account_id, link.subscription_id)
                for link in links
            ],
            tier_rules=rules.tier_rules,
            sku_prices=rules.sku_prices,
            charge_months=[month],
            sources=sources,
        )
        with rate(
            files=_files(sources, store=store),
            rating=rating,
            work_dir=store.data_dir / FOLDER / "work",
            memory_limit_mb=store.memory_limit_mb,
        ) as rated:
            totals = {_key(total): total for total in rated.totals()}
            parked += rated.parked()
        tenants = {link.subscription_id: link.tenant_id for link in links}
        changed += _write_changes(
            month=month,
            totals=totals,
            tenants=tenants,
            rules=rules,
            cause=cause,
            rated_at=rated_at,
        )
    return Outcome(changed_totals=changed, parked=tuple(parked))


def _write_changes(
    *,
    month: date,
    totals: Mapping[TotalKey, RatedTotal],
    tenants: Mapping[int, int],
    rules: PriceRules,
    cause: UsageImport,
    rated_at: datetime | None,
) -> int:
    known, latest = _known(month)
    rows, merged = [], 0
    for change in differences(
        before=known, after=((key, _running(total)) for key, total in totals.items())
    ):
        last = latest.get(change.key)
        row = _row(change, total=totals.get(change.key), last=last, cause=cause)
        row.rated_at = rated_at
        # A total that vanished stays with the tenant and item that it was charged to.
        if change.key.subscription_id in tenants and change.key.subscription_id in rules.items:
            row.tenant_id = tenants[change.key.subscription_id]
            row.item_id = rules.items[change.key.subscription_id]
        if last is not None and last.usage_import_id >= cause.id and _merge(row, into=last):
            merged += 1
        else:
            rows.append(row)
    UsageTotal.objects.bulk_create(rows, batch_size=_BATCH)
    return merged + len(rows)


def _merge(row: UsageTotal, *, into: UsageTotal) -> bool:
    """Add a change without a newer file, as a later link or price makes, to the newest row; False if that is billed."""
    changed = UsageTotal.objects.filter(id=into.id, billed_on=None).update(
        lines=F("lines") + row.lines,
        quantity=F("quantity") + row.quantity,
        cost=F("cost") + row.cost,
        amount_after=row.amount_after,
        rated_at=row.rated_at,
    )
    return bool(changed)


def _sources(month: date) -> list[ValidSource]:
    return [
        ValidSource(*values)
        for values in UsageSource.objects.filter(
            usage_import__period_start__lte=month, usage_import__period_end__gt=month
        )
        .order_by("id")
        .values_list("provider_name", "sub_account_id", "period_start", "usage_import_id")
    ]


def _files(sources: Iterable[ValidSource], *, store: StoreSettings) -> list[Path]:
    stored = UsageImport.objects.filter(id__in={source.import_id for source in sources})
    return [
        stored_path(
            file=StoredFile(path=one.parquet_path, sha256=one.parquet_sha256),
            data_dir=store.data_dir,
            verify=True,
        )
        for one in stored.order_by("id")
    ]


def _known(month: date) -> tuple[dict[TotalKey, Running], dict[TotalKey, UsageTotal]]:
    """Add up the rows of a month to running totals; also give the newest row of each."""
    running: dict[TotalKey, Running] = {}
    latest: dict[TotalKey, UsageTotal] = {}
    for row in UsageTotal.objects.filter(period_start=month).order_by("id").iterator():
        key = TotalKey(row.subscription_id, row.sku, row.period_start, row.tier, row.currency)
        before = running.get(key, NOTHING)
        running[key] = Running(
            lines=before.lines + row.lines,
            quantity=before.quantity + row.quantity,
            cost=before.cost + row.cost,
            amount=row.amount_after,
        )
        latest[key] = row
    return running, latest


def _key(total: RatedTotal) -> TotalKey:
    return TotalKey(
        total.subscription_id, total.sku_id, total.charge_month, total.tier, total.currency
    )


def _running(total: RatedTotal) -> Running:
    # Rounded as a running total, so that the stored differences always add up to it.
    return Running(
        lines=total.lines,
        quantity=round_amount(total.quantity, exp=_STORED_DECIMALS),
        cost=round_amount(total.cost, exp=_STORED_DECIMALS),
        amount=total.amount,
    )


def _row(
    change: Difference, *, total: RatedTotal | None, last: UsageTotal | None, cause: UsageImport
) -> UsageTotal:
    key = change.key
    row = UsageTotal(
        subscription_id=key.subscription_id,
        tier=key.tier,
        sku=key.sku_id,
        period_start=key.charge_month,
        period_end=next_month(key.charge_month),
        lines=change.after.lines - change.before.lines,
        quantity=change.quantity,
        cost=change.cost,
        amount_before=change.before.amount,
        amount_after=change.after.amount,
        currency=key.currency,
        usage_import=cause,
    )
    if last is not None:
        row.tenant_id, row.item_id = last.tenant_id, last.item_id
        row.sku_name, row.unit = last.sku_name, last.unit
    if total is not None:
        row.sku_name = (total.service_name or "")[:300]
        row.unit = total.pricing_unit or ""
    return row


def park(*, cause: UsageImport, parked: Iterable[Parked]) -> int:
    """Remember the sub-accounts of an import that wait for a subscription or a price; gives their number."""
    rows: dict[tuple[str, str], ParkedSubAccount] = {}
    for one in parked:
        row = rows.setdefault(
            (one.provider_name, one.sub_account_id),
            ParkedSubAccount(
                usage_import=cause,
                provider_name=one.provider_name,
                sub_account_id=one.sub_account_id,
                sub_account_name=one.sub_account_name[:250],
                lines=0,
                billed_cost=Decimal(0),
            ),
        )
        row.lines += one.lines
        row.billed_cost += round_amount(one.cost, exp=_STORED_DECIMALS)
    own = UsageSource.objects.filter(usage_import=cause).values_list(
        "provider_name", "sub_account_id"
    )
    mine = [rows[key] for key in sorted(set(own)) if key in rows]
    ParkedSubAccount.objects.bulk_create(mine, batch_size=_BATCH)
    return len(mine)
