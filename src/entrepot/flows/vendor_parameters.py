"""What a vendor wants to know with an order: the parameters that its imported catalogue declares for a plan.

Source: Open Service Broker API 2.17, "Schemas": `service_instance.create.parameters` is a JSON schema of an object.
Only single values are asked for: texts, numbers, yes or no, one of a list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from entrepot.domain.provisioning.models import VendorOffer
from entrepot.domain.resale.offers import Offer
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import parse_decimal

ASKED_MAX = 20
TEXT_LENGTH_MAX = 200


class ParameterKind(StrEnum):
    """What kind of value is asked for."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a vendor asks for; `choices` only for a choice."""

    name: str
    label: str
    hint: str
    kind: ParameterKind
    is_required: bool
    is_whole: bool = False
    choices: tuple[str, ...] = ()


def parameters_of(offers: Sequence[Offer]) -> Mapping[int, tuple[Parameter, ...]]:
    """Give what vendors ask for, by plan id; one statement. Plans without parameters are left out."""
    codes = {(one.vendor_id, one.product_code, one.sku_code): one.id for one in offers}
    rows = VendorOffer.objects.filter(
        is_offered=True,
        connector__is_active=True,
        connector__vendor_id__in={vendor for vendor, _, _ in codes},
        service_id__in={product for _, product, _ in codes},
    ).values_list(
        "connector__vendor_id",
        "service_id",
        "plan_id",
        "schemas",
        "connector__quantity_parameter",
    )
    found: dict[int, tuple[Parameter, ...]] = {}
    for vendor, product, sku, schemas, units in rows:
        plan = codes.get((vendor or 0, product, sku))
        # Ordered units are filled in with the order.
        asked = tuple(one for one in _asked(schemas) if one.name != units)
        if plan is not None and asked:
            found[plan] = asked
    return found


def read_values(
    parameters: Sequence[Parameter], given: Mapping[str, str]
) -> tuple[dict[str, Any], str]:
    """Turn texts into the values that a vendor gets; the second is the label of the first unusable one, else empty."""
    values: dict[str, Any] = {}
    for one in parameters:
        text = given.get(one.name, "").strip()[:TEXT_LENGTH_MAX]
        if not text and one.kind is not ParameterKind.SWITCH:
            if one.is_required:
                return {}, one.label
            continue
        try:
            values[one.name] = _value(one, text)
        except (DomainError, ValueError):
            return {}, one.label
    return values, ""


def _value(one: Parameter, text: str) -> Any:
    """Raises: ValueError, MoneyError for a text that is no such value."""
    if one.kind is ParameterKind.SWITCH:
        return text == "on"
    if one.kind is ParameterKind.CHOICE and text not in one.choices:
        raise ValueError(text)
    if one.kind is not ParameterKind.NUMBER:
        return text
    number = parse_decimal(text)
    whole = number == number.to_integral_value()
    if one.is_whole and not whole:
        raise ValueError(text)
    return int(number) if whole else str(Decimal(number))


def _asked(schemas: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Read a schema; what is not in its form is not asked for. Required ones come first, then by label."""
    schema: Any = schemas
    for key in ("service_instance", "create", "parameters"):
        schema = schema.get(key) if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(schema.get("properties"), Mapping):
        return ()
    listed = schema.get("required")
    required = set(map(str, listed)) if isinstance(listed, list) else set()
    asked = [
        parameter
        for name, facts in schema["properties"].items()
        if isinstance(facts, Mapping)
        and (parameter := _parameter(str(name), facts, is_required=name in required))
    ]
    return tuple(sorted(asked, key=lambda one: (not one.is_required, one.label))[:ASKED_MAX])


def _parameter(name: str, facts: Mapping[str, Any], *, is_required: bool) -> Parameter | None:
    kinds = {
        "string": ParameterKind.TEXT,
        "integer": ParameterKind.NUMBER,
        "number": ParameterKind.NUMBER,
        "boolean": ParameterKind.SWITCH,
    }
    type_name = str(facts.get("type", "string"))
    choices = facts.get("enum")
    if type_name not in kinds:
        return None
    is_choice = isinstance(choices, list) and type_name == "string"
    return Parameter(
        name=name,
        label=str(facts.get("title") or name)[:TEXT_LENGTH_MAX],
        hint=str(facts.get("description") or "")[:TEXT_LENGTH_MAX],
        kind=ParameterKind.CHOICE if is_choice else kinds[type_name],
        is_required=is_required,
        is_whole=type_name == "integer",
        choices=tuple(str(one) for one in choices or ()) if is_choice else (),
    )
