-- Put or release the credit hold bit of the subscriptions of buyers whose hold suspends services.
-- Temp: moved_hold (subscription_id bigint, is_held boolean, bills boolean);
-- Reads temp held_buyer.
-- Writes subscription.
-- Safe to repeat: it sets a value.
WITH moved AS (
    UPDATE subscription AS wide
    SET credit_hold = buyer.suspends
    FROM held_buyer AS buyer
    WHERE
        wide.customer_id = buyer.buyer_id
        AND wide.credit_hold <> buyer.suspends
        AND wide.status IN ('trial', 'active', 'graced')
    RETURNING wide.id, wide.credit_hold, wide.admin_hold, buyer.bills
)

INSERT INTO moved_hold
SELECT
    moved.id,
    moved.credit_hold OR moved.admin_hold,
    moved.bills
FROM moved
