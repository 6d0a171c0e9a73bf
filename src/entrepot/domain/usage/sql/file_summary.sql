-- Sum up the lines of one stored usage file.
-- Common subset of SQL. Reads usage_line; writes nothing; returns one row.
SELECT
    COUNT(*) AS line_count,
    SUM(CASE WHEN l.occurrence > 1 THEN 1 ELSE 0 END) AS repeated_count,
    CAST(COALESCE(SUM(l.billed_cost), 0) AS DECIMAL(38, 15)) AS billed_cost,
    MIN(l.charge_month) AS first_charge_month,
    MAX(l.charge_month) AS last_charge_month,
    MIN(l.billing_currency) AS first_currency,
    MAX(l.billing_currency) AS last_currency
FROM usage_line AS l
