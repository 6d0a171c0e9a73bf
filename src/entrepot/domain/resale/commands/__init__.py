"""What sets terms, chains, prices and overlays; every command is one transaction with one audit entry."""

from entrepot.domain.resale.commands.chains import (
    Terms,
    open_billing_account,
    open_chain,
    resolve_tax_place,
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

__all__ = [
    "Band",
    "Goods",
    "Level",
    "Margin",
    "MarginBasis",
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
    "is_unusual",
    "open_billing_account",
    "open_chain",
    "resolve_tax_place",
    "set_exchange_rate",
    "set_margin_rule",
    "set_plan_overlay",
    "set_seller_price",
    "set_sku_price",
    "withdraw_margin",
    "withdraw_price",
]
