-- Prove the numbers of documents: 1..n per seller, kind and year, dates never falling, the series at its last number.
-- whole boolean: all series; otherwise only those of sellers with documents of the run.
-- from_day date: first statement day.
-- to_day date: last statement day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH placed AS MATERIALIZED (
    SELECT
        invoice.id,
        invoice.seller_id,
        invoice.kind,
        invoice.year,
        invoice.number,
        invoice.number_text,
        invoice.issued_on,
        lag(invoice.number, 1, 0::bigint) OVER in_series AS number_before,
        lag(invoice.issued_on) OVER in_series AS issued_before,
        lead(invoice.number) OVER in_series IS NULL AS is_last
    FROM invoice
    WHERE
        %(whole)s
        OR invoice.seller_id IN (
            SELECT fresh.seller_id FROM invoice AS fresh WHERE fresh.statement_on BETWEEN %(from_day)s AND %(to_day)s
        )
    WINDOW in_series AS (PARTITION BY invoice.seller_id, invoice.kind, invoice.year ORDER BY invoice.number, invoice.id)
),

wrong AS (
    SELECT
        CASE
            WHEN placed.number <= placed.number_before THEN 'number_double'
            WHEN placed.number > placed.number_before + 1 THEN 'number_gap'
            WHEN placed.issued_on < placed.issued_before THEN 'number_date_falls'
            ELSE 'number_text_wrong'
        END AS problem,
        placed.kind::text AS object_kind,
        placed.id AS object_id,
        placed.number_text,
        placed.number_before + 1 AS expected,
        placed.number AS found,
        placed.issued_on,
        placed.issued_before
    FROM placed
    WHERE
        placed.number <> placed.number_before + 1
        OR placed.issued_on < placed.issued_before
        OR placed.year <> extract(YEAR FROM placed.issued_on)
        OR ltrim(split_part(placed.number_text, '-' || placed.year || '-', 2), '0') <> placed.number::text
    UNION ALL
    SELECT
        'number_series_wrong',
        'account',
        coalesce(placed.seller_id, series.seller_id),
        placed.number_text,
        coalesce(placed.number, 0),
        coalesce(series.last_number, 0),
        placed.issued_on,
        NULL
    FROM (SELECT * FROM placed WHERE is_last) AS placed
    FULL JOIN (
        SELECT * FROM number_series
        WHERE %(whole)s OR seller_id IN (SELECT placed.seller_id FROM placed)
    ) AS series
        ON series.seller_id = placed.seller_id AND series.kind = placed.kind AND series.year = placed.year
    WHERE coalesce(placed.number, 0) <> coalesce(series.last_number, 0)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'numbers', (SELECT count(*) FROM placed), 'series', (SELECT count(*) FROM placed WHERE is_last)
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        wrong.object_kind,
        wrong.object_id,
        jsonb_build_object(
            'number', wrong.number_text, 'expected', wrong.expected, 'found', wrong.found,
            'issued_on', wrong.issued_on, 'issued_before', wrong.issued_before
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.object_id
    LIMIT %(findings_max)s
)
