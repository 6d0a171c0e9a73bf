"""What changes accounts, brands and users; every command is one transaction with one audit entry."""

from entrepot.domain.parties.commands.accounts import (
    Address,
    edit_account,
    open_account,
    open_provider,
    set_brand,
)
from entrepot.domain.parties.commands.users import (
    Password,
    add_membership,
    create_user,
    disable_user,
    edit_profile,
    set_password,
    set_role,
)

__all__ = [
    "Address",
    "Password",
    "add_membership",
    "create_user",
    "disable_user",
    "edit_account",
    "edit_profile",
    "open_account",
    "open_provider",
    "set_brand",
    "set_password",
    "set_role",
]
