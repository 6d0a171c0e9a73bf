"""Refusals of the resale package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class ResaleInput(BadInput):
    """A value of a billing account, price or rule that cannot be stored."""

    codes = frozenset(
        {
            "category_missing",
            "terms_out_of_bounds",
            "margin_out_of_bounds",
            "margin_no_price",
            "price_change_in_the_past",
            "margin_scope_ambiguous",
            "price_negative",
            "rate_not_positive",
            "rate_same_currency",
            "span_out_of_bounds",
            "market_missing",
            "sku_price_mid_month",
            "sku_text_unusable",
            "sku_bands_unordered",
            "promotion_name_unusable",
            "promotion_code_malformed",
            "promotion_rate_out_of_bounds",
            "promotion_uses_out_of_bounds",
            "promotion_span_unusable",
            "promotion_renewal_with_condition",
            "promotion_plan_twice",
        }
    )


class ResaleRefused(Refused):
    """A rule of the chain of sellers, or a price that somebody has to confirm."""

    codes = frozenset(
        {
            "not_its_seller",
            "provider_buys_nothing",
            "billing_account_missing",
            "billing_account_ambiguous",
            "chain_too_long",
            "margin_unusual",
            "price_below_cost",
            "price_has_levels",
        }
    )


class ResaleConflict(Conflict):
    """It exists already, or a later price or rule is in the way."""

    codes = frozenset(
        {
            "billing_account_exists",
            "price_in_the_way",
            "margin_rule_in_the_way",
            "sku_price_in_the_way",
            "change_not_scheduled",
            "promotion_code_taken",
            "promotion_in_the_way",
        }
    )
