-- Find who sells each due subscription to whom on every tier, the document day of its charges and the tax rule of the run's day.
-- run_day date: the day of the run.
-- Temp: sale (subscription_id bigint, tier smallint, tenant_id bigint, customer_id bigint, billing_account_id bigint,
--  exponent smallint, statement_on date, tax_rule_id bigint, tax_ppm integer, tiers smallint, problem text);
-- Reads temp due.
-- Safe to repeat: it fills a temporary table.
INSERT INTO sale
SELECT
    due.subscription_id,
    link.tier,
    due.tenant_id,
    due.customer_id,
    account.id,
    account.exponent,
    CASE
        WHEN account.statement_day = 0 THEN %(run_day)s::date
        WHEN grid_date(%(run_day)s::date, 0, account.statement_day) >= %(run_day)s::date
            THEN grid_date(%(run_day)s::date, 0, account.statement_day)
        ELSE grid_date(%(run_day)s::date, 1, account.statement_day)
    END,
    rule.id,
    rule.rate_ppm,
    chain.tiers,
    CASE
        WHEN account.seller_zone_id IS NULL OR account.buyer_zone_id IS NULL THEN 'no_tax_zone'
        WHEN rule.id IS NULL THEN 'no_tax_rule'
    END
FROM due
INNER JOIN chain ON chain.id = due.chain_id
INNER JOIN chain_link AS link ON link.chain_id = due.chain_id AND link.tier <= chain.tiers
INNER JOIN billing_account AS account ON account.id = link.billing_account_id
LEFT JOIN tax_rule AS rule
    ON
        rule.seller_zone_id = account.seller_zone_id
        AND rule.buyer_zone_id = account.buyer_zone_id
        AND rule.category_id = due.tax_category_id
        AND rule.buyer_registered = account.buyer_registered
        AND rule.valid_from <= %(run_day)s
        AND (rule.valid_to IS NULL OR rule.valid_to > %(run_day)s)
WHERE due.starts_period OR due.cancels OR due.lapses OR due.has_changes OR due.bills_usage
