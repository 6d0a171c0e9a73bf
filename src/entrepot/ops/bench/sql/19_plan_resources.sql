-- What can be ordered: seats of every plan, and its second resource beside them.
INSERT INTO plan_resource (plan_id, resource_id, included, position)
SELECT p, p, 0, 0 FROM generate_series(1, 100) AS p
UNION ALL
SELECT p, 100 + p, 0, 1 FROM generate_series(1, 100) AS p
