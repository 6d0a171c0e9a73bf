"""Change orders of units: ask the vendor first, change the subscription on the day on which it is done.

So a change is priced at completion (section 3.3 of the domain reference, vectors 3 and 4): what is ordered on the 6th
and done on the 8th is charged from the 8th.
"""

from datetime import date, datetime
from decimal import Decimal

from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.units import Units, units_of
from entrepot.domain.provisioning.commands.operations import Request
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.kinds import Action, InstanceState
from entrepot.domain.provisioning.models import ServiceInstance
from entrepot.domain.provisioning.results import Wanted, product_at, read_units
from entrepot.domain.subscriptions.commands import change_quantity
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.infra.audit.recorder import Actor

_LIVE = (InstanceState.RUNNING, InstanceState.SUSPENDED)


def change_request(order: Order, *, cause: str) -> Request | None:
    """Give what the vendor is asked for, None if nobody has to be: no service there, or units that it does not know.

    Vendors know the units of all resources that are not measured; the others stay as the vendor has confirmed them.
    """
    units = units_of(order.changes)
    assert units is not None
    instance = (
        ServiceInstance.objects.select_related("connector")
        .filter(subscription_id=order.subscription_id, state__in=_LIVE)
        .order_by("-id")
        .first()
    )
    if instance is None or not abilities(instance.connector.kind).can(Action.CHANGE):
        return None
    told = _told(instance, units)
    if told is None:
        return None
    return Request(
        tenant_id=order.tenant_id,
        instance_id=instance.pk,
        action=Action.CHANGE,
        cause=cause,
        wanted=told,
    )


def deliver_change(order: Order, *, day: date, actor: Actor, now: datetime) -> None:
    """Let the subscription have its new units from a day on, not before the one that was asked for.

    The run of that day charges them.

    Raises: as `change_quantity`, if it has ended meanwhile for example.
    """
    units = units_of(order.changes)
    assert units is not None
    change_quantity(
        subscription_id=order.subscription_id,
        resource_id=units.resource_id,
        quantity=units.quantity,
        effective_on=change_day(order, day=day, now=now),
        actor=actor,
        now=now,
    )


def change_day(order: Order, *, day: date, now: datetime) -> date:
    """Give the day from which changed units count that are there on `day`, not before the one that was asked for."""
    units = units_of(order.changes)
    assert units is not None
    # Done in the moment of its order, it counts from the day that was asked for.
    return units.from_day if now == order.placed_at else max(day, units.from_day)


def _told(instance: ServiceInstance, units: Units) -> Wanted | None:
    """Say what the vendor shall have with the new units; None where it is not told of them."""
    items = SubscriptionItem.objects.filter(subscription_id=instance.subscription_id)
    items = items.select_related("resource").order_by("position", "id")
    first, *further = items
    setting = instance.connector.quantity_parameter
    product = product_at(instance.product, quantity_parameter=setting)
    if first.resource_id == units.resource_id:
        known = read_units(instance.units)
        return Wanted(product, units.quantity, instance.parameters, known)
    counted = [item for item in further if not item.is_measured]
    if not any(item.resource_id == units.resource_id for item in counted):
        return None
    new: dict[str, Decimal] = {}
    kept = read_units(instance.units)
    for item in counted:
        name = item.resource.mpn or item.resource.code
        is_new = item.resource_id == units.resource_id
        new[name] = new.get(name, Decimal(0)) + (units.quantity if is_new else item.quantity)
        if is_new:
            kept.pop(name, None)
    # A service from the time when only the first resource was told gets the units of all now.
    return Wanted(product, instance.quantity, instance.parameters, {**new, **kept})
