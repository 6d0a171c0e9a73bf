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
    """The built-in roles; what each may do per kind of account stands in `roles.py`.

    `USER` is a customer's person who only uses services. `OWN` stands for a role that the account has made itself.
    """

    ADMINISTRATOR = "administrator"
    BILLING = "billing"
    SUPPORT = "support"
    READ_ONLY = "read_only"
    USER = "user"
    OWN = "own"


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
    ACTED_FOR = "acted_for"


STATUS_ACTS = frozenset(
    {AccountAct.OPENED, AccountAct.ADMIN_HELD, AccountAct.ADMIN_RELEASED, AccountAct.CONVERTED}
)
"""The acts that belong to the history of an account's status."""


class SignInOutcome(StrEnum):
    """What came of an attempt to sign in. `LOCKED`: too many wrong ones before, nothing was compared.

    With a second factor there is a line for what came of it, and one more for the sign-in when it was right.
    """

    DONE = "done"
    WRONG = "wrong"
    LOCKED = "locked"
    FACTOR_WRONG = "factor_wrong"
    FACTOR_PASSED = "factor_passed"


class FactorKind(StrEnum):
    """A way to prove who one is besides the password; values are those of the identity library."""

    APP = "totp"
    PASSKEY = "webauthn"
    CODES = "recovery_codes"


class UserState(StrEnum):
    """Whether a person can sign in, as people say it; `user_states.py` derives it."""

    READY = "ready"
    LOCKED = "locked"
    NOT_ACTIVATED = "not_activated"
    DISABLED = "disabled"


class EndCause(StrEnum):
    """Why acting for another account ended."""

    PERSON = "person"
    TIME = "time"
    RIGHTS = "rights"
    ACCOUNT = "account"


class SetupStep(StrEnum):
    """The steps of a new reseller's wizard, in order."""

    COMPANY = "company"
    PLANS = "plans"
    PRICES = "prices"
    BRAND = "brand"
