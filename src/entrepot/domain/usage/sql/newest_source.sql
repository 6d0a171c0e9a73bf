-- Say which import counts for each provider, sub-account and billing month: the newest one.
-- Common subset of SQL. Reads usage_line; writes nothing. Source: decision 19.
SELECT
    l.provider_name AS provider_name,
    l.sub_account_id AS sub_account_id,
    l.billing_month AS billing_month,
    MAX(l.import_id) AS import_id
FROM usage_line AS l
GROUP BY
    l.provider_name,
    l.sub_account_id,
    l.billing_month
