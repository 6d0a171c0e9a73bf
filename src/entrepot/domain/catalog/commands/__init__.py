"""What changes the catalogue; every command is one transaction with one audit entry."""

from entrepot.domain.catalog.commands.categories import (
    Category,
    add_category,
    change_category,
    remove_category,
)
from entrepot.domain.catalog.commands.contents import (
    InPlan,
    set_needs,
    set_parts,
    set_plan_resources,
)
from entrepot.domain.catalog.commands.fees import Fee, FeeLevel, set_fee
from entrepot.domain.catalog.commands.products import (
    PeriodFacts,
    PlanFacts,
    ResourceValues,
    ServiceValues,
    add_period,
    add_plan,
    add_resource,
    add_service,
    change_period,
    change_plan,
    change_resource,
    change_service,
)
from entrepot.domain.catalog.commands.switches import allow_switch, forbid_switch

__all__ = [
    "Category",
    "Fee",
    "FeeLevel",
    "InPlan",
    "PeriodFacts",
    "PlanFacts",
    "ResourceValues",
    "ServiceValues",
    "add_category",
    "add_period",
    "add_plan",
    "add_resource",
    "add_service",
    "allow_switch",
    "change_category",
    "change_period",
    "change_plan",
    "change_resource",
    "change_service",
    "forbid_switch",
    "remove_category",
    "set_fee",
    "set_needs",
    "set_parts",
    "set_plan_resources",
]
