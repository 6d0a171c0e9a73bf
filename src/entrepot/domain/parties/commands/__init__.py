"""What changes accounts, brands and users; every command is one transaction with one audit entry."""

from entrepot.domain.parties.commands.accounts import (
    Address,
    account_of_request,
    edit_account,
    open_account,
    open_provider,
)
from entrepot.domain.parties.commands.brands import set_brand
from entrepot.domain.parties.commands.contacts import (
    PHONES_AT_ONCE_MAX,
    Contact,
    repair_phone,
    set_contacts,
    store_good_phones,
)
from entrepot.domain.parties.commands.notes import (
    NOTE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    add_note,
    hold_account_by_hand,
    release_account_by_hand,
)
from entrepot.domain.parties.commands.resellers import (
    Setup,
    begin_setup,
    choose_sales_currency,
    convert_to_reseller,
    finish_step,
    setup_of,
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
    "NOTE_LENGTH_MAX",
    "PHONES_AT_ONCE_MAX",
    "REASON_LENGTH_MAX",
    "Address",
    "Contact",
    "Password",
    "Setup",
    "account_of_request",
    "add_membership",
    "add_note",
    "begin_setup",
    "choose_sales_currency",
    "convert_to_reseller",
    "create_user",
    "disable_user",
    "edit_account",
    "edit_profile",
    "finish_step",
    "hold_account_by_hand",
    "open_account",
    "open_provider",
    "release_account_by_hand",
    "repair_phone",
    "set_brand",
    "set_contacts",
    "set_password",
    "set_role",
    "setup_of",
    "store_good_phones",
]
