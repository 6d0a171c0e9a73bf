"""Add and switch connectors, take over a broker's catalogue."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.domain.provisioning.connectors.registry import Surroundings, abilities
from entrepot.domain.provisioning.errors import NoSuchOperation, ProvisioningInput
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.models import Connector, VendorOffer
from entrepot.domain.provisioning.resting import forget
from entrepot.domain.provisioning.results import Offer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.egress import Egress, NotAllowed

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,100}")
NAME_LENGTH_MAX = 60
PARAMETER_LENGTH_MAX = 100
PEOPLE_AT_ONCE_MAX = 1_000


def add_connector(
    *,
    name: str,
    kind: ConnectorKind,
    base_url: str = "",
    vendor_id: int | None = None,
    quantity_parameter: str = "",
    surroundings: Surroundings,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a connector; its secrets are a file (`connectors/secrets.py`). Return its id.

    `name` is lower case with hyphens, at most 60 characters; it is part of the call-back address. For
    `quantity_parameter` see `name_units`.
    Raises: ProvisioningInput `connector_name_unusable`, `connector_name_taken`, `connector_address_unusable`,
    `quantity_parameter_unusable`.
    """
    if len(name) > NAME_LENGTH_MAX or not _NAME.fullmatch(name):
        raise ProvisioningInput(
            "connector_name_unusable",
            "“{name}” cannot name a connector.",
            field="name",
            name=name[:NAME_LENGTH_MAX],
            next_step="Use small letters, digits and hyphens, at most 60.",
        )
    if kind is not ConnectorKind.MANUAL:
        _check_address(base_url, surroundings)
    _check_parameter(quantity_parameter, kind)
    with transaction.atomic():
        connector, is_new = Connector.objects.get_or_create(
            name=name,
            defaults={
                "kind": kind,
                "base_url": base_url,
                "vendor_id": vendor_id,
                "quantity_parameter": quantity_parameter,
                "created_at": now,
            },
        )
        if not is_new:
            raise ProvisioningInput(
                "connector_name_taken",
                "There is a connector {object} already.",
                object=name,
                field="name",
                next_step="Choose another name.",
            )
        _note(connector, "connector_added", {"kind": kind.value, "base_url": base_url}, actor, now)
    return connector.id


def switch_connector(*, connector_id: int, is_active: bool, actor: Actor, now: datetime) -> None:
    """Let a connector work or rest; what is due waits while it rests. Working again, it has no failures behind it.

    Raises: NoSuchOperation.
    """
    with transaction.atomic():
        connector = Connector.objects.select_for_update().filter(pk=connector_id).first()
        if connector is None:
            raise NoSuchOperation(object=f"Connector {connector_id}")
        connector.is_active = is_active
        connector.save(update_fields=["is_active"])
        if is_active:
            forget(connector)
        _note(connector, "connector_switched", {"is_active": is_active}, actor, now)


def tell_people(*, connector_id: int, people_at_once: int, actor: Actor, now: datetime) -> None:
    """Say for how many people one operation of a connector may be: 0 if the vendor is not told who uses its service.

    It counts for what is asked from now on. Raises: NoSuchOperation; ProvisioningInput `people_at_once_unusable` above
    1,000, and for connectors that cannot hand services out to people.
    """
    with transaction.atomic():
        connector = Connector.objects.select_for_update().filter(pk=connector_id).first()
        if connector is None:
            raise NoSuchOperation(object=f"Connector {connector_id}")
        can = abilities(connector.kind).can(Action.ASSIGN)
        if not 0 <= people_at_once <= (PEOPLE_AT_ONCE_MAX if can else 0):
            raise ProvisioningInput(
                "people_at_once_unusable",
                "One operation can be for 0 to {most} people.",
                field="people_at_once",
                most=PEOPLE_AT_ONCE_MAX if can else 0,
                next_step="Ask the vendor how many people it takes at once.",
            )
        if connector.people_at_once == people_at_once:
            return
        connector.people_at_once = people_at_once
        connector.save(update_fields=["people_at_once"])
        after: dict[str, object] = {"people_at_once": people_at_once}
        _note(connector, "connector_told_people", after, actor, now)


def name_units(*, connector_id: int, quantity_parameter: str, actor: Actor, now: datetime) -> None:
    """Say in which parameter a service broker wants the units of a plan's first resource; empty: it is told none.

    At most 100 letters, digits and `_.-`. Units of further resources are sent as parameters with their numbers at the
    vendor, else their codes. It counts for what is asked from now on.
    Raises: NoSuchOperation; ProvisioningInput `quantity_parameter_unusable`, for other kinds of connectors too: they
    have their own place for units.
    """
    with transaction.atomic():
        connector = Connector.objects.select_for_update().filter(pk=connector_id).first()
        if connector is None:
            raise NoSuchOperation(object=f"Connector {connector_id}")
        _check_parameter(quantity_parameter, connector.kind)
        if connector.quantity_parameter == quantity_parameter:
            return
        connector.quantity_parameter = quantity_parameter
        connector.save(update_fields=["quantity_parameter"])
        after: dict[str, object] = {"quantity_parameter": quantity_parameter}
        _note(connector, "connector_units_named", after, actor, now)


def take_over_catalog(
    *, connector_id: int, offers: Sequence[Offer], actor: Actor, now: datetime
) -> int:
    """Store what a broker offers now; return how many plans. Plans that are gone stay, no longer offered.

    Plans of our own catalogue are made from these by people; nothing here changes a price or a plan.
    """
    rows = [
        VendorOffer(
            connector_id=connector_id,
            seen_at=now,
            is_offered=True,
            **{name: getattr(offer, name) for name in Offer.__dataclass_fields__},
        )
        for offer in offers
    ]
    changing = [*Offer.__dataclass_fields__.keys(), "seen_at", "is_offered"]
    keys = ["connector_id", "service_id", "plan_id"]
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector_id)
        VendorOffer.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=keys,
            update_fields=[name for name in changing if name not in keys],
            batch_size=1000,
        )
        gone = VendorOffer.objects.filter(connector_id=connector_id, seen_at__lt=now)
        gone.update(is_offered=False)
        _note(connector, "catalog_taken_over", {"offers": len(rows)}, actor, now)
    return len(rows)


def _check_parameter(name: str, kind: ConnectorKind) -> None:
    if not name or (kind is ConnectorKind.SERVICE_BROKER and _PARAMETER.fullmatch(name)):
        return
    raise ProvisioningInput(
        "quantity_parameter_unusable",
        "“{name}” cannot name the parameter of the units.",
        field="quantity_parameter",
        name=name[:PARAMETER_LENGTH_MAX],
        next_step="Use letters, digits, points, hyphens and underscores, at most 100, and only for a service broker.",
    )


def _check_address(base_url: str, surroundings: Surroundings) -> None:
    try:
        Egress(inside=surroundings.inside).check(base_url)
    except NotAllowed as error:
        raise ProvisioningInput(
            "connector_address_unusable",
            "This address cannot be called: {reason}.",
            field="base_url",
            reason=str(error),
            next_step="Give an https address, or let the operator name it as one of the inside.",
        ) from error


def _note(
    connector: Connector, action: str, after: dict[str, object], actor: Actor, now: datetime
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="connector",
        object_id=connector.id,
        tenant_id=None,
        object_label=connector.name,
        after=after,
    )
