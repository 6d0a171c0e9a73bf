"""Where a vendor and we differ: first look at the vendor, then compare with what it had confirmed.

Where a vendor can list its services, those that we do not know are found as well; a service broker is asked about every
service that we know of, removed ones for thirty days.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from entrepot.domain.provisioning.connectors import osb
from entrepot.domain.provisioning.connectors.protocol import Connector as Speaker
from entrepot.domain.provisioning.connectors.protocol import VendorFault
from entrepot.domain.provisioning.connectors.registry import Surroundings, cannot, speaking
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import ConnectorKind, Feature, InstanceState
from entrepot.domain.provisioning.lifecycle import OPEN
from entrepot.domain.provisioning.models import Connector, Operation, ServiceInstance
from entrepot.domain.provisioning.results import VendorObject, Wanted, read_units
from entrepot.kernel.clock import Clock

FETCHES_AT_ONCE = 20
PAGES_MAX = 10_000
# So long a removed service is still asked about where there is no list.
REMOVED_FOR = timedelta(days=30)


class DriftKind(StrEnum):
    """How a service differs."""

    MISSING_AT_VENDOR = "missing_at_vendor"
    UNKNOWN_TO_US = "unknown_to_us"
    STATE = "state"
    PRODUCT = "product"
    QUANTITY = "quantity"
    PARAMETERS = "parameters"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; ids are None for a service that we do not know. `ours` and `theirs` are texts for people."""

    kind: DriftKind
    instance_key: str
    ours: str
    theirs: str
    instance_id: int | None = None
    tenant_id: int | None = None
    subscription_id: int | None = None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What a look at one vendor showed.

    `in_motion` services have an open operation and are not compared. `found_unknown` is False when the vendor cannot
    list, so that services unknown to us would not show.
    """

    connector_id: int
    looked_at: datetime
    compared: int
    in_motion: int
    found_unknown: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    objects: Mapping[str, VendorObject]
    unanswered: Mapping[str, str]
    is_list: bool


def report_drift(*, connector_id: int, surroundings: Surroundings, clock: Clock) -> DriftReport:
    """Look at a vendor and compare; takes as long as the vendor does, changes nothing.

    Raises: NoSuchOperation; ProvisioningRefused `connector_cannot`, `secret_missing`; VendorFault when the list fails.
    """
    connector = Connector.objects.filter(pk=connector_id).first()
    if connector is None:
        raise NoSuchOperation(object=f"Connector {connector_id}")
    started = clock.now()
    ours = list(
        ServiceInstance.objects.filter(connector_id=connector_id)
        .exclude(state=InstanceState.ABSENT)
        .order_by("id")
    )
    asked = [
        one.key
        for one in ours
        if one.state is not InstanceState.REMOVED or one.changed_at > started - REMOVED_FOR
    ]
    look = asyncio.run(_look(connector, asked, surroundings, clock))
    # Asked after the look: what began or ended meanwhile is not called a difference.
    moving = Operation.objects.filter(connector_id=connector_id)
    in_motion = {
        *moving.filter(state__in=sorted(OPEN)).values_list("instance__key", flat=True),
        *moving.filter(settled_at__gte=started).values_list("instance__key", flat=True),
    }
    still = [one for one in ours if one.key not in in_motion]
    known = {one.key for one in ours} | in_motion
    differences = [
        *(found for one in still for found in _differences(one, connector.kind, look)),
        *_strangers(look.objects.values(), known),
    ]
    return DriftReport(
        connector_id=connector_id,
        looked_at=started,
        compared=len(still),
        in_motion=len(in_motion),
        found_unknown=look.is_list,
        differences=tuple(differences),
    )


async def _look(
    connector: Connector, keys: list[str], surroundings: Surroundings, clock: Clock
) -> _Look:
    async with speaking(connector, surroundings=surroundings, clock=clock) as speaker:
        if speaker.abilities.can(Feature.LIST):
            return await _list(speaker)
        if speaker.abilities.can(Feature.FETCH):
            return await _fetch(speaker, keys)
    raise cannot(connector.name)


async def _list(speaker: Speaker) -> _Look:
    objects: dict[str, VendorObject] = {}
    after = ""
    for _ in range(PAGES_MAX):
        page = await speaker.list_objects(after)
        objects |= {one.instance_key: one for one in page.objects}
        if not page.after or page.after == after:
            return _Look(objects, {}, is_list=True)
        after = page.after
    raise VendorFault(f"the list has more than {PAGES_MAX} pages")


async def _fetch(speaker: Speaker, keys: list[str]) -> _Look:
    objects: dict[str, VendorObject] = {}
    unanswered: dict[str, str] = {}
    slots = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def one(key: str) -> None:
        async with slots:
            try:
                found = await speaker.fetch(key)
            except VendorFault as fault:
                unanswered[key] = str(fault)
                return
        if found is not None:
            objects[key] = found

    await asyncio.gather(*(one(key) for key in keys))
    return _Look(objects, unanswered, is_list=False)


def _differences(ours: ServiceInstance, kind: ConnectorKind, look: _Look) -> Iterable[Difference]:
    theirs = look.objects.get(ours.key)
    is_removed = ours.state is InstanceState.REMOVED
    if ours.key in look.unanswered:
        yield _difference(DriftKind.NOT_ANSWERED, ours, "", look.unanswered[ours.key])
    elif theirs is None and not is_removed:
        yield _difference(DriftKind.MISSING_AT_VENDOR, ours, ours.state.value, "")
    elif theirs is not None and is_removed:
        state = theirs.state.value if theirs.state else "there"
        yield _difference(DriftKind.STATE, ours, ours.state.value, state)
    elif theirs is not None:
        yield from _unlike(ours, theirs, kind)


def _unlike(
    ours: ServiceInstance, theirs: VendorObject, kind: ConnectorKind
) -> Iterable[Difference]:
    product, parameters = _expected(ours, kind)
    # A service broker does not tell whether a service runs.
    if theirs.state not in {None, ours.state} and kind is not ConnectorKind.SERVICE_BROKER:
        yield _difference(DriftKind.STATE, ours, ours.state.value, str(theirs.state))
    if theirs.product is not None and dict(theirs.product) != product:
        yield _difference(DriftKind.PRODUCT, ours, _text(product), _text(theirs.product))
    if theirs.quantity is not None and theirs.quantity != ours.quantity:
        yield _difference(
            DriftKind.QUANTITY, ours, _number(ours.quantity), _number(theirs.quantity)
        )
    further = read_units(ours.units)
    if theirs.units is not None and dict(theirs.units) != further:
        yield _difference(DriftKind.QUANTITY, ours, _units(further), _units(theirs.units))
    if theirs.parameters is not None and dict(theirs.parameters) != parameters:
        yield _difference(DriftKind.PARAMETERS, ours, _text(parameters), _text(theirs.parameters))


def _expected(
    ours: ServiceInstance, kind: ConnectorKind
) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    if kind is not ConnectorKind.SERVICE_BROKER:
        return ours.product, ours.parameters
    wanted = Wanted(ours.product, ours.quantity, ours.parameters, read_units(ours.units))
    return osb.plan_of(wanted), osb.parameters_of(wanted)


def _strangers(objects: Iterable[VendorObject], known: set[str]) -> Iterable[Difference]:
    for one in sorted(objects, key=lambda found: found.instance_key):
        if one.instance_key not in known and one.state is not InstanceState.REMOVED:
            theirs = " ".join(filter(None, [one.vendor_id, _text(one.product or {})]))
            yield Difference(DriftKind.UNKNOWN_TO_US, one.instance_key, "", theirs)


def _difference(kind: DriftKind, ours: ServiceInstance, mine: str, theirs: str) -> Difference:
    return Difference(kind, ours.key, mine, theirs, ours.id, ours.tenant_id, ours.subscription_id)


def _text(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(values.items()))[:500]


def _units(values: Mapping[str, Decimal]) -> str:
    return _text({name: _number(value) for name, value in values.items()})


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
