-- Vary what lists divide by: a fiftieth on trial, a twenty-fifth ended, a fifth without renewal.
-- day date: today in this world.
WITH varied AS (
    UPDATE subscription
    SET
        status = (CASE WHEN id %% 50 = 1 THEN 'trial' WHEN id %% 25 = 2 THEN 'cancelled' ELSE 'active' END)::subscription_status,
        trial_end = CASE WHEN id %% 50 = 1 THEN %(day)s::date + (id %% 29)::integer END,
        term_start = CASE WHEN id %% 50 <> 1 THEN term_start END,
        term_end = CASE WHEN id %% 50 <> 1 THEN term_end + (id %% 31)::integer END,
        ended_on = CASE WHEN id %% 25 = 2 AND id %% 50 <> 1 THEN %(day)s::date - 1 END,
        auto_renew = id %% 5 <> 3
    WHERE id %% 50 = 1 OR id %% 25 = 2 OR id %% 5 = 3
    RETURNING id, status, trial_end, term_end, auto_renew
),

calendar AS (
    UPDATE term_calendar
    SET auto_renew = varied.auto_renew, ends_on = CASE WHEN varied.status = 'active' THEN varied.term_end END
    FROM varied
    WHERE term_calendar.subscription_id = varied.id
)

UPDATE sub_billing
SET
    status = varied.status,
    trial_end = varied.trial_end,
    term_end = varied.term_end,
    auto_renew = varied.auto_renew,
    due_on = CASE WHEN varied.status <> 'cancelled' THEN sub_billing.due_on END
FROM varied
WHERE sub_billing.subscription_id = varied.id
