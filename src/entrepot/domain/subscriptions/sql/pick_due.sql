-- Take the due subscriptions of a range of ids and decide what happens to each on its own day.
-- run_day date: the day of the run; subscriptions due on it or before are taken.
-- id_from bigint: smallest subscription id, inclusive.
-- id_to bigint: largest subscription id, inclusive.
-- Temp: due (subscription_id bigint, tenant_id bigint, version integer, status subscription_status, event_on date,
--  anchor_day smallint, billing_months smallint, term_months smallint, grace_days smallint, old_start date,
--  old_end date, old_term_end date, cancel_refund boolean, cancel_full boolean, refund_from date, is_usage boolean, chain_id bigint, plan_period_id bigint,
--  customer_id bigint, tax_category_id bigint, setup_done boolean, cancel_on date, has_changes boolean, next_change_known boolean,
--  cancels boolean, lapses boolean, starts_term boolean, starts_period boolean, ends_grace boolean,
--  bills_usage boolean, closes_usage boolean, renewal_held boolean,
--  period_start date, period_end date, term_end date, num integer, den integer, old_den integer);
-- Reads temp put_aside.
-- Safe to repeat: it fills a temporary table. Rules: docs/billing.md section 3.
-- Whether somebody who buys along the chain is held is asked at the end of a term or trial only.
INSERT INTO due
SELECT
    sub.subscription_id,
    sub.tenant_id,
    sub.version,
    sub.status,
    sub.due_on,
    sub.anchor_day,
    sub.billing_months,
    sub.term_months,
    sub.grace_days,
    sub.period_start,
    sub.period_end,
    sub.term_end,
    sub.cancel_refund,
    sub.cancel_full,
    CASE WHEN sub.cancel_full THEN sub.period_start ELSE fact.cancel_on END,
    sub.is_usage,
    sub.chain_id,
    sub.plan_period_id,
    sub.customer_id,
    sub.tax_category_id,
    sub.setup_done,
    CASE WHEN what.cancels THEN what.cancel_on END,
    fact.is_running
    AND (coalesce(sub.next_change_on <= sub.due_on, FALSE) OR coalesce(sub.next_change_on < sub.period_start, FALSE)),
    sub.next_change_on IS NOT NULL,
    what.cancels,
    what.lapses,
    what.starts_term,
    what.starts_period,
    what.ends_grace,
    sub.is_usage AND sub.status <> 'trial' AND sub.period_start IS NOT NULL,
    what.cancels OR what.ends_grace OR (what.lapses AND sub.grace_days = 0) OR NOT fact.is_running,
    what.lapses AND fact.wants_renewal,
    CASE WHEN what.starts_period THEN sub.due_on ELSE sub.period_start END,
    CASE WHEN what.starts_period THEN least(grid.natural_end, grid.term_end) ELSE sub.period_end END,
    CASE WHEN what.starts_period THEN grid.term_end ELSE sub.term_end END,
    least(grid.natural_end, grid.term_end) - sub.due_on,
    grid.natural_end - grid_date(grid.natural_end, -sub.billing_months, sub.anchor_day),
    old.natural_end - grid_date(old.natural_end, -sub.billing_months, sub.anchor_day)
FROM sub_billing AS sub
CROSS JOIN LATERAL (
    SELECT
        sub.status IN ('trial', 'active', 'graced') AS is_running,
        greatest(sub.cancel_on, sub.period_start) AS cancel_on,
        sub.status IN ('trial', 'active', 'graced')
        AND sub.cancel_on IS NOT NULL AND greatest(sub.cancel_on, sub.period_start) <= sub.due_on AS cancels,
        sub.status = 'trial' AND sub.trial_end <= sub.due_on AS trial_ends,
        sub.status = 'active' AND sub.period_end <= sub.due_on AS period_ends,
        sub.status = 'active' AND sub.term_end <= sub.due_on AS term_ends,
        sub.period_start = sub.period_end AS is_first,
        sub.auto_renew OR sub.renews_once AS wants_renewal,
        CASE
            WHEN sub.term_end <= sub.due_on OR sub.trial_end <= sub.due_on THEN EXISTS (
                SELECT
                FROM chain_link AS link
                INNER JOIN billing_account AS terms ON terms.id = link.billing_account_id
                INNER JOIN account AS buyer ON buyer.id = terms.buyer_id
                WHERE link.chain_id = sub.chain_id AND (buyer.admin_hold OR buyer.credit_hold)
            )
            ELSE FALSE
        END AS is_held
    OFFSET 0  -- noqa: PRS
) AS fact
CROSS JOIN LATERAL (SELECT fact.wants_renewal AND NOT fact.is_held AS renews) AS may
CROSS JOIN LATERAL (
    SELECT
        fact.cancel_on,
        fact.cancels,
        NOT fact.cancels AND NOT may.renews AND (
            fact.trial_ends OR (fact.period_ends AND fact.term_ends AND NOT fact.is_first)
        ) AS lapses,
        NOT fact.cancels AND (
            (fact.trial_ends AND may.renews)
            OR (fact.period_ends AND fact.term_ends AND (may.renews OR fact.is_first))
        ) AS starts_term,
        NOT fact.cancels AND (
            (fact.trial_ends AND may.renews)
            OR (fact.period_ends AND (NOT fact.term_ends OR may.renews OR fact.is_first))
        ) AS starts_period,
        NOT fact.cancels AND sub.status = 'graced' AND sub.grace_end <= sub.due_on AS ends_grace
    OFFSET 0  -- noqa: PRS
) AS what
CROSS JOIN LATERAL (
    SELECT
        grid_date(
            sub.due_on,
            sub.billing_months - (grid_date(sub.due_on, 0, sub.anchor_day) > sub.due_on)::integer,
            sub.anchor_day
        ) AS natural_end,
        CASE
            WHEN what.starts_term AND sub.next_term_end > sub.due_on THEN sub.next_term_end
            WHEN what.starts_term THEN grid_date(
                sub.due_on,
                sub.term_months - (grid_date(sub.due_on, 0, sub.anchor_day) > sub.due_on)::integer,
                sub.anchor_day
            )
            ELSE sub.term_end
        END AS term_end
    OFFSET 0  -- noqa: PRS
) AS grid
CROSS JOIN LATERAL (
    SELECT grid_date(
        sub.period_start,
        sub.billing_months - (grid_date(sub.period_start, 0, sub.anchor_day) > sub.period_start)::integer,
        sub.anchor_day
    ) AS natural_end
    OFFSET 0  -- noqa: PRS
) AS old
WHERE
    sub.due_on <= %(run_day)s
    AND sub.subscription_id BETWEEN %(id_from)s AND %(id_to)s
    AND NOT EXISTS (SELECT FROM put_aside AS aside WHERE aside.subscription_id = sub.subscription_id)
