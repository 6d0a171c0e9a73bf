"""What vendors measured: asked of a connector that declares it, for the services that we know of."""

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.provisioning.connectors.registry import Surroundings, cannot, speaking
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import Feature
from entrepot.domain.provisioning.models import Connector, ServiceInstance
from entrepot.domain.provisioning.results import UsedUnits
from entrepot.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Measured:
    """Units of a resource, by the vendor's name of it, that one service used on a day.

    `subscription_id` is None for a service that we do not know.
    """

    instance_key: str
    subscription_id: int | None
    resource: str
    on_day: date
    quantity: Decimal


def measured_by(
    *, connector_id: int, first_day: date, until: date, surroundings: Surroundings, clock: Clock
) -> tuple[Measured, ...]:
    """Ask a vendor for use from a day up to another one, exclusive; takes as long as the vendor does.

    Raises: NoSuchOperation; ProvisioningRefused `connector_cannot`, `secret_missing`; VendorFault.
    """
    connector = Connector.objects.filter(pk=connector_id).first()
    if connector is None:
        raise NoSuchOperation(object=f"Connector {connector_id}")
    used = asyncio.run(_ask(connector, first_day, until, surroundings, clock))
    known = dict(
        ServiceInstance.objects.filter(
            connector_id=connector_id, key__in={one.instance_key for one in used}
        ).values_list("key", "subscription_id")
    )
    return tuple(
        Measured(
            one.instance_key, known.get(one.instance_key), one.resource, one.on_day, one.quantity
        )
        for one in used
    )


async def _ask(
    connector: Connector, first_day: date, until: date, surroundings: Surroundings, clock: Clock
) -> tuple[UsedUnits, ...]:
    async with speaking(connector, surroundings=surroundings, clock=clock) as speaker:
        if speaker.abilities.can(Feature.USAGE):
            return await speaker.usage(first_day, until)
    raise cannot(connector.name)
