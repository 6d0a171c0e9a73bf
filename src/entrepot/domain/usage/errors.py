"""What the usage package refuses; each names the file or object, the cause and the next step."""

from typing import ClassVar

from entrepot.kernel.errors import BadInput, Conflict, NotFound, Refused


class UsageFileRefused(BadInput):
    """A usage file that cannot be read at all, or was read and has faulty rows."""

    codes: ClassVar[frozenset[str]] = frozenset(
        {
            "usage_file_missing",
            "usage_file_empty",
            "usage_file_packed",
            "usage_file_encoding",
            "usage_file_separator",
            "usage_file_line_ends",
            "usage_file_header",
            "usage_file_cut_off",
            "usage_file_too_wide",
            "usage_file_rows",
        }
    )


class UsageMemoryTooSmall(Refused):
    """The work does not fit into the memory and disk space it was given."""

    codes: ClassVar[frozenset[str]] = frozenset({"usage_memory_too_small"})


class UsageAmountTooLarge(Refused):
    """A quantity or amount has more digits than the sums can hold exactly."""

    codes: ClassVar[frozenset[str]] = frozenset({"usage_amount_too_large"})


class UsageStoreDamaged(Refused):
    """A stored file of usage lines is absent or is not the file that was written."""

    codes: ClassVar[frozenset[str]] = frozenset({"usage_store_damaged"})


class SubAccountTaken(Conflict):
    """The sub-account belongs to another subscription already."""

    codes: ClassVar[frozenset[str]] = frozenset({"sub_account_taken"})


class SubAccountUnknown(NotFound):
    """No imported file names the sub-account."""

    codes: ClassVar[frozenset[str]] = frozenset({"sub_account_unknown"})


class SubAccountNotBillable(Refused):
    """Nothing of a sub-account's usage has a price on every tier, so linking it would hide it."""

    codes: ClassVar[frozenset[str]] = frozenset({"sub_account_not_billable"})
