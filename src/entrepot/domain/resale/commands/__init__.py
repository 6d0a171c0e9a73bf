"""What sets terms, chains, prices and overlays; every command is one transaction with one audit entry."""

from entrepot.domain.resale.commands.chains import (
    Terms,
    open_billing_account,
    open_chain,
    resolve_tax_place,
)
from entrepot.domain.resale.commands.delegation import (
    follow_value,
    keep_value,
    mark_seen,
    set_new_plans,
    show_waiting,
)
from entrepot.domain.resale.commands.overlays import Overlay, set_plan_overlay
from entrepot.domain.resale.commands.price_changes import (
    Goods,
    Level,
    Margin,
    PriceChange,
    change_margin,
    change_prices,
    withdraw_margin,
    withdraw_price,
)
from entrepot.domain.resale.commands.prices import (
    is_unusual,
    set_exchange_rate,
    set_margin_rule,
    set_seller_price,
)
from entrepot.domain.resale.commands.promotions import (
    NewPromotion,
    create_promotion,
    end_promotion,
)
from entrepot.domain.resale.commands.sku_prices import (
    Band,
    check_bands,
    check_sku_price,
    set_sku_price,
)
from entrepot.domain.resale.models import MarginBasis
from entrepot.domain.resale.plan_models import NewPlans

__all__ = [
    "Band",
    "Goods",
    "Level",
    "Margin",
    "MarginBasis",
    "NewPlans",
    "NewPromotion",
    "Overlay",
    "PriceChange",
    "Terms",
    "change_margin",
    "change_prices",
    "check_bands",
    "check_sku_price",
    "create_promotion",
    "end_promotion",
    "follow_value",
    "is_unusual",
    "keep_value",
    "mark_seen",
    "open_billing_account",
    "open_chain",
    "resolve_tax_place",
    "set_exchange_rate",
    "set_margin_rule",
    "set_new_plans",
    "set_plan_overlay",
    "set_seller_price",
    "set_sku_price",
    "show_waiting",
    "withdraw_margin",
    "withdraw_price",
]
