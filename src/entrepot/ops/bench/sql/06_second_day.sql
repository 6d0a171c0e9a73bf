-- After the first day was billed: give the next day every kind of event, so that a proof reaches every statement.
-- day date: the next day.
WITH changed AS (
    INSERT INTO quantity_change (
        tenant_id, subscription_id, item_id, effective_on, new_quantity, ordered_at, ordered_by
    )
    SELECT tenant_id, subscription_id, subscription_id * 2, %(day)s::date, 50, %(day)s::date, 'proof'
    FROM sub_billing WHERE subscription_id %% 5 = 1
    RETURNING subscription_id
),

late AS (
    -- Whoever did not pay the first day's invoice is held, and a third of them loses the service meanwhile.
    UPDATE billing_account
    SET grace_days = 0, suspend_on_hold = TRUE, bill_on_hold = id %% 2 = 0
    WHERE id %% 3 = 0
    RETURNING id
),

overdue AS (
    UPDATE invoice SET due_on = %(day)s::date - 1 FROM late WHERE invoice.billing_account_id = late.id
),

used AS (
    INSERT INTO usage_import (
        provider_name, file_name, sha256, state, lines, rejected, duplicate_lines, sub_accounts, parked_sub_accounts,
        billed_cost, currency, parquet_path, parquet_sha256, problems, engine, imported_at, imported_by
    )
    VALUES (
        'proof', 'proof.csv', '', 'applied'::usage_import_state, 0, 0, 0, 0, 0, 0, 'EUR', '', '', '[]'::jsonb, '',
        %(day)s::date, 'proof'
    )
    RETURNING id
),

totals AS (
    INSERT INTO usage_total (
        tenant_id, subscription_id, item_id, tier, sku, sku_name, unit, period_start, period_end, lines, quantity,
        cost, amount_before, amount_after, currency, usage_import_id
    )
    SELECT
        price.tenant_id, item.subscription_id, item.id, price.tier, 'SKU-1', '', 'h', %(day)s::date - 30,
        %(day)s::date - 1, 1, 12.5, 3.21, 0, 3.21 * price.tier, 'EUR', used.id
    FROM used
    CROSS JOIN subscription_item AS item
    INNER JOIN agreed_price AS price ON price.item_id = item.id AND price.kind = 'recurring'
    WHERE item.position = 0 AND item.subscription_id %% 5 = 3
),

usage_prices AS (
    INSERT INTO agreed_price (
        tenant_id, item_id, tier, kind, unit_price, unit_cost, currency, discount_ppm, discount_label, valid_from
    )
    SELECT
        price.tenant_id, price.item_id, price.tier, 'usage'::price_kind, 1.1, 1, 'EUR', 0, '', price.valid_from
    FROM agreed_price AS price
    INNER JOIN subscription_item AS item ON item.id = price.item_id
    WHERE item.position = 0 AND item.subscription_id %% 5 = 3 AND price.kind = 'recurring'
),

unpriced AS (
    -- Its change cannot be charged: it is put aside.
    DELETE FROM agreed_price WHERE item_id = 22 AND kind = 'recurring' AND tier = 1
),

promoted AS (
    INSERT INTO promotion (
        seller_id, name, code, recurring_ppm, setup_ppm, on_renewal, once_per_customer, valid_from
    )
    SELECT min(seller_id), 'proof', '', 50000, 0, TRUE, FALSE, %(day)s::date - 1
    FROM chain_link WHERE tier = 1
),

leveled AS (
    -- A level far above what anybody has, which the price of the next term does not have any more.
    INSERT INTO agreed_price (
        tenant_id, item_id, tier, kind, level, model, lower_limit, unit_price, unit_cost, currency, discount_ppm,
        discount_label, valid_from
    )
    SELECT
        price.tenant_id, price.item_id, price.tier, price.kind, 1, 'tiered'::price_model, 1000000, 1, 1, 'EUR', 0, '',
        price.valid_from
    FROM agreed_price AS price
    INNER JOIN subscription_item AS item ON item.id = price.item_id
    WHERE item.subscription_id %% 10 = 9 AND price.kind = 'recurring'
),

put_aside_before AS (
    INSERT INTO quarantine (tenant_id, subscription_id, reason, detail, due_on, first_day, last_day, tries)
    SELECT
        tenant_id, subscription_id, 'no_price'::quarantine_reason, '{}'::jsonb, %(day)s::date - 1,
        %(day)s::date - 1, %(day)s::date - 1, 1
    FROM sub_billing
    WHERE subscription_id = 21
)

UPDATE sub_billing
SET
    due_on = %(day)s,
    cancel_on = CASE WHEN subscription_id %% 5 = 2 THEN %(day)s::date END,
    cancel_refund = subscription_id %% 5 = 2,
    cancel_full = subscription_id %% 10 = 2,
    is_usage = subscription_id %% 5 = 3,
    next_change_on = CASE WHEN subscription_id %% 5 = 1 THEN %(day)s::date END,
    period_end = CASE WHEN subscription_id %% 5 = 4 THEN %(day)s::date ELSE period_end END,
    term_end = CASE WHEN subscription_id %% 5 = 4 THEN %(day)s::date ELSE term_end END,
    auto_renew = subscription_id %% 10 <> 4,
    grace_days = CASE WHEN subscription_id %% 20 = 4 THEN 5 ELSE 0 END,
    version = version + 1
WHERE subscription_id %% 5 <> 0
