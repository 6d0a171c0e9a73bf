-- Forget who used subscriptions that are cancelled or removed for good; what has expired may still be restarted.
-- Parameters: none.
-- Writes seat.
-- Safe to repeat: nothing is left the second time.
DELETE FROM seat
USING subscription AS sub
WHERE sub.id = seat.subscription_id AND sub.status IN ('cancelled', 'terminated')
