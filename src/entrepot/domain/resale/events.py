"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(
    actions=(
        *("seller_price_set", "seller_prices_set", "seller_price_withdrawn"),
        *("margin_rule_set", "margin_rule_withdrawn"),
    )
)
@dataclass(frozen=True, slots=True)
class SellerPriceSet(Act):
    """A seller set or took back prices of its own, or the margin from which prices follow."""


@announces(kinds=("exchange_rate",))
@dataclass(frozen=True, slots=True)
class ExchangeRateSet(Act):
    """An exchange rate was set."""


@announces(actions=("plan_overlay_set",))
@dataclass(frozen=True, slots=True)
class PlanOfferChanged(Act):
    """A seller changed how it offers a plan: published, texts, category."""


@announces(actions=("new_plans_set", "new_plans_shown", "upstream_seen"))
@dataclass(frozen=True, slots=True)
class UpstreamFollowed(Act):
    """A seller said what it does with new plans, showed those that waited, or saw what changed above it."""


@announces(actions=("promotion_created", "promotion_ended"))
@dataclass(frozen=True, slots=True)
class PromotionChanged(Act):
    """A promotion was created or ended."""


@announces(actions=("sku_price_set",))
@dataclass(frozen=True, slots=True)
class UsagePriceSet(Act):
    """A seller set its own price of measured usage."""


@announces(actions=("chain_opened",))
@dataclass(frozen=True, slots=True)
class ChainOpened(Act):
    """A customer got its chain of sellers."""


@announces(kinds=("billing_account",))
@dataclass(frozen=True, slots=True)
class BillingAccountChanged(Act):
    """A billing account was opened, or has other terms or another place of taxation."""
