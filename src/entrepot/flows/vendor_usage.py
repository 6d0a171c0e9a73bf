"""Take over what vendors measured, as overuse is billed: after each billed day, and from a button."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.connectors.protocol import VendorFault
from entrepot.domain.provisioning.connectors.registry import abilities, cannot
from entrepot.domain.provisioning.kinds import Feature
from entrepot.domain.provisioning.listing import ConnectorRow, connector
from entrepot.domain.provisioning.measured import Measured, measured_by
from entrepot.domain.provisioning.models import Connector
from entrepot.domain.seats.commands import note_use
from entrepot.domain.subscriptions.commands.usage_notices import give_usage_notices
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.flows.job_actor import actor_of
from entrepot.flows.provisioning import surroundings
from entrepot.flows.usage_import import record_metered_usage
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.queue import RunningJob
from entrepot.infra.tasks.refusals import kept
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.errors import DomainError, Refused

TASK = "fetch_vendor_usage"
# Vendors correct what they measured; a day that is asked for again replaces its number.
DAYS_BACK = 7
LEFT_MAX = 200
SAID_EVERY = 100
_CLOSED = "metered_usage_closed"


class VendorUsageRefused(Refused):
    """A vendor's use could not be had, or not be taken over for one subscription."""

    codes = frozenset({"vendor_usage_silent", "vendor_usage_unknown"})


def may_fetch(row: ConnectorRow) -> bool:
    """Tell whether a connector reports use."""
    return row.declares.can(Feature.USAGE)


def start_fetch(viewer: Viewer, *, connector_id: int, actor: Actor, now: datetime) -> None:
    """Start a task that takes the use of the last week over; none while one is waiting.

    Raises: NoSuchOperation; ProvisioningRefused `connector_cannot`.
    """
    row = connector(viewer, connector_id=connector_id)
    if not may_fetch(row):
        raise cannot(row.name)
    with transaction.atomic():
        _enqueue(
            row.id,
            row.name,
            until=viewer.today,
            now=now,
            account_id=viewer.account_id,
            owner_id=actor.user_id,
            tenant_id=viewer.tenant_id,
        )
        record(
            actor=actor,
            now=now,
            action="usage_fetch_started",
            object_kind="connector",
            object_id=row.id,
            tenant_id=None,
            object_label=row.name,
        )


def fetch_after_day(event: DayCompleted) -> None:
    """Let a task ask each working connector that reports use, when a day is billed."""
    for one in Connector.objects.filter(is_active=True).order_by("id"):
        if abilities(one.kind).can(Feature.USAGE):
            _enqueue(one.id, one.name, until=event.day + timedelta(days=1), now=event.at)


def _enqueue(number: int, name: str, *, until: date, now: datetime, **who: Any) -> None:
    first = until - timedelta(days=DAYS_BACK)
    queue.enqueue(
        task=TASK,
        arguments={
            "connector_id": number,
            "first_day": first.isoformat(),
            "until": until.isoformat(),
        },
        label=name,
        now=now,
        queueing_lock=f"{TASK} {number}",
        **who,
    )


def do_fetch(
    job: RunningJob, *, connector_id: int, first_day: str, until: str
) -> Mapping[str, Any]:
    """Take the vendor's numbers over; what cannot be taken is named in the result, at most 200.

    Days that are charged already are counted only.
    """
    try:
        rows = measured_by(
            connector_id=connector_id,
            first_day=date.fromisoformat(first_day),
            until=date.fromisoformat(until),
            surroundings=surroundings(),
            clock=SystemClock(),
        )
    except VendorFault as fault:
        raise VendorUsageRefused(
            "vendor_usage_silent",
            "The vendor did not say what was used: {reason}.",
            next_step="Try again later, or ask the vendor.",
            reason=str(fault),
        ) from fault
    taken, closed, refused = 0, 0, 0
    left: dict[str, dict[str, Any]] = {}
    items, actor = _items(rows), actor_of(job)
    for place, row in enumerate(rows, start=1):
        try:
            _take(row, items, actor=actor, now=job.now)
            taken += 1
        except DomainError as refusal:
            if refusal.code == _CLOSED:
                closed += 1
                continue
            refused += 1
            if len(left) < LEFT_MAX:
                left[f"{row.instance_key} {row.resource}"] = kept(refusal)
        if place % SAID_EVERY == 0:
            job.progress(place, len(rows))
    job.progress(len(rows), len(rows))
    told = give_usage_notices(
        subscription_ids={row.subscription_id for row in rows if row.subscription_id is not None},
        on_day=date.fromisoformat(until),
        now=job.now,
    )
    return {
        "connector": connector_id,
        "told": told,
        "taken": taken,
        "closed": closed,
        "refused": refused,
        "left": left,
    }


def _items(rows: Iterable[Measured]) -> Mapping[tuple[int, str], SubscriptionItem]:
    """Find the items of the subscriptions, by the vendor's name of their resources: the MPN, else the code."""
    numbers = {row.subscription_id for row in rows if row.subscription_id is not None}
    found = SubscriptionItem.objects.filter(subscription_id__in=numbers)
    return {
        (one.subscription_id, name): one
        for one in found.select_related("resource").order_by("is_measured", "id")
        for name in (one.resource.code, one.resource.mpn)
        if name
    }


def _take(
    row: Measured,
    items: Mapping[tuple[int, str], SubscriptionItem],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Take over what was measured; how many of the units that are bought are in use bills nothing."""
    item = items.get((row.subscription_id or 0, row.resource))
    if row.subscription_id is None or item is None:
        raise VendorUsageRefused(
            "vendor_usage_unknown",
            "No subscription of ours has {object} measured.",
            object=f"{row.instance_key} {row.resource}",
            next_step="Compare the services, and the resource's MPN with the vendor's name of it.",
        )
    if not item.is_measured:
        note_use(item_id=item.pk, tenant_id=item.tenant_id, used=row.quantity, on_day=row.on_day)
        return
    record_metered_usage(
        subscription_id=row.subscription_id,
        resource_id=item.resource_id,
        on_day=row.on_day,
        quantity=row.quantity,
        actor=actor,
        now=now,
    )
