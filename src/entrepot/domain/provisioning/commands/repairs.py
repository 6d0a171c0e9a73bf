"""Keep differences between a vendor and us, and repair them: one act that writes an ordinary operation."""

import uuid
from datetime import datetime

from django.db import transaction

from entrepot.domain.provisioning.commands.operations import (
    Request,
    confirmed,
    request_operation,
)
from entrepot.domain.provisioning.drift import Difference, DriftKind, DriftReport
from entrepot.domain.provisioning.errors import NoSuchOperation, ProvisioningRefused
from entrepot.domain.provisioning.kinds import Action, InstanceState
from entrepot.domain.provisioning.models import DriftDifference, DriftLook, ServiceInstance
from entrepot.infra.audit.recorder import Actor, record


def repair(*, difference: Difference, actor: Actor, now: datetime) -> int:
    """Make the vendor have again what we have; return the operation that does it.

    What is missing is created anew under a new key; what was removed but lives is cancelled; other units, products
    and parameters are changed back; what runs but shall not is suspended, and the other way round.
    The trail keeps the difference. Raises: NoSuchOperation; ProvisioningRefused `drift_not_repairable` (a service that
    we do not know, a vendor that did not answer), and what `request_operations` raises, `operation_open` among them.
    """
    with transaction.atomic():
        instance = _locked(difference)
        wanted = confirmed(instance)
        action = _action(difference, instance)
        before = {"state": instance.state.value, "key": instance.key}
        _step_back(instance, action, now)
        request = Request(
            instance.tenant_id,
            instance.id,
            action,
            f"repair-{instance.id}-{uuid.uuid4().hex[:12]}",
            wanted,
        )
        operation_id = request_operation(request=request, actor=actor, now=now)
        record(
            actor=actor,
            now=now,
            action="drift_repaired",
            object_kind="service_instance",
            object_id=instance.id,
            tenant_id=instance.tenant_id,
            object_label=instance.key,
            before=before,
            after={
                "kind": difference.kind.value,
                "ours": difference.ours,
                "theirs": difference.theirs,
                "action": action.value,
            },
        )
    return operation_id


def repair_found(*, difference_id: int, actor: Actor, now: datetime) -> int:
    """Repair a difference that a look has found; return the operation that does it.

    A look tells how things were, so only the newest one of its connector counts, and each difference once.
    Raises: NoSuchOperation; ProvisioningRefused `drift_outdated`, `drift_repaired_already`, and as `repair`.
    """
    with transaction.atomic():
        row = (
            DriftDifference.objects.select_for_update(of=("self",))
            .select_related("look")
            .filter(pk=difference_id)
            .first()
        )
        if row is None:
            raise NoSuchOperation(object=f"Difference {difference_id}")
        if row.operation_id is not None:
            raise ProvisioningRefused(
                "drift_repaired_already",
                "{repaired_by} has had {object} repaired already.",
                object=row.instance_key,
                repaired_by=row.repaired_by,
                next_step="Look at the operation that does it.",
            )
        newer = DriftLook.objects.filter(connector_id=row.look.connector_id, id__gt=row.look_id)
        if newer.exists():
            raise ProvisioningRefused(
                "drift_outdated",
                "There was a newer look at this vendor.",
                next_step="Repair what that one has found.",
            )
        operation_id = repair(difference=_of(row), actor=actor, now=now)
        DriftDifference.objects.filter(pk=row.pk).update(
            operation_id=operation_id, repaired_by=actor.name[:150], repaired_at=now
        )
    return operation_id


def keep_look(*, report: DriftReport, actor: Actor) -> int:
    """Keep what a look has found; return the look."""
    with transaction.atomic():
        look = DriftLook.objects.create(
            connector_id=report.connector_id,
            looked_at=report.looked_at,
            compared=report.compared,
            in_motion=report.in_motion,
            found_unknown=report.found_unknown,
            looked_by=actor.name[:150],
        )
        DriftDifference.objects.bulk_create(
            (
                DriftDifference(
                    look=look,
                    kind=one.kind.value,
                    instance_key=one.instance_key[:255],
                    ours=one.ours,
                    theirs=one.theirs,
                    instance_id=one.instance_id,
                    service_tenant_id=one.tenant_id,
                    subscription_id=one.subscription_id,
                )
                for one in report.differences
            ),
            batch_size=1000,
        )
    return int(look.id)


def _of(row: DriftDifference) -> Difference:
    return Difference(
        kind=DriftKind(row.kind),
        instance_key=row.instance_key,
        ours=row.ours,
        theirs=row.theirs,
        instance_id=row.instance_id,
        tenant_id=row.service_tenant_id,
        subscription_id=row.subscription_id,
    )


def _locked(difference: Difference) -> ServiceInstance:
    if difference.instance_id is None or difference.kind is DriftKind.NOT_ANSWERED:
        raise ProvisioningRefused(
            "drift_not_repairable",
            "What to do about {object} cannot be decided here.",
            object=difference.instance_key,
            next_step="Ask the vendor.",
        )
    rows = ServiceInstance.objects.select_for_update(no_key=True)
    instance = rows.filter(pk=difference.instance_id).first()
    if instance is None:
        raise NoSuchOperation(object=f"Service {difference.instance_id}")
    return instance


def _action(difference: Difference, instance: ServiceInstance) -> Action:
    if difference.kind is DriftKind.MISSING_AT_VENDOR:
        return Action.CREATE
    if difference.kind is not DriftKind.STATE:
        return Action.CHANGE
    actions = {
        InstanceState.REMOVED: Action.CANCEL,
        InstanceState.SUSPENDED: Action.SUSPEND,
        InstanceState.RUNNING: Action.RESUME,
    }
    return actions[instance.state]


def _step_back(instance: ServiceInstance, action: Action, now: datetime) -> None:
    """Admit what the vendor has, so that the operation starts from there; a lost service gets a new key."""
    admitted = {
        Action.CREATE: InstanceState.ABSENT,
        Action.CANCEL: InstanceState.RUNNING,
        Action.SUSPEND: InstanceState.RUNNING,
        Action.RESUME: InstanceState.SUSPENDED,
    }
    if action in admitted:
        instance.state = admitted[action]
        instance.changed_at = now
        if action is Action.CREATE:
            instance.key = str(uuid.uuid4())
        instance.save(update_fields=["state", "key", "changed_at"])
