"""Subscriptions that a person has ticked in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.domain.subscriptions.queries.choices import Book


@dataclass(frozen=True, slots=True)
class PickedRow:
    """One of them, and the version of its billing state (0 before it starts)."""

    id: int
    customer_name: str
    plan_name: str
    status: Status
    is_held: bool
    auto_renew: bool
    cancel_on: date | None
    version: int

    @property
    def on_hold(self) -> bool:
        """Tell whether a hold keeps a running subscription from being used."""
        return self.is_held and self.status in RUNNING


def picked_rows(viewer: Viewer, *, ids: Sequence[int], book: Book) -> tuple[PickedRow, ...]:
    """Give those of a book that the viewer sees, in the order of the ids; foreign ones are left out. Two statements."""
    seen = access.visible(viewer, Subscription).filter(pk__in=list(ids))
    own = {"customer_id": viewer.account_id}
    rows = {
        row.pk: row for row in (seen.filter(**own) if book is Book.OWN else seen.exclude(**own))
    }
    versions = dict(SubBilling.objects.filter(pk__in=list(rows)).values_list("pk", "version"))
    return tuple(
        PickedRow(
            id=row.pk,
            customer_name=row.customer_name,
            plan_name=row.plan_name,
            status=Status(row.status),
            is_held=row.admin_hold or row.credit_hold,
            auto_renew=row.auto_renew,
            cancel_on=row.cancel_on,
            version=versions.get(row.pk, 0),
        )
        for number in dict.fromkeys(ids)
        if (row := rows.get(number)) is not None
    )
