"""Keep vendors at what subscriptions want: units, suspensions and ends that happen after the order.

What is wanted is compared with what the vendor has confirmed, so it does not matter which command or run made the
difference, and nothing that was missed stays missed: every action on a subscription asks for its own service, every
billed day for all of them. The operation's cause names the wish and the operation that it follows: a wish that a
person has ended is not asked for again until something else is wanted.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.credit.events import CreditHoldMoved
from entrepot.domain.provisioning.commands.operations import (
    Request,
    confirmed,
    request_operations,
)
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import ProvisioningRefused
from entrepot.domain.provisioning.events import ServicesConfirmed
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.models import ServiceInstance
from entrepot.domain.provisioning.results import Wanted, product_at, read_units
from entrepot.domain.subscriptions.events import SubscriptionChanged
from entrepot.flows.orders import order_day
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.sql import statement

_CHUNK = 500
_ACTOR = Actor(user_id=None, name="subscriptions", channel="task")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A service, what would bring it to its subscription, and the last operation that succeeded for it."""

    instance_id: int
    tenant_id: int
    subscription_id: int
    action: Action
    quantity: Decimal
    units: str
    quantity_parameter: str
    after_operation: int


def tell_vendors(
    *, now: datetime, subscription_ids: Sequence[int] | None = None, tenant_id: int | None = None
) -> int:
    """Ask vendors for what subscriptions want, of all or of the given ones; return the number of operations.

    Connectors that rest are asked when they are back, those that cannot suspend or resume are not asked for it.
    """
    asked = after = 0
    while rows := _rows(
        now=now, subscription_ids=subscription_ids, tenant_id=tenant_id, after=after
    ):
        asked += _ask([gap for row in rows if (gap := _gap(*row)) is not None], now=now)
        after = rows[-1][0]
    return asked


def follow_subscription(event: SubscriptionChanged) -> None:
    """Ask for what somebody has just ordered, held, released or ended, in the same transaction."""
    services = ServiceInstance.objects.filter(
        tenant_id=event.tenant_id, subscription_id=event.subscription_id
    )
    # Most have none, or none yet: that is one short question for every action.
    if services.exists():
        tell_vendors(now=event.at, subscription_ids=[event.subscription_id])


def follow_vendor(event: ServicesConfirmed) -> None:
    """Ask for what is still wanted beside the effects that vendors have just reported."""
    tell_vendors(now=event.at, subscription_ids=event.subscription_ids)


def follow_credit(event: CreditHoldMoved) -> None:
    """Suspend or resume what a credit hold of a buyer concerns."""
    tell_vendors(now=event.at, tenant_id=event.tenant_id)


def follow_day(event: DayCompleted) -> None:
    """Ask for what a billed day has ended, held, released or changed."""
    tell_vendors(now=event.at)


def _rows(
    *, now: datetime, subscription_ids: Sequence[int] | None, tenant_id: int | None, after: int
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        return statement("entrepot.flows", "vendor_gaps").rows(
            cursor,
            day=order_day(now=now),
            subscriptions=None if subscription_ids is None else list(subscription_ids),
            tenant=tenant_id,
            after=after,
            most=_CHUNK,
        )


def _gap(
    instance_id: int,
    tenant_id: int,
    subscription_id: int,
    kind: str,
    action: str | None,
    quantity: Decimal,
    units: str,
    quantity_parameter: str,
    is_other_quantity: bool,
    after_operation: int,
) -> _Gap | None:
    """Choose what is asked first; a connector that cannot suspend can still be told another number of units."""
    able = abilities(ConnectorKind(kind))
    wanted = Action(action) if action else None
    if wanted is None or not able.can(wanted):
        wanted = Action.CHANGE if is_other_quantity and able.can(Action.CHANGE) else None
    if wanted is None:
        return None
    return _Gap(
        instance_id,
        tenant_id,
        subscription_id,
        wanted,
        quantity,
        units,
        quantity_parameter,
        after_operation,
    )


def _ask(gaps: Sequence[_Gap], *, now: datetime) -> int:
    """Request one operation per gap; what somebody else began meanwhile is left to the next time."""
    known = ServiceInstance.objects.in_bulk([gap.instance_id for gap in gaps])
    requests = [_request(gap, known[gap.instance_id]) for gap in gaps]
    try:
        return len(request_operations(requests=requests, actor=_ACTOR, now=now))
    except ProvisioningRefused:
        return sum(_ask_one(request, now=now) for request in requests)


def _ask_one(request: Request, *, now: datetime) -> int:
    try:
        return len(request_operations(requests=[request], actor=_ACTOR, now=now))
    except ProvisioningRefused:
        # The service is busy or its connector rests since a moment ago: the next comparison finds it again.
        return 0


def _request(gap: _Gap, instance: ServiceInstance) -> Request:
    wish = f"{gap.action.value} to {gap.quantity.normalize():f}"
    wanted = confirmed(instance)
    if gap.action is Action.CHANGE:
        units = read_units(json.loads(gap.units))
        if units:
            # Told apart by all their units: the same wish is asked for once.
            wish += f" {zlib.crc32(gap.units.encode()):08x}"
        wanted = Wanted(
            product_at(instance.product, quantity_parameter=gap.quantity_parameter),
            gap.quantity,
            instance.parameters,
            units,
        )
    return Request(
        tenant_id=gap.tenant_id,
        instance_id=gap.instance_id,
        action=gap.action,
        cause=f"subscription {gap.subscription_id}: {wish} after {gap.after_operation}",
        wanted=wanted,
    )
