-- A resource and all composite ones that hold it, directly or through others; the resource itself first.
-- resource_id bigint: the resource that somebody needs
-- Safe to repeat: it only reads.
WITH RECURSIVE holding AS (
    SELECT
        %(resource_id)s::bigint AS resource_id,
        0 AS depth
    UNION
    SELECT
        part.whole_id,
        holding.depth + 1
    FROM holding
    INNER JOIN resource_part AS part ON part.part_id = holding.resource_id
    WHERE holding.depth < 5
)

SELECT holding.resource_id
FROM holding
GROUP BY holding.resource_id
ORDER BY min(holding.depth), holding.resource_id
