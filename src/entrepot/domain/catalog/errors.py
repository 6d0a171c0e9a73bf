"""Refusals of the catalogue's commands; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class CatalogInput(BadInput):
    """A value of a category, service, resource, plan or period that cannot be stored."""

    codes = frozenset(
        {
            "code_malformed",
            "days_out_of_bounds",
            "fee_in_the_past",
            "fee_levels_missing",
            "fee_levels_unordered",
            "fee_levels_unusable",
            "fee_model_fixed",
            "fee_negative",
            "fee_not_billed",
            "market_malformed",
            "months_fixed",
            "months_out_of_bounds",
            "part_in_itself",
            "plan_needs_circle",
            "plan_needs_itself",
            "resource_measure_fixed",
            "units_out_of_bounds",
            "icon_unknown",
            "position_out_of_bounds",
            "switch_of_usage",
            "switch_to_itself",
        }
    )


class CatalogConflict(Conflict):
    """It exists already, or somebody else changed it meanwhile."""

    codes = frozenset({"code_taken", "catalog_changed_meanwhile", "plan_exists", "period_exists"})


class CatalogRefused(Refused):
    """A rule of the catalogue forbids it."""

    codes = frozenset({"category_in_use", "need_missing"})
