"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("service",))
@dataclass(frozen=True, slots=True)
class ServiceChanged(Act):
    """A service of a vendor was added or changed."""


@announces(kinds=("resource",))
@dataclass(frozen=True, slots=True)
class ResourceChanged(Act):
    """A resource was added or changed, or what it is made of."""


@announces(kinds=("plan", "plan_period"))
@dataclass(frozen=True, slots=True)
class PlanChanged(Act):
    """A plan or one of its periods was added or changed: resources, needs, terms, fees."""


@announces(actions=("switch_allowed", "switch_forbidden"))
@dataclass(frozen=True, slots=True)
class PlanSwitchChanged(Act):
    """A switch between two plans was allowed or forbidden."""


@announces(kinds=("sales_category",))
@dataclass(frozen=True, slots=True)
class SalesCategoryChanged(Act):
    """A sales category was added, changed or removed."""


@announces(actions=("vendor_price_set",))
@dataclass(frozen=True, slots=True)
class VendorPriceSet(Act):
    """A price of a vendor was set by hand."""


@announces(kinds=("price_list_import",))
@dataclass(frozen=True, slots=True)
class PriceListImported(Act):
    """A price list of a vendor was applied or refused."""
