-- Close the levels of agreed prices that a starting term's price no longer has.
-- Reads temp due, due_item, quote.
-- Writes agreed_price.
-- Safe to repeat: it runs in the transaction that moves the subscription on, and sets the same values again.
-- A level that began on this very day is emptied instead: a span has one day at least. An index of levels above the
-- lowest keeps the cost of prices without levels near zero.
UPDATE agreed_price AS price
SET
    valid_to = CASE WHEN price.valid_from < gone.event_on THEN gone.event_on END,
    upper_limit = CASE WHEN price.valid_from < gone.event_on THEN price.upper_limit ELSE price.lower_limit END
FROM (
    SELECT
        held.id,
        due.event_on
    FROM due
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN agreed_price AS held
        ON
            held.item_id = item.item_id
            AND held.level > 0
            AND held.valid_from <= due.event_on
            AND (held.valid_to IS NULL OR held.valid_to > due.event_on)
    INNER JOIN quote
        ON
            quote.chain_id = due.chain_id
            AND quote.plan_period_id = due.plan_period_id
            AND quote.resource_id = item.resource_id
            AND quote.on_day = due.event_on
            AND quote.tier = held.tier
            AND quote.kind = held.kind
    WHERE due.starts_term
    GROUP BY held.id, held.level, due.event_on
    HAVING held.level > max(quote.level)
) AS gone
WHERE price.id = gone.id
