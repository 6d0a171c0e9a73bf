-- Add the posted documents to the balances of their billing accounts.
-- Reads temp posted_document.
-- Writes balance.
-- Safe to repeat: it commits with the transfers that it sums.
INSERT INTO balance AS held (billing_account_id, tenant_id, receivable, account_credit)
SELECT
    document.billing_account_id,
    document.tenant_id,
    coalesce(sum(document.net + document.tax) FILTER (WHERE document.is_invoice), 0),
    coalesce(-sum(document.net + document.tax) FILTER (WHERE NOT document.is_invoice), 0)
FROM posted_document AS document
GROUP BY document.billing_account_id, document.tenant_id
ORDER BY document.billing_account_id
ON CONFLICT (billing_account_id) DO UPDATE
SET
    receivable = held.receivable + excluded.receivable,
    account_credit = held.account_credit + excluded.account_credit
