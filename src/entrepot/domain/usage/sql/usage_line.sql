-- Give the accepted lines of a usage file in the form in which they are kept.
-- Dialect: DuckDB. Reads typed_line (the result of type_lines.sql), repeated_line (line_no,
-- occurrence of lines that stand in the file more than once) and this_import (import_id).
-- Writes nothing. Line identity = line_hash and occurrence.
SELECT
    i.import_id AS import_id,
    COALESCE(r.occurrence, 1) AS occurrence,
    t.* EXCLUDE (faults)
FROM typed_line AS t
CROSS JOIN this_import AS i
LEFT JOIN repeated_line AS r ON t.line_no = r.line_no
WHERE
    len(t.faults) = 0
