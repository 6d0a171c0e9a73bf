-- Calculate every stored charge again from its own fields.
-- from_day date: first day of billing.
-- to_day date: last day of billing.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. Docs/billing.md section 4. An amount is right when the exact value lies between its
-- two rounding borders. Nothing is divided and no rounding function is trusted. Lists of usage come from their totals
-- and are proved with these. A row without a problem holds the figures.
WITH exact AS (
    SELECT
        charge.id,
        charge.subscription_id,
        charge.tier,
        charge.kind,
        charge.num,
        charge.den,
        sub.billing_months,
        charge.quantity,
        charge.cause_id,
        charge.discount_ppm,
        charge.tax_ppm,
        charge.list_amount,
        charge.discount_amount,
        charge.net,
        charge.tax,
        charge.exponent::integer AS exponent,
        charge.period_end - charge.period_start AS days,
        charge.unit_price * charge.quantity * charge.num AS list_times_den,
        CASE charge.exponent
            WHEN 2 THEN 0.005 WHEN 0 THEN 0.5 WHEN 3 THEN 0.0005 ELSE ('1e-' || charge.exponent)::numeric / 2
        END AS half
    FROM charge
    LEFT JOIN sub_billing AS sub ON sub.subscription_id = charge.subscription_id
    WHERE
        charge.billed_on BETWEEN %(from_day)s AND %(to_day)s
        AND charge.statement_on >= %(from_day)s
    OFFSET 0
),

judged AS (
    SELECT
        exact.id,
        exact.subscription_id,
        exact.tier,
        exact.kind,
        exact.num,
        exact.quantity,
        exact.list_amount,
        exact.discount_amount,
        exact.net,
        exact.tax,
        exact.kind = 'usage'
        OR (
            sign(exact.list_amount) * sign(exact.list_times_den) >= 0
            AND (abs(exact.list_amount) - exact.half) * exact.den <= abs(exact.list_times_den)
            AND (abs(exact.list_amount) + exact.half) * exact.den > abs(exact.list_times_den)
            AND exact.list_amount = trunc(exact.list_amount, exact.exponent)
        ) AS is_list_right,
        sign(exact.discount_amount) * sign(exact.list_amount) >= 0
        AND (abs(exact.discount_amount) - exact.half) * 1000000 <= abs(exact.list_amount) * exact.discount_ppm
        AND (abs(exact.discount_amount) + exact.half) * 1000000 > abs(exact.list_amount) * exact.discount_ppm
        AND exact.discount_amount = trunc(exact.discount_amount, exact.exponent) AS is_discount_right,
        exact.net = exact.list_amount - exact.discount_amount AS is_net_right,
        sign(exact.tax) * sign(exact.net) >= 0
        AND (abs(exact.tax) - exact.half) * 1000000 <= abs(exact.net) * exact.tax_ppm
        AND (abs(exact.tax) + exact.half) * 1000000 > abs(exact.net) * exact.tax_ppm
        AND exact.tax = trunc(exact.tax, exact.exponent) AS is_tax_right,
        CASE
            WHEN exact.kind IN ('recurring', 'change', 'refund') THEN
                exact.num = exact.days
                AND exact.num BETWEEN 1 AND exact.den
                -- A natural period of n months has between 30.4 n - 3 and 30.5 n + 2 days.
                AND exact.den BETWEEN 30.4 * exact.billing_months - 3 AND 30.5 * exact.billing_months + 2
            ELSE exact.num = 1 AND exact.den = 1
        END AS is_fraction_right,
        exact.kind NOT IN ('setup', 'renewal')
        OR exact.quantity = CASE WHEN exact.cause_id = 0 THEN 1 ELSE -1 END AS is_quantity_right
    FROM exact
    OFFSET 0
),

wrong AS (
    SELECT
        judged.id,
        judged.subscription_id,
        judged.tier,
        judged.kind,
        said.what,
        said.found
    FROM judged
    CROSS JOIN LATERAL (
        VALUES
        ('list', judged.list_amount, judged.is_list_right),
        ('discount', judged.discount_amount, judged.is_discount_right),
        ('net', judged.net, judged.is_net_right),
        ('tax', judged.tax, judged.is_tax_right),
        ('fraction', judged.num, judged.is_fraction_right),
        ('quantity', judged.quantity, judged.is_quantity_right)
    ) AS said (what, found, is_right)
    WHERE
        (
            judged.is_list_right
            AND judged.is_discount_right
            AND judged.is_net_right
            AND judged.is_tax_right
            AND judged.is_fraction_right
            AND judged.is_quantity_right
        ) IS NOT TRUE
        AND said.is_right IS NOT TRUE
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('charges_replayed', (
        SELECT count(*)
        FROM charge
        WHERE charge.billed_on BETWEEN %(from_day)s AND %(to_day)s AND charge.statement_on >= %(from_day)s
    )) AS facts,
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
