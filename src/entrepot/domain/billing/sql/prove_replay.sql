-- Calculate every stored charge again from its own fields.
-- from_day date: first day of billing.
-- to_day date: last day of billing.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. Docs/billing.md section 4. An amount is right when the exact value lies between its
-- two rounding borders. Nothing is divided and no rounding function is trusted. Lists of usage come from their totals
-- and are proved with these. A row without a problem holds the figures.
WITH charge AS MATERIALIZED (
    SELECT
        charge.id,
        charge.subscription_id,
        charge.tier,
        charge.kind,
        charge.num,
        charge.den,
        charge.period_end - charge.period_start AS days,
        sub.billing_months,
        charge.unit_price,
        charge.quantity,
        charge.unit_price * charge.quantity * charge.num AS exact_times_den,
        charge.discount_ppm,
        charge.tax_ppm,
        charge.list_amount,
        charge.discount_amount,
        charge.net,
        charge.tax,
        CASE charge.exponent
            WHEN 2 THEN 0.005 WHEN 0 THEN 0.5 WHEN 3 THEN 0.0005 ELSE ('1e-' || charge.exponent)::numeric / 2
        END AS half,
        charge.exponent::integer AS exponent
    FROM charge
    LEFT JOIN sub_billing AS sub ON sub.subscription_id = charge.subscription_id
    WHERE
        charge.billed_on BETWEEN %(from_day)s AND %(to_day)s
        AND charge.statement_on >= %(from_day)s
),

wrong AS (
    SELECT
        charge.id,
        charge.subscription_id,
        charge.tier,
        charge.kind,
        said.what,
        said.found
    FROM charge
    CROSS JOIN LATERAL (
        VALUES
        (
            'list', charge.list_amount,
            charge.kind = 'usage'
            OR (
                charge.list_amount * charge.exact_times_den >= 0
                AND (abs(charge.list_amount) - charge.half) * charge.den <= abs(charge.exact_times_den)
                AND (abs(charge.list_amount) + charge.half) * charge.den > abs(charge.exact_times_den)
                AND charge.list_amount = trunc(charge.list_amount, charge.exponent)
            )
        ),
        (
            'discount', charge.discount_amount,
            charge.discount_amount * charge.list_amount >= 0
            AND (abs(charge.discount_amount) - charge.half) * 1000000 <= abs(charge.list_amount) * charge.discount_ppm
            AND (abs(charge.discount_amount) + charge.half) * 1000000 > abs(charge.list_amount) * charge.discount_ppm
            AND charge.discount_amount = trunc(charge.discount_amount, charge.exponent)
        ),
        ('net', charge.net, charge.net = charge.list_amount - charge.discount_amount),
        (
            'tax', charge.tax,
            charge.tax * charge.net >= 0
            AND (abs(charge.tax) - charge.half) * 1000000 <= abs(charge.net) * charge.tax_ppm
            AND (abs(charge.tax) + charge.half) * 1000000 > abs(charge.net) * charge.tax_ppm
            AND charge.tax = trunc(charge.tax, charge.exponent)
        ),
        (
            'fraction', charge.num,
            CASE
                WHEN charge.kind IN ('recurring', 'change', 'refund') THEN
                    charge.num = charge.days
                    AND charge.num BETWEEN 1 AND charge.den
                    AND charge.den BETWEEN 30.4 * charge.billing_months - 3 AND 30.5 * charge.billing_months + 2
                ELSE charge.num = 1 AND charge.den = 1
            END
        ),
        ('quantity', charge.quantity, charge.kind <> 'setup' OR charge.quantity = 1)
    ) AS said (what, found, is_right)
    WHERE said.is_right IS NOT TRUE
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('charges_replayed', (SELECT count(*) FROM charge)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'charge_not_reproduced',
        'charge',
        wrong.id,
        jsonb_build_object(
            'subscription', wrong.subscription_id, 'tier', wrong.tier, 'kind', wrong.kind, 'what', wrong.what,
            'found', wrong.found
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.id
    LIMIT %(findings_max)s
)
