"""What each role may do for each kind of account: the one table of privileges; pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from entrepot.domain.parties.kinds import AccountKind, RoleCode


class Capability(StrEnum):
    """One thing that a person may or may not do; screens and commands name these, never roles.

    `VIEW_PRICES` is the sale price, cost and margin of the own tier only, `MANAGE_PRICES` sets what the own
    account charges. `VIEW_DOWNSTREAM_PRICES` adds the resale prices of lower tiers; no role has it by itself
    (decision 11). `ACCEPT_PAYMENTS` lets an order go on that waits for the money of the account's own buyer.
    """

    VIEW_ACCOUNTS = "view_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"
    VIEW_SUBSCRIPTIONS = "view_subscriptions"
    MANAGE_SUBSCRIPTIONS = "manage_subscriptions"
    VIEW_ORDERS = "view_orders"
    MANAGE_ORDERS = "manage_orders"
    ACCEPT_PAYMENTS = "accept_payments"
    VIEW_INVOICES = "view_invoices"
    VIEW_PRICES = "view_prices"
    VIEW_DOWNSTREAM_PRICES = "view_downstream_prices"
    MANAGE_PRICES = "manage_prices"
    VIEW_PRICE_LISTS = "view_price_lists"
    IMPORT_PRICES = "import_prices"
    VIEW_USAGE_IMPORTS = "view_usage_imports"
    IMPORT_USAGE = "import_usage"
    VIEW_BILLING_RUNS = "view_billing_runs"
    RUN_BILLING = "run_billing"
    VIEW_CREDIT = "view_credit"
    MANAGE_CREDIT = "manage_credit"
    VIEW_TASKS = "view_tasks"
    MANAGE_TASKS = "manage_tasks"
    VIEW_AUDIT = "view_audit"
    VIEW_USERS = "view_users"
    MANAGE_USERS = "manage_users"

    @property
    def is_reading(self) -> bool:
        """Tell whether the capability changes nothing."""
        return self.value.startswith("view_")


_LETTERS: Mapping[RoleCode, str] = {
    RoleCode.ADMINISTRATOR: "A",
    RoleCode.BILLING: "B",
    RoleCode.SUPPORT: "S",
    RoleCode.READ_ONLY: "R",
}

# Per capability the roles of the provider, of resellers and of customers that have it, by their
# letters above.
_TABLE: Mapping[Capability, tuple[str, str, str]] = {
    Capability.VIEW_ACCOUNTS: ("ABSR", "ABSR", "ABSR"),
    Capability.MANAGE_ACCOUNTS: ("AS", "AS", "A"),
    Capability.VIEW_SUBSCRIPTIONS: ("ABSR", "ABSR", "ABSR"),
    Capability.MANAGE_SUBSCRIPTIONS: ("AS", "AS", "AS"),
    Capability.VIEW_ORDERS: ("ABSR", "ABSR", "ABSR"),
    Capability.MANAGE_ORDERS: ("AS", "AS", "AS"),
    Capability.ACCEPT_PAYMENTS: ("AB", "AB", ""),
    Capability.VIEW_INVOICES: ("ABR", "ABR", "ABR"),
    Capability.VIEW_PRICES: ("ABR", "ABR", "ABR"),
    Capability.VIEW_DOWNSTREAM_PRICES: ("", "", ""),
    Capability.MANAGE_PRICES: ("AB", "AB", ""),
    Capability.VIEW_PRICE_LISTS: ("ABR", "", ""),
    Capability.IMPORT_PRICES: ("AB", "", ""),
    Capability.VIEW_USAGE_IMPORTS: ("ABR", "", ""),
    Capability.IMPORT_USAGE: ("AB", "", ""),
    Capability.VIEW_BILLING_RUNS: ("ABR", "", ""),
    Capability.RUN_BILLING: ("AB", "", ""),
    Capability.VIEW_CREDIT: ("ABR", "ABR", ""),
    Capability.MANAGE_CREDIT: ("AB", "AB", ""),
    Capability.VIEW_TASKS: ("ABSR", "", ""),
    Capability.MANAGE_TASKS: ("AB", "", ""),
    Capability.VIEW_AUDIT: ("AR", "", ""),
    Capability.VIEW_USERS: ("ASR", "ASR", "AR"),
    Capability.MANAGE_USERS: ("A", "A", "A"),
}

_COLUMNS = (AccountKind.PROVIDER, AccountKind.RESELLER, AccountKind.CUSTOMER)

PRIVILEGES: Mapping[tuple[AccountKind, RoleCode], frozenset[Capability]] = MappingProxyType(
    {
        (kind, role): frozenset(
            capability for capability, row in _TABLE.items() if letter in row[column]
        )
        for column, kind in enumerate(_COLUMNS)
        for role, letter in _LETTERS.items()
    }
)


def capabilities_of(
    *, kind: AccountKind, role: RoleCode, on_admin_hold: bool = False
) -> frozenset[Capability]:
    """Return what a role may do for an account of a kind.

    Under an administrative hold of the account only the reading ones are left (section 1.2 of the
    domain reference).
    """
    granted = PRIVILEGES[kind, role]
    if on_admin_hold:
        return frozenset(capability for capability in granted if capability.is_reading)
    return granted
