"""Kinds of things in the catalogue; pure."""

from enum import StrEnum


class PriceKind(StrEnum):
    """What a price is charged for.

    `usage` is pay-as-you-go: its unit price is the factor on the vendor's cost (decision 19).
    """

    SETUP = "setup"
    RECURRING = "recurring"
    OVERUSE = "overuse"
    USAGE = "usage"


class RefundPolicy(StrEnum):
    """What a cancellation gives back inside the plan period's refund window."""

    NONE = "none"
    PRORATED = "prorated"


class ImportState(StrEnum):
    """Where a price list stands."""

    APPLIED = "applied"
    APPLIED_WITH_REJECTS = "applied_with_rejects"
    REFUSED = "refused"
