-- List the buyers whose credit hold may change, with whether any of their billing accounts is held now.
-- Temp: held_buyer (buyer_id bigint, tenant_id bigint, is_held boolean, suspends boolean, bills boolean);
-- Reads temp judged.
-- Safe to repeat: it fills a temporary table.
INSERT INTO held_buyer
SELECT
    touched.buyer_id,
    touched.tenant_id,
    coalesce(bool_or(state.is_held), FALSE),
    coalesce(bool_or(state.is_held AND account.suspend_on_hold), FALSE),
    coalesce(bool_and(account.bill_on_hold) FILTER (WHERE state.is_held AND account.suspend_on_hold), TRUE)
FROM (
    SELECT DISTINCT
        judged.buyer_id,
        judged.tenant_id
    FROM judged
    WHERE judged.is_held <> judged.was_held
) AS touched
LEFT JOIN credit_state AS state ON state.buyer_id = touched.buyer_id
LEFT JOIN billing_account AS account ON account.id = state.billing_account_id
GROUP BY touched.buyer_id, touched.tenant_id
