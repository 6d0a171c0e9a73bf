"""Compare a vendor's services with ours from a button: one task per connector at a time, with its audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.repairs import keep_look
from entrepot.domain.provisioning.connectors.protocol import VendorFault
from entrepot.domain.provisioning.connectors.registry import cannot
from entrepot.domain.provisioning.drift import report_drift
from entrepot.domain.provisioning.kinds import Feature
from entrepot.domain.provisioning.listing import ConnectorRow, connector
from entrepot.flows.job_actor import actor_of
from entrepot.flows.provisioning import surroundings
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.errors import Refused

TASK = "look_for_drift"


class VendorDidNotTell(Refused):
    """The vendor's list could not be had, so nothing was compared."""

    codes = frozenset({"drift_vendor_silent"})


def may_look(row: ConnectorRow) -> bool:
    """Tell whether a connector can list or fetch services."""
    return row.declares.can(Feature.LIST) or row.declares.can(Feature.FETCH)


def start_look(viewer: Viewer, *, connector_id: int, actor: Actor, now: datetime) -> int:
    """Start comparing; return the job. While one of this connector is under way, its id is returned.

    Raises: NoSuchOperation; ProvisioningRefused `connector_cannot`.
    """
    row = connector(viewer, connector_id=connector_id)
    if not may_look(row):
        raise cannot(row.name)
    arguments = {"connector_id": row.id}
    with transaction.atomic():
        running = Job.objects.filter(
            task=TASK, arguments=arguments, state__in=[JobState.WAITING, JobState.RUNNING]
        )
        known = running.order_by("id").values_list("id", flat=True).first()
        if known is not None:
            return known
        job_id = queue.enqueue(
            task=TASK,
            arguments=arguments,
            label=row.name,
            now=now,
            account_id=viewer.account_id,
            owner_id=actor.user_id,
            tenant_id=viewer.tenant_id,
            queueing_lock=f"{TASK} {row.id}",
        )
        record(
            actor=actor,
            now=now,
            action="drift_look_started",
            object_kind="connector",
            object_id=row.id,
            tenant_id=None,
            object_label=row.name,
            after={"job": job_id},
        )
        return job_id


def do_look(job: RunningJob, *, connector_id: int) -> Mapping[str, Any]:
    """Compare, and keep what was found."""
    try:
        report = report_drift(
            connector_id=connector_id, surroundings=surroundings(), clock=SystemClock()
        )
    except VendorFault as fault:
        raise VendorDidNotTell(
            "drift_vendor_silent",
            "The vendor did not list its services: {reason}.",
            next_step="Look again later, or ask the vendor.",
            reason=str(fault),
        ) from fault
    look = keep_look(report=report, actor=actor_of(job))
    job.progress(report.compared, report.compared)
    return {
        "connector": connector_id,
        "look": look,
        "compared": report.compared,
        "differences": len(report.differences),
    }
