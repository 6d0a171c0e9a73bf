"""What changes the catalogue; every command is one transaction with one audit entry."""

from entrepot.domain.catalog.commands.categories import (
    Category,
    add_category,
    change_category,
    remove_category,
)
from entrepot.domain.catalog.commands.switches import allow_switch, forbid_switch

__all__ = [
    "Category",
    "add_category",
    "allow_switch",
    "change_category",
    "forbid_switch",
    "remove_category",
]
