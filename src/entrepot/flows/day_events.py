"""What a billed day publishes beside its completion: one event per kind of what the run did."""

from django.db import connection

from entrepot.domain.billing.events import DayCompleted, DocumentsIssued, HoldsJudged
from entrepot.domain.billing.models import BillingRun
from entrepot.domain.subscriptions.commands.daily import publish_day
from entrepot.kernel.events import bus


def publish_moves(event: DayCompleted) -> None:
    """Publish documents, holds and what became of subscriptions; what did not happen says nothing."""
    run = BillingRun.objects.get(day=event.day)
    if run.documents:
        bus.publish(DocumentsIssued(event.day, run.documents, event.at))
    judged = _rows_of(run_id=run.id, statement="credit.add_hold_events")
    if judged:
        bus.publish(HoldsJudged(event.day, judged, event.at))
    publish_day(day=event.day, now=event.at)


def _rows_of(*, run_id: int, statement: str) -> int:
    """Add up what the chunks of a run have counted for a statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum((counts ->> %s)::bigint), 0) FROM run_chunk WHERE run_id = %s",
            [statement, run_id],
        )
        return int(cursor.fetchone()[0])
