-- Judge every billing account that is overdue, was overdue, is held or has a release that ran out.
-- run_day date: the day of the run.
-- Temp: judged (billing_account_id bigint, tenant_id bigint, buyer_id bigint, is_automatic boolean,
--  was_held boolean, is_held boolean, overdue_since date, release_until date, suspends boolean, bills boolean);
-- Safe to repeat: it fills a temporary table. Docs/billing.md section 7.
INSERT INTO judged
SELECT
    account.id,
    account.tenant_id,
    account.buyer_id,
    account.hold_mode = 'automatic',
    coalesce(state.is_held, FALSE),
    CASE
        WHEN account.hold_mode = 'manual' THEN coalesce(state.is_held, FALSE)
        WHEN state.release_until >= %(run_day)s THEN FALSE
        ELSE coalesce(late.past_grace, FALSE)
    END,
    late.overdue_since,
    CASE WHEN state.release_until >= %(run_day)s THEN state.release_until END,
    account.suspend_on_hold,
    account.bill_on_hold
FROM (
    SELECT overdue.billing_account_id FROM invoice AS overdue
    WHERE overdue.open_amount > 0 AND overdue.due_on < %(run_day)s
    UNION
    SELECT known.billing_account_id FROM credit_state AS known
    WHERE known.is_held OR known.overdue_since IS NOT NULL OR known.release_until IS NOT NULL
) AS candidate
INNER JOIN billing_account AS account ON account.id = candidate.billing_account_id
LEFT JOIN credit_state AS state ON state.billing_account_id = account.id
LEFT JOIN LATERAL (
    SELECT
        min(invoice.due_on) + 1 AS overdue_since,
        bool_or(invoice.due_on + account.grace_days < %(run_day)s) AS past_grace
    FROM invoice
    WHERE
        invoice.billing_account_id = account.id
        AND invoice.open_amount > 0
        AND invoice.due_on < %(run_day)s
) AS late ON TRUE
