-- Name the parts of one stored usage file that supersede earlier files: provider, sub-account and
-- billing month.
-- Common subset of SQL. Reads usage_line; writes nothing.
SELECT
    l.provider_name AS provider_name,
    l.sub_account_id AS sub_account_id,
    l.billing_month AS billing_month,
    l.import_id AS import_id,
    MIN(l.charge_month) AS first_charge_month,
    MAX(l.charge_month) AS last_charge_month,
    COUNT(*) AS line_count
FROM usage_line AS l
GROUP BY
    l.provider_name,
    l.sub_account_id,
    l.billing_month,
    l.import_id
ORDER BY
    l.provider_name,
    l.sub_account_id,
    l.billing_month,
    l.import_id
