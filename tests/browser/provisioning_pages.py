"""What the pages of provisioning and imports show in the demo world: operations, a look for drift, a check."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.kinds import Action, FollowUpKind
from entrepot.domain.provisioning.models import DriftDifference, DriftLook, FollowUp, Operation
from entrepot.domain.provisioning.results import Wanted
from entrepot.infra.tasks.models import Job
from tests.support.people import SETUP

Page = tuple[tuple[Any, ...], str]


def provisioning_pages(now: datetime) -> list[Page]:
    """Give the pages of an order's operation, of a parked one that nobody ordered, and of their connector."""
    ordered = Operation.objects.select_related("instance").order_by("id")[0]
    parked = request_operation(
        request=Request(
            ordered.tenant_id,
            open_instance(
                tenant_id=ordered.tenant_id,
                connector_id=ordered.connector_id,
                subscription_id=ordered.instance.subscription_id,
                now=now,
            ),
            Action.CREATE,
            "parked",
            Wanted({"sku": "MAIL"}, Decimal(3), {"domain": "cobalt.invalid"}),
        ),
        actor=SETUP,
        now=now,
    )
    mark_failed(operation_id=parked, comment="no such domain", actor=SETUP, now=now)
    FollowUp.objects.create(
        kind=FollowUpKind.DELIVERED_AFTER_CANCEL,
        connector_id=ordered.connector_id,
        operation_id=parked,
        text="The vendor carried out an operation that had been cancelled.",
        opened_at=now,
    )
    look = DriftLook.objects.create(
        connector_id=ordered.connector_id,
        looked_at=now,
        compared=2,
        in_motion=0,
        found_unknown=False,
        looked_by="Thea Brandt",
    )
    for kind, operation in (("quantity", parked), ("missing_at_vendor", None)):
        DriftDifference.objects.create(
            look=look,
            kind=kind,
            instance_key=ordered.instance.key,
            ours="5",
            theirs="6",
            subscription_id=ordered.instance.subscription_id,
            operation_id=operation,
            repaired_by="Thea Brandt" if operation else "",
        )
    return [
        (("provisioning",), ""),
        (("provisioning",), "?group=done&q=nothing"),
        (("operation", ordered.id), ""),
        (("operation", parked), ""),
        (("operation-resubmit", parked), ""),
        (("follow-ups",), ""),
        (("connectors",), ""),
        (("connector", ordered.connector_id), ""),
    ]


def a_checked_import(now: datetime) -> Job:
    """Return the check of a file with a row in order and a wrong one."""
    fault = {"line": 3, "column": "quantity", "message": "An order needs at least one unit."}
    line = {"line": 2, "customer": "Cobalt Freight GmbH", "plan": "Cloud Backup", "quantity": "5"}
    days = {"first_day": "2026-03-15", "ends_on": "2027-01-15"}
    result = {
        "mode": "check",
        "rows": 2,
        "good": 1,
        "bad": 1,
        "first_day": "2026-03-15",
        "last_day": "2026-03-15",
        "faults": [{**fault, "next_step": "Give a quantity above zero.", "values": {}}],
        "lines": [{**line, **days, "vendor_id": "V-1", "only_ends": False}],
    }
    return Job.objects.create(
        task="import_subscriptions",
        label="book.csv",
        state="done",
        arguments={"mode": "check", "path": "book.csv"},
        result=result,
        created_at=now,
        started_at=now,
        finished_at=now,
    )
