"""Kinds of things in the catalogue; pure."""

from enum import StrEnum


class PriceKind(StrEnum):
    """What a price is charged for.

    `setup` is charged once with the first paid term, `renewal` with each later one. `usage` is pay-as-you-go: its unit
    price is the factor on the vendor's cost (decision 19).
    """

    SETUP = "setup"
    RENEWAL = "renewal"
    RECURRING = "recurring"
    OVERUSE = "overuse"
    USAGE = "usage"


class PriceModel(StrEnum):
    """How a price counts units (section 2.4 of the domain reference).

    `flat`: every unit costs the same. `tiered`: each level has a price for the units between its limits. `volume`: the
    level that the quantity reaches gives the price of all units.
    """

    FLAT = "flat"
    TIERED = "tiered"
    VOLUME = "volume"


class RefundPolicy(StrEnum):
    """What a cancellation gives back inside the plan period's refund window."""

    NONE = "none"
    PRORATED = "prorated"


class SwitchTime(StrEnum):
    """When a plan switch takes effect: when its order is done, at the next billing date, or at the end of the term."""

    NOW = "now"
    NEXT_PERIOD = "next_period"
    NEXT_TERM = "next_term"


class ImportState(StrEnum):
    """Where a price list stands."""

    APPLIED = "applied"
    APPLIED_WITH_REJECTS = "applied_with_rejects"
    REFUSED = "refused"
