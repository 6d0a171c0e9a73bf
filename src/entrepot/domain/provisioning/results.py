"""What is asked of a connector and what it may answer: frozen values, no I/O.

Outcome
  Accepted   the vendor works on it: its reference, and when to look again
  Done       the effect exists
  Refused    there is no effect and why; `may_be_left` if remains have to be cleaned up
  Unknown    nobody knows: ask before anything is repeated
  Absent     the vendor answered clearly that it knows nothing of it
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from entrepot.domain.provisioning.kinds import Action, ErrorClass, InstanceState

REFERENCE_LENGTH_MAX = 10_000
TEXT_LENGTH_MAX = 1_000
QUANTITY_PARAMETER = "quantity_parameter"
"""The key of a product under which stands how a broker calls the units of its first resource."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the service shall be: the vendor's product identifiers, the units, the vendor's parameters.

    `quantity` are the units of the plan's first resource, `units` those of further ones by their names at the vendor.
    """

    product: Mapping[str, str]
    quantity: Decimal
    parameters: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def stored_units(self) -> dict[str, str]:
        """Give the units of further resources as they are kept and sent."""
        return {name: f"{number.normalize():f}" for name, number in sorted(self.units.items())}


def product_at(product: Mapping[str, str], *, quantity_parameter: str) -> dict[str, str]:
    """Name a product as a connector with this setting is asked for it; what it was before does not count."""
    named = {key: value for key, value in product.items() if key != QUANTITY_PARAMETER}
    return named | {QUANTITY_PARAMETER: quantity_parameter} if quantity_parameter else named


def read_units(stored: Mapping[str, str]) -> dict[str, Decimal]:
    """Read the units of further resources as they are kept."""
    return {name: Decimal(number) for name, number in stored.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """One operation as a connector needs it; `key` and `instance_key` are the same for every repetition.

    `originator` is the user who caused it, None for programs. `before` is what the vendor has now. `people` are those
    whom an operation for people is about: `key`, `login`, `name`, `email` and `resource` of each.
    """

    key: str
    action: Action
    instance_key: str
    vendor_id: str
    wanted: Wanted
    before: Wanted
    reference: str = ""
    originator: int | None = None
    tenant_id: int = 0
    people: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor works on it; look again after `poll_after_seconds`, None leaves the choice to us."""

    reference: str = ""
    poll_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The effect exists; `vendor_id` is the vendor's name of the service, empty when it has none.

    Of an operation for people `failed` gives, by their keys, for whom it does not exist and why.
    """

    vendor_id: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no effect. `retry_after_seconds` is the vendor's wish."""

    error_class: ErrorClass
    text: str
    may_be_left: bool = False
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The effect may or may not exist."""

    text: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The vendor knows nothing of the operation and has no effect of it."""

    text: str = "The vendor does not know the operation."


Outcome = Accepted | Done | Refused | Unknown | Absent


@dataclass(frozen=True, slots=True)
class VendorObject:
    """A service as the vendor describes it; None for what it does not tell."""

    instance_key: str
    vendor_id: str = ""
    state: InstanceState | None = None
    product: Mapping[str, str] | None = None
    quantity: Decimal | None = None
    parameters: Mapping[str, Any] | None = None
    units: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """One page of the vendor's list; `after` continues it, empty at the end."""

    objects: tuple[VendorObject, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class UsedUnits:
    """Measured units of one resource on one day."""

    instance_key: str
    resource: str
    on_day: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan of a vendor's catalogue."""

    service_id: str
    plan_id: str
    name: str
    plan_name: str
    description: str
    is_free: bool
    is_retrievable: bool
    is_updateable: bool
    poll_seconds_max: int | None
    schemas: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VendorNews:
    """A call-back that was understood: what the vendor says of one operation, and when it said so."""

    operation_key: str
    outcome: Accepted | Done | Refused
    sent_at: datetime
