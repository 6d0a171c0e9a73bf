"""What each role may do for each kind of account: the one table of privileges; pure.

Screens and commands ask for a `Capability`. People who make roles of their own choose a `Level` per `Privilege`
instead; `CAPABILITY_AT` ties the two together, and every built-in role can be said in levels too.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from entrepot.domain.parties.kinds import AccountKind, RoleCode


class Capability(StrEnum):
    """One thing that a person may or may not do; screens and commands name these, never roles.

    `VIEW_PRICES` is the sale price, cost and margin of the own tier only, `MANAGE_PRICES` sets what the own
    account charges. `VIEW_DOWNSTREAM_PRICES` adds the resale prices of lower tiers; no role has it by itself
    (decision 11). `ADMINISTER_ACCOUNTS` opens, holds, releases and converts accounts. `MANAGE_USERS` edits people
    and hands out services, `ADMINISTER_USERS` creates, disables and deletes them and gives roles.
    `MANAGE_IDENTITY` sets up sign-in portals, `ACT_ON_BEHALF` opens the panel of an account below.
    `ACCEPT_PAYMENTS` lets an order go on that waits for the money of the account's own buyer.
    """

    VIEW_ACCOUNTS = "view_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"
    ADMINISTER_ACCOUNTS = "administer_accounts"
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
    ADMINISTER_USERS = "administer_users"
    VIEW_MESSAGES = "view_messages"
    MANAGE_MESSAGES = "manage_messages"
    MANAGE_IDENTITY = "manage_identity"
    ACT_ON_BEHALF = "act_on_behalf"

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
    Capability.ADMINISTER_ACCOUNTS: ("AS", "AS", ""),
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
    Capability.VIEW_USERS: ("ASR", "ASR", "ASR"),
    Capability.MANAGE_USERS: ("AS", "AS", "AS"),
    Capability.ADMINISTER_USERS: ("A", "A", "A"),
    Capability.VIEW_MESSAGES: ("ABSR", "ABSR", "ABSR"),
    Capability.MANAGE_MESSAGES: ("A", "A", "AB"),
    Capability.MANAGE_IDENTITY: ("A", "A", "A"),
    Capability.ACT_ON_BEHALF: ("AS", "AS", ""),
}


class Privilege(StrEnum):
    """A field of work for which an own role has one level."""

    ACCOUNTS = "accounts"
    SUBSCRIPTIONS = "subscriptions"
    ORDERS = "orders"
    PAYMENTS = "payments"
    INVOICES = "invoices"
    PRICES = "prices"
    DOWNSTREAM_PRICES = "downstream_prices"
    PRICE_LISTS = "price_lists"
    USAGE = "usage"
    BILLING = "billing"
    CREDIT = "credit"
    TASKS = "tasks"
    AUDIT = "audit"
    USERS = "users"
    MESSAGES = "messages"
    IDENTITY = "identity"
    ACTING = "acting"


class Level(IntEnum):
    """How much of a privilege a role has; each level contains those below it."""

    DISABLED = 0
    VIEW = 1
    MANAGE = 2
    ADMIN = 3


CAPABILITY_AT: Mapping[Capability, tuple[Privilege, Level]] = MappingProxyType(
    {
        Capability.VIEW_ACCOUNTS: (Privilege.ACCOUNTS, Level.VIEW),
        Capability.MANAGE_ACCOUNTS: (Privilege.ACCOUNTS, Level.MANAGE),
        Capability.ADMINISTER_ACCOUNTS: (Privilege.ACCOUNTS, Level.ADMIN),
        Capability.VIEW_SUBSCRIPTIONS: (Privilege.SUBSCRIPTIONS, Level.VIEW),
        Capability.MANAGE_SUBSCRIPTIONS: (Privilege.SUBSCRIPTIONS, Level.MANAGE),
        Capability.VIEW_ORDERS: (Privilege.ORDERS, Level.VIEW),
        Capability.MANAGE_ORDERS: (Privilege.ORDERS, Level.MANAGE),
        Capability.ACCEPT_PAYMENTS: (Privilege.PAYMENTS, Level.MANAGE),
        Capability.VIEW_INVOICES: (Privilege.INVOICES, Level.VIEW),
        Capability.VIEW_PRICES: (Privilege.PRICES, Level.VIEW),
        Capability.MANAGE_PRICES: (Privilege.PRICES, Level.MANAGE),
        Capability.VIEW_DOWNSTREAM_PRICES: (Privilege.DOWNSTREAM_PRICES, Level.VIEW),
        Capability.VIEW_PRICE_LISTS: (Privilege.PRICE_LISTS, Level.VIEW),
        Capability.IMPORT_PRICES: (Privilege.PRICE_LISTS, Level.MANAGE),
        Capability.VIEW_USAGE_IMPORTS: (Privilege.USAGE, Level.VIEW),
        Capability.IMPORT_USAGE: (Privilege.USAGE, Level.MANAGE),
        Capability.VIEW_BILLING_RUNS: (Privilege.BILLING, Level.VIEW),
        Capability.RUN_BILLING: (Privilege.BILLING, Level.MANAGE),
        Capability.VIEW_CREDIT: (Privilege.CREDIT, Level.VIEW),
        Capability.MANAGE_CREDIT: (Privilege.CREDIT, Level.MANAGE),
        Capability.VIEW_TASKS: (Privilege.TASKS, Level.VIEW),
        Capability.MANAGE_TASKS: (Privilege.TASKS, Level.MANAGE),
        Capability.VIEW_AUDIT: (Privilege.AUDIT, Level.VIEW),
        Capability.VIEW_USERS: (Privilege.USERS, Level.VIEW),
        Capability.MANAGE_USERS: (Privilege.USERS, Level.MANAGE),
        Capability.ADMINISTER_USERS: (Privilege.USERS, Level.ADMIN),
        Capability.VIEW_MESSAGES: (Privilege.MESSAGES, Level.VIEW),
        Capability.MANAGE_MESSAGES: (Privilege.MESSAGES, Level.MANAGE),
        Capability.MANAGE_IDENTITY: (Privilege.IDENTITY, Level.MANAGE),
        Capability.ACT_ON_BEHALF: (Privilege.ACTING, Level.MANAGE),
    }
)

_COLUMNS = (AccountKind.PROVIDER, AccountKind.RESELLER, AccountKind.CUSTOMER)

PRIVILEGES: Mapping[tuple[AccountKind, RoleCode], frozenset[Capability]] = MappingProxyType(
    {
        (kind, role): frozenset(
            capability
            for capability, row in _TABLE.items()
            if role in _LETTERS and _LETTERS[role] in row[column]
        )
        for column, kind in enumerate(_COLUMNS)
        for role in RoleCode
    }
)

ROLES_OF: Mapping[AccountKind, tuple[RoleCode, ...]] = MappingProxyType(
    {
        AccountKind.PROVIDER: tuple(_LETTERS),
        AccountKind.RESELLER: tuple(_LETTERS),
        AccountKind.CUSTOMER: (*_LETTERS, RoleCode.USER),
    }
)
"""The built-in roles that people of each kind of account can have."""


def levels_offered(kind: AccountKind) -> Mapping[Privilege, tuple[Level, ...]]:
    """Return the levels among which an own role of a kind of account chooses, per privilege, lowest first.

    Nothing beyond what the kind's administrators may do is offered, but for the resale prices of lower tiers, which
    sellers switch on for single roles (decision 11).
    """
    granted = set(PRIVILEGES[kind, RoleCode.ADMINISTRATOR])
    if kind is not AccountKind.CUSTOMER:
        granted.add(Capability.VIEW_DOWNSTREAM_PRICES)
    found: dict[Privilege, set[Level]] = {}
    for capability in granted:
        privilege, level = CAPABILITY_AT[capability]
        found.setdefault(privilege, {Level.DISABLED}).add(level)
    return {one: tuple(sorted(found[one])) for one in Privilege if one in found}


def capabilities_at(*, kind: AccountKind, levels: Mapping[str, int]) -> frozenset[Capability]:
    """Return what an own role may do: for each privilege everything up to its level that the kind is offered."""
    offered = levels_offered(kind)
    return frozenset(
        capability
        for capability, (privilege, level) in CAPABILITY_AT.items()
        if level in offered.get(privilege, ()) and level <= levels.get(privilege.value, 0)
    )


def levels_of(capabilities: frozenset[Capability]) -> Mapping[Privilege, Level]:
    """Return the highest level of each privilege among capabilities; privileges without one are left out."""
    found: dict[Privilege, Level] = {}
    for capability in capabilities:
        privilege, level = CAPABILITY_AT[capability]
        found[privilege] = max(level, found.get(privilege, Level.DISABLED))
    return found


def capabilities_of(
    *,
    kind: AccountKind,
    role: RoleCode,
    levels: Mapping[str, int] | None = None,
    on_admin_hold: bool = False,
) -> frozenset[Capability]:
    """Return what a role may do for an account of a kind; `levels` are those of an own role.

    Under an administrative hold of the account only the reading ones are left (section 1.2 of the
    domain reference).
    """
    is_own = role is RoleCode.OWN
    granted = capabilities_at(kind=kind, levels=levels or {}) if is_own else PRIVILEGES[kind, role]
    if on_admin_hold:
        return frozenset(capability for capability in granted if capability.is_reading)
    return granted
