"""Rate stored usage again: which months a file touches, one rating at a time, and all of it after prices changed."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from entrepot.domain.usage.models import UsageImport, UsageSource
from entrepot.domain.usage.totals import PriceBook, StoreSettings, months_between, write_totals
from entrepot.infra.db.locks import Space, lock_all


def rate_again(*, first_month: date, book: PriceBook, store: StoreSettings, now: datetime) -> int:
    """Rate all stored usage from a month on (its first day) anew, after prices changed; give how many totals changed.

    What was billed already is billed the difference (decision 19). Raises: what `write_totals` raises.
    """
    with transaction.atomic():
        lock_usage()
        changed = 0
        # A file of an earlier bill may hold usage of these months, too: months of use decide.
        sources = UsageSource.objects.filter(usage_import__period_end__gt=first_month)
        for month in sorted(
            months_of(one.usage_import for one in sources.select_related("usage_import"))
        ):
            cause = (
                UsageImport.objects.filter(
                    id__in=sources.values("usage_import_id"),
                    period_start__lte=month,
                    period_end__gt=month,
                )
                .order_by("-id")
                .first()
            )
            if month >= first_month and cause is not None:
                outcome = write_totals(
                    months=[month], cause=cause, book=book, store=store, rated_at=now
                )
                changed += outcome.changed_totals
    return changed


def months_of(imports: Iterable[UsageImport]) -> set[date]:
    """Give the months (first days) of which the files of these imports hold usage."""
    return {
        month
        for one in imports
        if one.period_start is not None and one.period_end is not None
        for month in months_between(one.period_start, one.period_end)
        if month < one.period_end
    }


def lock_usage() -> None:
    """Wait for whoever is writing totals, until the transaction ends."""
    with connection.cursor() as cursor:
        lock_all(cursor, space=Space.USAGE_IMPORT, ids=[0])
