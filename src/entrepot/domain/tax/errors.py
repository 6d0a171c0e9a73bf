"""Refusals of the tax package."""

from entrepot.kernel.errors import BadInput, Conflict


class TaxInput(BadInput):
    """A value of a zone, category or rule that cannot be stored."""

    codes = frozenset({"tax_text_missing", "tax_rate_out_of_bounds", "tax_rate_unexpected"})


class TaxConflict(Conflict):
    """The zone, category or rule exists already, or a later rule is in the way."""

    codes = frozenset({"tax_zone_taken", "tax_category_taken", "tax_rule_in_the_way"})
