-- Write the tallies of each item as one row; none for items of which nobody has a unit.
-- Parameters: none.
-- Writes seat_tally.
-- Safe to repeat, also at once: only what was really deleted is added up again.
WITH several AS (
    SELECT tally.item_id
    FROM seat_tally AS tally
    GROUP BY tally.item_id
    HAVING count(*) > 1
),

folded AS (
    DELETE FROM seat_tally
    USING several
    WHERE several.item_id = seat_tally.item_id
    RETURNING seat_tally.tenant_id, seat_tally.account_id, seat_tally.item_id, seat_tally.resource_id, seat_tally.units
)

INSERT INTO seat_tally (tenant_id, account_id, item_id, resource_id, units)
SELECT
    folded.tenant_id,
    folded.account_id,
    folded.item_id,
    folded.resource_id,
    sum(folded.units)
FROM folded
GROUP BY folded.tenant_id, folded.account_id, folded.item_id, folded.resource_id
HAVING sum(folded.units) <> 0
