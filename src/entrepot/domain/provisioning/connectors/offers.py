"""Read the catalogue of a service broker; what is not in the form of the specification is refused as a whole."""

from collections.abc import Mapping
from typing import Any

from entrepot.domain.provisioning.connectors.protocol import VendorFault
from entrepot.domain.provisioning.results import Offer

OFFERS_MAX = 20_000
_LENGTH_MAX = 255


def read_catalog(fields: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Return the plans of `GET /v2/catalog` in its order. Raises: VendorFault."""
    offers = [
        _offer(service, plan)
        for service in _objects(fields, "services")
        for plan in _objects(service, "plans")
    ]
    if len(offers) > OFFERS_MAX:
        raise VendorFault(f"the catalogue has more than {OFFERS_MAX} plans")
    names = {(offer.service_id, offer.plan_id) for offer in offers}
    if len(names) != len(offers):
        raise VendorFault("the catalogue names a plan twice")
    return tuple(offers)


def _offer(service: Mapping[str, Any], plan: Mapping[str, Any]) -> Offer:
    seconds = plan.get("maximum_polling_duration")
    schemas = plan.get("schemas")
    can_update = plan.get("plan_updateable", service.get("plan_updateable", False))
    return Offer(
        service_id=_text(service, "id"),
        plan_id=_text(plan, "id"),
        name=_text(service, "name"),
        plan_name=_text(plan, "name"),
        description=str(plan.get("description") or service.get("description") or "")[:4_000],
        is_free=plan.get("free", True) is True,
        is_retrievable=service.get("instances_retrievable") is True,
        is_updateable=can_update is True,
        poll_seconds_max=seconds if isinstance(seconds, int) and 0 < seconds < 10**8 else None,
        schemas=schemas if isinstance(schemas, dict) else {},
    )


def _objects(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise VendorFault(f"the catalogue has no list of {name}")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LENGTH_MAX:
        raise VendorFault(f"the catalogue has an entry without a usable {name}")
    return value
