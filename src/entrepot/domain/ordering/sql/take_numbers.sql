-- Take consecutive numbers of a seller's orders of one kind; the last of them is returned.
-- seller_id bigint: the seller.
-- kind text: the kind of order.
-- count bigint: so many numbers.
-- Writes order_series.
-- Safe to repeat: in the transaction that uses the numbers; a repetition takes further ones.
INSERT INTO order_series (seller_id, kind, last_number)
VALUES (%(seller_id)s, %(kind)s::order_kind, %(count)s)
ON CONFLICT (seller_id, kind) DO UPDATE
SET last_number = order_series.last_number + excluded.last_number
RETURNING last_number
