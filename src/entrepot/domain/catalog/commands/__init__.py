"""What changes the catalogue; every command is one transaction with one audit entry."""

from entrepot.domain.catalog.commands.categories import (
    Category,
    add_category,
    change_category,
    remove_category,
)

__all__ = ["Category", "add_category", "change_category", "remove_category"]
