-- Define how the text of one cell is read, and in which words a faulty cell is reported.
-- Dialect: DuckDB, session time zone UTC, so that a time without zone is a UTC time.
-- Writes temporary macros only; safe to repeat.
-- A decimal has at most 15 digits before and 15 after the point; further zeros do not count. A cast
-- alone would round further digits away without a word, hence the pattern.
CREATE OR REPLACE TEMP MACRO is_decimal(v) AS
    regexp_full_match(v, '[+-]?(0*[0-9]{1,15}(\.[0-9]{0,15}0*)?|\.[0-9]{1,15}0*)');

CREATE OR REPLACE TEMP MACRO as_decimal(v) AS
    CASE WHEN is_decimal(v) THEN TRY_CAST(v AS DECIMAL(30, 15)) END;

CREATE OR REPLACE TEMP MACRO is_instant(v) AS
    regexp_full_match(
        v, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?'
    );

CREATE OR REPLACE TEMP MACRO as_instant(v) AS
    CASE WHEN is_instant(v) THEN TRY_CAST(v AS TIMESTAMPTZ) END;

CREATE OR REPLACE TEMP MACRO as_utc(v) AS as_instant(v) AT TIME ZONE 'UTC';

CREATE OR REPLACE TEMP MACRO decimal_fault(name, v, needed) AS
    CASE
        WHEN v IS NULL THEN CASE WHEN needed THEN name || ': is empty' END
        WHEN as_decimal(v) IS NOT NULL THEN NULL
        WHEN regexp_full_match(v, '[+-]?[0-9]+(\.[0-9]*)?')
            THEN name || ': "' || left(v, 40) || '" has more than 15 digits before or after the point'
        ELSE name || ': "' || left(v, 40) || '" is not a number like 1234.5678'
    END;

CREATE OR REPLACE TEMP MACRO instant_fault(name, v, needed) AS
    CASE
        WHEN v IS NULL THEN CASE WHEN needed THEN name || ': is empty' END
        WHEN as_instant(v) IS NULL
            THEN name || ': "' || left(v, 40) || '" is not a time like 2024-09-01T00:00:00Z'
        WHEN as_utc(v) < TIMESTAMP '2000-01-01' OR as_utc(v) >= TIMESTAMP '2200-01-01'
            THEN name || ': "' || left(v, 40) || '" is not between the years 2000 and 2199'
    END;

CREATE OR REPLACE TEMP MACRO order_fault(name, first_text, last_text) AS
    CASE
        WHEN as_instant(last_text) <= as_instant(first_text)
            THEN name || ': "' || left(last_text, 40) || '" is not after its start'
    END;

CREATE OR REPLACE TEMP MACRO text_fault(name, v, length_max, needed) AS
    CASE
        WHEN v IS NULL THEN CASE WHEN needed THEN name || ': is empty' END
        WHEN length(v) > length_max THEN name || ': is longer than ' || length_max || ' characters'
    END;

CREATE OR REPLACE TEMP MACRO currency_fault(name, v, needed) AS
    CASE
        WHEN v IS NULL THEN CASE WHEN needed THEN name || ': is empty' END
        WHEN NOT regexp_full_match(v, '[A-Z]{3}')
            THEN name || ': "' || left(v, 40) || '" is not a currency code like USD'
    END;

CREATE OR REPLACE TEMP MACRO tags_fault(name, v) AS
    CASE
        WHEN v IS NULL THEN NULL
        WHEN NOT json_valid(v) THEN name || ': is not valid JSON'
        WHEN json_type(v) <> 'OBJECT' THEN name || ': is not a JSON object'
    END;
