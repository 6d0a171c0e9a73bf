-- Record the subscriptions that were put aside, or count one more try for those that already are.
-- The last bill is what the provider's own sale of the running period came to; charges are found by their unique key.
-- run_day date: the day of the run.
-- Reads temp put_aside.
-- Writes quarantine.
-- Safe to repeat: one open row per subscription.
INSERT INTO quarantine (
    tenant_id, subscription_id, reason, detail, due_on, first_day, last_day, tries, last_bill, currency
)
SELECT
    aside.tenant_id,
    aside.subscription_id,
    aside.reason::quarantine_reason,
    aside.detail,
    aside.due_on,
    %(run_day)s,
    %(run_day)s,
    1,
    bill.net,
    coalesce(bill.currency, '')
FROM put_aside AS aside
LEFT JOIN LATERAL (
    SELECT
        sum(charge.net) AS net,
        min(account.currency) AS currency
    FROM sub_billing AS narrow
    INNER JOIN subscription_item AS item ON item.subscription_id = narrow.subscription_id
    INNER JOIN charge
        ON
            charge.item_id = item.id
            AND charge.period_start = narrow.period_start
            AND charge.tier = 1
            AND charge.kind IN ('setup', 'recurring')
    INNER JOIN billing_account AS account ON account.id = charge.billing_account_id
    WHERE narrow.subscription_id = aside.subscription_id
) AS bill ON TRUE
ON CONFLICT (subscription_id) WHERE resolved_on IS NULL DO UPDATE
SET
    reason = excluded.reason,
    detail = excluded.detail,
    due_on = excluded.due_on,
    last_day = excluded.last_day,
    tries = quarantine.tries + 1,
    last_bill = excluded.last_bill,
    currency = excluded.currency
