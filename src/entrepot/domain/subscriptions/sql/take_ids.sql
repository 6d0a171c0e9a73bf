-- Take ids for new subscriptions: their texts for the search name them.
-- count integer: so many.
-- Safe to repeat: it takes further ones.
SELECT nextval(pg_get_serial_sequence('subscription', 'id')) FROM generate_series(1, %(count)s)
