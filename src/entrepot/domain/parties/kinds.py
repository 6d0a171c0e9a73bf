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
