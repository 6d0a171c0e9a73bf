-- Number the lines that stand in one file more than once, in the order of the file.
-- Dialect: DuckDB. Reads typed_line; writes the temporary table repeated_line.
-- Only repeated hashes are numbered, so that a file without repetitions costs one narrow scan.
CREATE OR REPLACE TEMP TABLE repeated_line AS
WITH repeated AS (
    SELECT t.line_hash
    FROM typed_line AS t
    WHERE
        len(t.faults) = 0
    GROUP BY t.line_hash
    HAVING COUNT(*) > 1
)

SELECT
    t.line_no AS line_no,
    ROW_NUMBER() OVER (PARTITION BY t.line_hash ORDER BY t.line_no) AS occurrence
FROM typed_line AS t
INNER JOIN repeated AS r ON t.line_hash = r.line_hash
WHERE
    len(t.faults) = 0
