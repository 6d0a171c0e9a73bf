-- Prove that each charge points to existing things of its own tenant, and to the price and tax rate that it uses.
-- from_day date: first day of billing.
-- to_day date: last day of billing.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. The table has no foreign keys. A row without a problem holds the figures.
WITH judged AS (
    SELECT
        charge.id,
        charge.tier,
        charge.item_id,
        charge.subscription_id,
        charge.billing_account_id,
        charge.agreed_price_id,
        charge.tax_rule_id,
        charge.cause_id,
        (item.subscription_id, item.tenant_id) = (charge.subscription_id, charge.tenant_id) AS is_item_right,
        (wide.customer_id, wide.tenant_id) = (charge.customer_id, charge.tenant_id) AS is_subscription_right,
        (account.tenant_id, account.exponent) = (charge.tenant_id, charge.exponent) AS is_account_right,
        sold.tier IS NOT NULL AS is_seller_right,
        (price.item_id, price.tier, price.tenant_id, price.currency)
        = (charge.item_id, charge.tier, charge.tenant_id, account.currency)
        AND CASE charge.kind
            WHEN 'refund' THEN TRUE
            WHEN 'usage' THEN price.kind = 'usage' AND price.discount_ppm = charge.discount_ppm
            ELSE
                price.kind::text = CASE charge.kind WHEN 'change' THEN 'recurring' ELSE charge.kind::text END
                AND price.unit_price = charge.unit_price
                AND price.level = charge.level
                AND price.discount_ppm = charge.discount_ppm
                AND price.valid_from <= charge.period_start
        END AS is_price_right,
        rule.rate_ppm = charge.tax_ppm
        AND (
            charge.kind = 'refund'
            OR reversed.id IS NOT NULL
            OR (rule.valid_from <= charge.billed_on AND coalesce(rule.valid_to > charge.billed_on, TRUE))
        ) AS is_rule_right,
        NOT (charge.kind = 'refund' OR (charge.kind IN ('setup', 'renewal') AND charge.cause_id <> 0))
        OR (
            (
                reversed.item_id, reversed.tier, reversed.billing_account_id, reversed.agreed_price_id,
                reversed.unit_price, reversed.discount_ppm, reversed.tax_rule_id, reversed.den, -reversed.quantity,
                reversed.level
            ) = (
                charge.item_id, charge.tier, charge.billing_account_id, charge.agreed_price_id,
                charge.unit_price, charge.discount_ppm, charge.tax_rule_id, charge.den, charge.quantity,
                charge.level
            )
            AND CASE charge.kind
                WHEN 'refund' THEN reversed.kind IN ('recurring', 'change')
                ELSE reversed.kind = charge.kind AND reversed.cause_id = 0
            END
            AND charge.period_start >= reversed.period_start
            AND charge.period_end = reversed.period_end
        ) AS is_reversed_right,
        charge.kind <> 'change'
        OR (
            (change.item_id, levels.new_units - levels.old_units) = (charge.item_id, charge.quantity)
            AND change.applied_on = charge.billed_on
        ) AS is_change_right
    FROM charge
    LEFT JOIN subscription_item AS item ON item.id = charge.item_id
    LEFT JOIN subscription AS wide ON wide.id = charge.subscription_id
    LEFT JOIN billing_account AS account ON account.id = charge.billing_account_id
    LEFT JOIN agreed_price AS price ON price.id = charge.agreed_price_id
    LEFT JOIN tax_rule AS rule ON rule.id = charge.tax_rule_id
    LEFT JOIN (
        SELECT DISTINCT
            chain.customer_id,
            link.tier,
            link.billing_account_id
        FROM chain
        INNER JOIN chain_link AS link ON link.chain_id = chain.id
    ) AS sold
        ON
            sold.customer_id = charge.customer_id
            AND sold.tier = charge.tier
            AND sold.billing_account_id = charge.billing_account_id
    LEFT JOIN charge AS reversed
        ON
            charge.kind IN ('refund', 'setup', 'renewal')
            AND charge.cause_id <> 0
            AND reversed.id = charge.cause_id
    LEFT JOIN quantity_change AS change ON charge.kind = 'change' AND change.id = charge.cause_id
    CROSS JOIN LATERAL (
        SELECT
            units_at_level(price.model, price.lower_limit, price.upper_limit, change.new_quantity) AS new_units,
            units_at_level(price.model, price.lower_limit, price.upper_limit, change.old_quantity) AS old_units
    ) AS levels
    WHERE
        charge.billed_on BETWEEN %(from_day)s AND %(to_day)s
        AND charge.statement_on >= %(from_day)s
    OFFSET 0
),

wrong AS (
    SELECT
        judged.id,
        judged.subscription_id,
        judged.tier,
        said.what,
        said.referred
    FROM judged
    CROSS JOIN LATERAL (
        VALUES
        ('item', judged.item_id, judged.is_item_right),
        ('subscription', judged.subscription_id, judged.is_subscription_right),
        ('billing account', judged.billing_account_id, judged.is_account_right),
        ('seller of its tier', judged.billing_account_id, judged.is_seller_right),
        ('agreed price', judged.agreed_price_id, judged.is_price_right),
        ('tax rule', judged.tax_rule_id, judged.is_rule_right),
        ('reversed charge', judged.cause_id, judged.is_reversed_right),
        ('quantity change', judged.cause_id, judged.is_change_right)
    ) AS said (what, referred, is_right)
    WHERE
        (
            judged.is_item_right
            AND judged.is_subscription_right
            AND judged.is_account_right
            AND judged.is_seller_right
            AND judged.is_price_right
            AND judged.is_rule_right
            AND judged.is_reversed_right
            AND judged.is_change_right
        ) IS NOT TRUE
        AND said.is_right IS NOT TRUE
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('wrong_charge_references', (SELECT count(*) FROM wrong)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'charge_reference_wrong',
        'charge',
        wrong.id,
        jsonb_build_object(
            'subscription', wrong.subscription_id, 'tier', wrong.tier, 'what', wrong.what, 'referred', wrong.referred
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.id, wrong.what
    LIMIT %(findings_max)s
)
