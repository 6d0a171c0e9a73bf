"""Kinds and states of parties; pure."""

from enum import StrEnum


class AccountKind(StrEnum):
    """What an account is in the tree provider > reseller > ... > customer."""

    PROVIDER = "provider"
    RESELLER = "reseller"
    CUSTOMER = "customer"


class AccountStatus(StrEnum):
    """The commercial state of an account; holds are two separate bits (rule 4 of the domain reference)."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"


class RoleCode(StrEnum):
    """The first roles; what each may do per kind of account stands in `roles.py`."""

    ADMINISTRATOR = "administrator"
    BILLING = "billing"
    SUPPORT = "support"
    READ_ONLY = "read_only"


class ContactKind(StrEnum):
    """The three contacts that an account names."""

    ADMIN = "admin"
    BILLING = "billing"
    TECHNICAL = "technical"


class AccountAct(StrEnum):
    """What happened to an account, as its timeline keeps it; credit holds are kept by the credit package."""

    OPENED = "opened"
    EDITED = "edited"
    CONTACTS_EDITED = "contacts_edited"
    ADMIN_HELD = "admin_held"
    ADMIN_RELEASED = "admin_released"
    CONVERTED = "converted"
    USER_CREATED = "user_created"
    LINK_ISSUED = "link_issued"
    SET_UP = "set_up"


STATUS_ACTS = frozenset(
    {AccountAct.OPENED, AccountAct.ADMIN_HELD, AccountAct.ADMIN_RELEASED, AccountAct.CONVERTED}
)
"""The acts that belong to the history of an account's status."""


class SetupStep(StrEnum):
    """The steps of a new reseller's wizard, in order."""

    COMPANY = "company"
    PLANS = "plans"
    PRICES = "prices"
    BRAND = "brand"
