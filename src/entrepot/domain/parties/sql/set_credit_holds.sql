-- Give accounts the credit hold bit when one of their billing accounts is held, and take it away otherwise.
-- Reads temp held_buyer.
-- Writes account.
-- Safe to repeat: it sets a value.
UPDATE account
SET credit_hold = buyer.is_held
FROM held_buyer AS buyer
WHERE account.id = buyer.buyer_id AND account.credit_hold <> buyer.is_held
