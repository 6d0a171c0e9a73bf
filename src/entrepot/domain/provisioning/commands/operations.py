"""Ask for effects at vendors, and what people do with operations that do not go on by themselves."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import (
    NoSuchOperation,
    ProvisioningConflict,
    ProvisioningInput,
    ProvisioningRefused,
)
from entrepot.domain.provisioning.kinds import FOR_PEOPLE, Action, InstanceState
from entrepot.domain.provisioning.lifecycle import OPEN, State
from entrepot.domain.provisioning.models import (
    Connector,
    Operation,
    ServiceInstance,
    VendorOffer,
)
from entrepot.domain.provisioning.results import Wanted, read_units
from entrepot.infra.audit.recorder import Actor

PARAMETERS_BYTES_MAX = 32_768
_LEGAL = {
    Action.CREATE: frozenset({InstanceState.ABSENT}),
    Action.CHANGE: frozenset({InstanceState.RUNNING, InstanceState.SUSPENDED}),
    Action.SUSPEND: frozenset({InstanceState.RUNNING}),
    Action.RESUME: frozenset({InstanceState.SUSPENDED}),
    Action.CANCEL: frozenset({InstanceState.RUNNING, InstanceState.SUSPENDED}),
    Action.ASSIGN: frozenset({InstanceState.RUNNING}),
    Action.RELEASE: frozenset({InstanceState.RUNNING, InstanceState.SUSPENDED}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One effect that is wanted. `cause` is the caller's unique name of it inside the tenant, at most 200 characters.

    `wanted` counts for creations and changes; the quantity is the new total. `people` are whom a service is handed
    out to or taken from: key, login, name and email of each.
    """

    tenant_id: int
    instance_id: int
    action: Action
    cause: str
    wanted: Wanted | None = None
    people: tuple[Mapping[str, str], ...] = ()


def open_instance(*, tenant_id: int, connector_id: int, subscription_id: int, now: datetime) -> int:
    """Prepare the service of a subscription at a connector; nothing is asked of the vendor yet. Return its id."""
    return ServiceInstance.objects.create(
        tenant_id=tenant_id,
        connector_id=connector_id,
        subscription_id=subscription_id,
        key=str(uuid.uuid4()),
        created_at=now,
        changed_at=now,
    ).id


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that a vendor runs already for a subscription, as the vendor calls and has it."""

    tenant_id: int
    connector_id: int
    subscription_id: int
    vendor_id: str
    product: Mapping[str, str]
    quantity: Decimal


def take_over_services(*, services: Sequence[RunningService], now: datetime) -> None:
    """Note services that run already, so that later changes reach them; no vendor is asked for anything.

    A connector that speaks to a vendor names a service by the vendor's id from then on: nobody gave it ours.
    """
    kinds = dict(Connector.objects.values_list("id", "kind"))
    ServiceInstance.objects.bulk_create(
        (
            ServiceInstance(
                tenant_id=one.tenant_id,
                connector_id=one.connector_id,
                subscription_id=one.subscription_id,
                key=str(uuid.uuid4())
                if abilities(kinds[one.connector_id]).is_by_hand
                else one.vendor_id,
                vendor_id=one.vendor_id,
                state=InstanceState.RUNNING,
                product=dict(one.product),
                quantity=one.quantity,
                created_at=now,
                changed_at=now,
            )
            for one in services
        ),
        batch_size=1000,
    )


def request_operations(*, requests: Sequence[Request], actor: Actor, now: datetime) -> list[int]:
    """Write the intents, in the caller's transaction if it has one; a worker carries them out. Return their ids.

    A cause that is known gives the operation that it made. The trail of who did what is the caller's command; the
    operations keep the name of the actor.
    Raises: NoSuchOperation; ProvisioningConflict `operation_cause_reused` (other content); ProvisioningInput
    `provisioning_quantity_negative`, `provisioning_parameters_too_large`; ProvisioningRefused `connector_inactive`,
    `connector_cannot`, `instance_not_there`, `operation_open`.
    """
    with transaction.atomic():
        instances = _lock_instances(requests)
        known = _known(requests)
        offers = _polling_bounds(instances.values())
        fresh: dict[int, Operation] = {}
        for place, request in enumerate(requests):
            instance = instances.get(request.instance_id)
            if instance is None or instance.tenant_id != request.tenant_id:
                raise NoSuchOperation(object=f"Service {request.instance_id}")
            present = known.get((request.tenant_id, request.cause))
            if present is None:
                fresh[place] = _intent(request, instance, actor, now, offers)
            else:
                _require_same(present, request)
        _require_none_open(list(fresh.values()))
        Operation.objects.bulk_create(fresh.values(), batch_size=1000)
    return [
        fresh[place].id if place in fresh else known[request.tenant_id, request.cause].id
        for place, request in enumerate(requests)
    ]


def request_operation(*, request: Request, actor: Actor, now: datetime) -> int:
    """Write one intent; see `request_operations`."""
    return request_operations(requests=[request], actor=actor, now=now)[0]


def _lock_instances(requests: Sequence[Request]) -> dict[int, ServiceInstance]:
    ids = sorted({request.instance_id for request in requests})
    found = ServiceInstance.objects.select_for_update(no_key=True, of=("self",))
    rows = found.filter(pk__in=ids).select_related("connector").order_by("id")
    return {row.id: row for row in rows}


def _known(requests: Sequence[Request]) -> dict[tuple[int, str], Operation]:
    causes = [request.cause for request in requests]
    tenants = {request.tenant_id for request in requests}
    rows = Operation.objects.filter(tenant_id__in=tenants, cause__in=causes)
    return {(row.tenant_id, row.cause): row for row in rows}


def _polling_bounds(instances: Any) -> Mapping[tuple[int, str, str], int]:
    connectors = {instance.connector_id for instance in instances}
    rows = VendorOffer.objects.filter(
        connector_id__in=connectors, poll_seconds_max__isnull=False
    ).values_list("connector_id", "service_id", "plan_id", "poll_seconds_max")
    return {(c, service, plan): seconds for c, service, plan, seconds in rows if seconds}


def _require_same(present: Operation, request: Request) -> None:
    wanted = request.wanted
    is_same = (present.instance_id, present.action) == (request.instance_id, request.action)
    if is_same and wanted is not None:
        # A resubmission may have corrected parameters; product and quantity are what was asked for.
        is_same = (present.product, present.quantity, present.units) == (
            dict(wanted.product),
            wanted.quantity,
            wanted.stored_units,
        )
    if not is_same:
        raise ProvisioningConflict(
            "operation_cause_reused",
            "{object} has already asked the vendor for something else.",
            object=request.cause,
            next_step="Look at what it asked for before asking again.",
        )


def _intent(
    request: Request,
    instance: ServiceInstance,
    actor: Actor,
    now: datetime,
    bounds: Mapping[tuple[int, str, str], int],
) -> Operation:
    wanted = request.wanted or confirmed(instance)
    check_wanted(wanted)
    _require_able(instance, request.action)
    is_by_hand = abilities(instance.connector.kind).is_by_hand
    product = dict(wanted.product)
    plan = (instance.connector_id, product.get("service_id", ""), product.get("plan_id", ""))
    return Operation(
        tenant_id=request.tenant_id,
        connector=instance.connector,
        instance=instance,
        action=request.action,
        # What a person does is pending from the start, and nothing is ever due by itself.
        state=State.PENDING if is_by_hand else State.INTENT,
        due_at=None if is_by_hand else now,
        cause=request.cause,
        key=new_key(),
        product=product,
        quantity=wanted.quantity,
        units=wanted.stored_units,
        parameters=dict(wanted.parameters),
        people=[dict(one) for one in request.people],
        poll_seconds_max=bounds.get(plan),
        originator_id=actor.user_id,
        requested_by=actor.name[:150],
        requested_at=now,
    )


def confirmed(instance: ServiceInstance) -> Wanted:
    """Give what a vendor has confirmed of a service."""
    units = read_units(instance.units)
    return Wanted(instance.product, instance.quantity, instance.parameters, units)


def new_key() -> str:
    """Return a key that no operation of any installation has."""
    return f"op-{uuid.uuid4().hex}"


def check_wanted(wanted: Wanted) -> None:
    """Refuse values that no connector could pass on. Raises: ProvisioningInput."""
    least = min([wanted.quantity, *wanted.units.values()])
    if least < Decimal(0):
        raise ProvisioningInput(
            "provisioning_quantity_negative",
            "A service cannot have {quantity} units.",
            field="quantity",
            quantity=least,
            next_step="Give the new total, 0 or more.",
        )
    size = len(json.dumps(dict(wanted.parameters)).encode())
    if size > PARAMETERS_BYTES_MAX:
        raise ProvisioningInput(
            "provisioning_parameters_too_large",
            "The vendor parameters take {size} bytes; {limit} are possible.",
            field="parameters",
            size=size,
            limit=PARAMETERS_BYTES_MAX,
            next_step="Shorten them.",
        )


def _require_able(instance: ServiceInstance, action: Action) -> None:
    connector: Connector = instance.connector
    if not connector.is_active:
        raise ProvisioningRefused(
            "connector_inactive",
            "The connector {object} rests.",
            object=connector.name,
            next_step="Wait until the provider switches it on.",
        )
    if not abilities(connector.kind).can(action):
        raise ProvisioningRefused(
            "connector_cannot",
            "The connector {object} cannot do this.",
            object=connector.name,
            next_step="Ask the vendor, and note the result at the subscription.",
        )
    if instance.state not in _LEGAL[action]:
        raise ProvisioningRefused(
            "instance_not_there",
            "The state of the service {object} does not allow this.",
            object=instance.key,
            next_step="Look at the operations of the service.",
        )


def _require_none_open(fresh: Sequence[Operation]) -> None:
    fresh = [operation for operation in fresh if operation.action not in FOR_PEOPLE]
    if not fresh:
        return
    ids = [operation.instance_id for operation in fresh]
    busy = (
        Operation.objects.filter(instance_id__in=ids, state__in=sorted(OPEN))
        .exclude(action__in=sorted(FOR_PEOPLE))
        .first()
    )
    twice = len(set(ids)) < len(ids)
    if busy is not None or twice:
        raise ProvisioningRefused(
            "operation_open",
            "Another operation of this service is not finished.",
            object=busy.cause if busy else fresh[0].cause,
            next_step="Wait for it, or end it first.",
        )
