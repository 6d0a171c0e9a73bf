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


class SwitchTime(StrEnum):
    """When a plan switch takes effect: when its order is done, or when the running term ends."""

    NOW = "now"
    NEXT_TERM = "next_term"


class ImportState(StrEnum):
    """Where a price list stands."""

    APPLIED = "applied"
    APPLIED_WITH_REJECTS = "applied_with_rejects"
    REFUSED = "refused"
