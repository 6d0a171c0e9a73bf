-- The lines of the documents, what was paid, and what is still owed.
-- day date: today in this world.
WITH numbered AS (
    INSERT INTO invoice_line (invoice_id, line_no, charge_id, tax)
    SELECT
        invoice.id,
        row_number() OVER (PARTITION BY invoice.id ORDER BY charge.customer_id, charge.subscription_id, charge.item_id),
        charge.id,
        charge.tax
    FROM charge
    INNER JOIN invoice
        ON invoice.statement_on = charge.statement_on AND invoice.billing_account_id = charge.billing_account_id
    ORDER BY invoice.id
),

paid AS (
    INSERT INTO allocation (tenant_id, billing_account_id, invoice_id, amount, applied_on)
    SELECT tenant_id, billing_account_id, id, gross, least(due_on - 1, %(day)s::date - 1)
    FROM invoice
    WHERE kind = 'invoice' AND open_amount = 0
),

owed AS (
    INSERT INTO balance (billing_account_id, tenant_id, receivable, account_credit)
    SELECT billing_account_id, tenant_id, sum(open_amount), coalesce(-sum(gross) FILTER (WHERE kind = 'credit_note'), 0)
    FROM invoice
    GROUP BY billing_account_id, tenant_id
),

late AS (
    INSERT INTO credit_state (billing_account_id, tenant_id, buyer_id, overdue_since, is_held, held_on, held_by_hand)
    SELECT
        billing_account_id, tenant_id, buyer_id, min(due_on), min(due_on) < %(day)s::date - 200,
        CASE WHEN min(due_on) < %(day)s::date - 200 THEN %(day)s::date - 20 END, FALSE
    FROM invoice
    WHERE open_amount > 0 AND due_on < %(day)s::date
    GROUP BY billing_account_id, tenant_id, buyer_id
    RETURNING billing_account_id, tenant_id, buyer_id, is_held, held_on
),

decided AS (
    INSERT INTO hold_event (tenant_id, billing_account_id, buyer_id, on_day, act, actor_name, reason)
    SELECT tenant_id, billing_account_id, buyer_id, held_on, 'held'::credit_act, '', '' FROM late WHERE is_held
)

UPDATE account SET credit_hold = TRUE FROM late WHERE late.is_held AND late.buyer_id = account.id
