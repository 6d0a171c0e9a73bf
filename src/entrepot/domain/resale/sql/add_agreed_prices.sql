-- Add the agreed prices of the starting terms.
-- Reads temp agreed_new.
-- Writes agreed_price.
-- Safe to repeat: unique by item, tier, kind and first day.
INSERT INTO agreed_price (
    tenant_id, item_id, tier, kind, model, level, lower_limit, upper_limit, unit_price, unit_cost, currency,
    discount_ppm, discount_label, promotion_id, standing_ppm, standing_label, valid_from, catalog_price_id,
    seller_price_id, margin_rule_id, exchange_rate
)
SELECT
    fresh.tenant_id,
    fresh.item_id,
    fresh.tier,
    fresh.kind,
    fresh.model,
    fresh.level,
    fresh.lower_limit,
    fresh.upper_limit,
    fresh.unit_price,
    fresh.unit_cost,
    fresh.currency,
    fresh.discount_ppm,
    fresh.discount_label,
    fresh.promotion_id,
    fresh.standing_ppm,
    fresh.standing_label,
    fresh.valid_from,
    fresh.catalog_price_id,
    fresh.seller_price_id,
    fresh.margin_rule_id,
    fresh.exchange_rate
FROM agreed_new AS fresh
