"""Imports usage files and links sub-accounts; the only writers of the package's tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from entrepot.domain.usage.errors import (
    SubAccountNotBillable,
    SubAccountTaken,
    SubAccountUnknown,
)
from entrepot.domain.usage.intake import FaultReport, Intake, UsageRowsRefused, take_in
from entrepot.domain.usage.models import (
    ParkedSubAccount,
    SubAccountLink,
    UsageImport,
    UsageImportState,
    UsageSource,
)
from entrepot.domain.usage.parquet import discard, sha256_of
from entrepot.domain.usage.rating import Parked
from entrepot.domain.usage.rerating import lock_usage, months_of
from entrepot.domain.usage.session import ENGINE
from entrepot.domain.usage.totals import (
    PriceBook,
    StoreSettings,
    next_month,
    park,
    write_totals,
)
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.failpoints import failpoint
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import round_amount

_STORED_DECIMALS = 12
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import; `intake` is None if exactly this file counts already."""

    import_id: int
    intake: Intake | None
    changed_totals: int
    parked: tuple[Parked, ...]


def import_usage(
    *,
    path: Path,
    book: PriceBook,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
    skip_bad: bool = False,
) -> ImportResult:
    """Take in a FOCUS file and write what it changes, for billing to charge.

    A file whose lines all count already changes nothing. Otherwise its provider, sub-account and
    billing-month parts supersede older ones. Reading happens outside the transaction that applies;
    a refused file is kept as a refused import with its first problems.

    Raises: UsageFileRefused and UsageRowsRefused for the file; what `write_totals` raises.
    """
    if path.is_file():
        known = _counting_already(sha256=sha256_of(path=path))
        if known is not None:
            return ImportResult(import_id=known.id, intake=None, changed_totals=0, parked=())
    started = UsageImport.objects.create(
        file_name=path.name[:250],
        state=UsageImportState.RUNNING,
        engine=ENGINE,
        imported_at=now,
        imported_by=(actor.job or actor.name)[:150],
    )
    try:
        intake = take_in(
            path=path,
            data_dir=store.data_dir,
            import_id=started.id,
            skip_bad=skip_bad,
            memory_limit_mb=store.memory_limit_mb,
        )
        failpoint("usage_import.stored")
        with transaction.atomic():
            return _apply(started, intake=intake, book=book, store=store, actor=actor, now=now)
    except DomainError as refusal:
        discard(data_dir=store.data_dir, import_id=started.id)
        _refuse(started.id, refusal=refusal)
        raise


def give_up_unfinished(*, imported_by: str, store: StoreSettings) -> int:
    """Close imports whose process ended before it applied or refused them; return how many.

    `imported_by` is the name of their actor, which must be one of a kind, such as that of a job: nobody
    else may be importing under it. Nothing of them counts, and their stored lines are removed.
    """
    left = UsageImport.objects.filter(state=UsageImportState.RUNNING, imported_by=imported_by)
    reason = "The worker ended during this import; it was started again."
    closed = 0
    for number in list(left.values_list("id", flat=True)):
        discard(data_dir=store.data_dir, import_id=number)
        closed += left.filter(id=number).update(
            state=UsageImportState.REFUSED,
            problems=[{"line": 0, "column": "", "reason": reason}],
        )
    return closed


def map_sub_account(
    *,
    provider_name: str,
    sub_account_id: str,
    subscription_id: int,
    tenant_id: int,
    book: PriceBook,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
) -> int:
    """Link a vendor's sub-account to a subscription and rate its waiting usage.

    Gives the number of totals that changed. The same link again changes nothing, unless usage of the
    sub-account still waits for a price: then it is rated again.

    Raises: SubAccountUnknown; SubAccountTaken; SubAccountNotBillable; what `write_totals` raises.
    """
    with transaction.atomic():
        lock_usage()
        imports = _imports_naming(provider_name=provider_name, sub_account_id=sub_account_id)
        new = _link(
            SubAccountLink(
                provider_name=provider_name,
                sub_account_id=sub_account_id,
                tenant_id=tenant_id,
                subscription_id=subscription_id,
                linked_at=now,
                linked_by=actor.name[:150],
            )
        )
        waiting = ParkedSubAccount.objects.filter(
            provider_name=provider_name, sub_account_id=sub_account_id, mapped_at=None
        )
        if not new and not waiting.exists():
            return 0
        outcome = write_totals(
            months=months_of(imports),
            cause=imports[-1],
            book=book,
            store=store,
            rated_at=now,
        )
        if (provider_name, sub_account_id) not in _without_price(outcome.parked):
            waiting.update(mapped_at=now)
        elif not outcome.changed_totals:
            raise _not_billable(provider_name, sub_account_id, subscription_id)
        record(
            actor=actor,
            now=now,
            action="usage.sub_account_mapped",
            object_kind="subscription",
            object_id=subscription_id,
            tenant_id=tenant_id,
            object_label=f"{provider_name} {sub_account_id}",
            after={"changed_totals": outcome.changed_totals},
        )
        return outcome.changed_totals


def _imports_naming(*, provider_name: str, sub_account_id: str) -> list[UsageImport]:
    """Find the imports whose lines count for a sub-account, the newest last; at least one."""
    key = {"provider_name": provider_name, "sub_account_id": sub_account_id}
    parts = UsageSource.objects.filter(**key).values("usage_import_id")
    imports = list(UsageImport.objects.filter(id__in=parts).order_by("id"))
    if not imports:
        raise SubAccountUnknown(
            "sub_account_unknown",
            "No imported file names the sub-account {object}.",
            object=f"{provider_name} {sub_account_id}",
            next_step="Check its spelling, or import the vendor's file first.",
        )
    return imports


def _link(link: SubAccountLink) -> bool:
    """Store a link; False if it was there already."""
    key = {"provider_name": link.provider_name, "sub_account_id": link.sub_account_id}
    known = SubAccountLink.objects.filter(**key).first()
    if known is not None and known.subscription_id != link.subscription_id:
        raise SubAccountTaken(
            "sub_account_taken",
            "The sub-account {object} belongs to another subscription.",
            object=f"{link.provider_name} {link.sub_account_id}",
            next_step="Choose that subscription, or another sub-account.",
        )
    if known is not None:
        return False
    link.save()
    return True


def _without_price(parked: Iterable[Parked]) -> set[tuple[str, str]]:
    """Name the linked sub-accounts of which some usage has no price on every tier."""
    return {
        (one.provider_name, one.sub_account_id) for one in parked if one.subscription_id is not None
    }


def _not_billable(
    provider_name: str, sub_account_id: str, subscription_id: int
) -> SubAccountNotBillable:
    return SubAccountNotBillable(
        "sub_account_not_billable",
        "Nothing of {object} can be billed to {subscription}: in the months of its usage a seller of "
        "{subscription} has no price for usage, or there is no exchange rate from the vendor's currency.",
        object=f"{provider_name} {sub_account_id}",
        next_step="Check when the subscription began, add the missing margin or exchange rate, and link it again.",
        subscription=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}",
    )


def _apply(
    started: UsageImport,
    *,
    intake: Intake,
    book: PriceBook,
    store: StoreSettings,
    actor: Actor,
    now: datetime,
) -> ImportResult:
    lock_usage()
    superseded = _replace_sources(started, intake=intake)
    _describe(started, intake=intake)
    outcome = write_totals(
        months=months_of([started, *superseded]), cause=started, book=book, store=store
    )
    started.parked_sub_accounts = park(cause=started, parked=outcome.parked)
    _settle_priced([started, *superseded], parked=outcome.parked, now=now)
    started.save()
    record(
        actor=actor,
        now=now,
        action="usage.imported",
        object_kind="usage_import",
        object_id=started.id,
        tenant_id=None,
        object_label=started.file_name,
        after={"lines": intake.lines, "rejected": intake.faults.rows},
    )
    failpoint("usage_import.written")
    return ImportResult(
        import_id=started.id,
        intake=intake,
        changed_totals=outcome.changed_totals,
        parked=outcome.parked,
    )


def _settle_priced(
    imports: Iterable[UsageImport], *, parked: Iterable[Parked], now: datetime
) -> None:
    """Take from the waiting sub-accounts of imports just rated those that have a price by now."""
    still = _without_price(parked)
    linked = set(SubAccountLink.objects.values_list("provider_name", "sub_account_id"))
    rows = ParkedSubAccount.objects.filter(usage_import__in=imports, mapped_at=None)
    keys = rows.values_list("id", "provider_name", "sub_account_id")
    done = [number for number, *key in keys if tuple(key) in linked - still]
    ParkedSubAccount.objects.filter(id__in=done).update(mapped_at=now)


def _replace_sources(started: UsageImport, *, intake: Intake) -> list[UsageImport]:
    """Make the parts of the new file count; gives the imports that lost a part to it."""
    older: set[int] = set()
    keys = {(s.provider_name, s.sub_account_id, s.billing_month) for s in intake.sources}
    months = {month for _, _, month in keys}
    for row in UsageSource.objects.filter(period_start__in=months).iterator():
        if (row.provider_name, row.sub_account_id, row.period_start) in keys:
            older.add(row.usage_import_id)
    UsageSource.objects.bulk_create(
        [
            UsageSource(
                provider_name=provider,
                sub_account_id=sub_account,
                period_start=month,
                period_end=next_month(month),
                usage_import=started,
            )
            for provider, sub_account, month in sorted(keys)
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["provider_name", "sub_account_id", "period_start"],
        update_fields=["usage_import", "period_end"],
    )
    left = set(UsageSource.objects.values_list("usage_import_id", flat=True))
    UsageImport.objects.filter(id__in=older - left).update(state=UsageImportState.SUPERSEDED)
    return list(UsageImport.objects.filter(id__in=older))


def _describe(started: UsageImport, *, intake: Intake) -> None:
    last = intake.last_charge_month
    providers = sorted({source.provider_name for source in intake.sources})
    started.provider_name = ", ".join(providers)[:120]
    started.sha256 = intake.sha256
    started.period_start = intake.first_charge_month
    started.period_end = next_month(last) if last else None
    started.state = (
        UsageImportState.APPLIED_WITH_REJECTS if intake.faults.rows else UsageImportState.APPLIED
    )
    started.lines = intake.lines
    started.rejected = intake.faults.rows
    started.duplicate_lines = intake.repeated
    started.sub_accounts = len({(s.provider_name, s.sub_account_id) for s in intake.sources})
    started.billed_cost = round_amount(intake.billed_cost, exp=_STORED_DECIMALS)
    started.currency = intake.currencies[0] if len(intake.currencies) == 1 else ""
    started.parquet_path = intake.stored.path
    started.parquet_sha256 = intake.stored.sha256
    started.problems = _problems(intake.faults)
    # Rating reads which file a source stands for from the table, so it is written before.
    started.save()


def _refuse(import_id: int, *, refusal: DomainError) -> None:
    if isinstance(refusal, UsageRowsRefused):
        problems, rejected = _problems(refusal.report), refusal.report.rows
    else:
        problems, rejected = [_problem_of_file(refusal)], 0
    UsageImport.objects.filter(id=import_id).update(
        state=UsageImportState.REFUSED, problems=problems, rejected=rejected
    )


def _problem_of_file(refusal: DomainError) -> dict[str, object]:
    """Keep a refusal with its templates, so that a screen can write it in the language of its reader."""
    values = {"object": refusal.object, **refusal.params}
    return {
        "line": 0,
        "column": "",
        "reason": refusal.text(),
        "message": refusal.message,
        "next_step": refusal.next_step,
        "values": {key: str(value) for key, value in values.items()},
    }


def _problems(report: FaultReport) -> list[dict[str, object]]:
    return [{"line": f.line, "column": f.column, "reason": f.reason} for f in report.faults]


def _counting_already(*, sha256: str) -> UsageImport | None:
    """Find the import of exactly this file, unless a later one may have superseded a part of it.

    When in doubt the file is taken in again, which changes nothing that still counts.
    """
    applied = UsageImport.objects.exclude(
        state__in=[UsageImportState.RUNNING, UsageImportState.REFUSED]
    )
    newest = applied.filter(sha256=sha256, rejected=0).order_by("-id").first()
    if newest is None:
        return None
    later = applied.filter(
        id__gt=newest.id,
        period_start__lt=newest.period_end,
        period_end__gt=newest.period_start,
    )
    return None if later.exists() else newest
