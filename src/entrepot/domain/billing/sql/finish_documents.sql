-- Show the documents of a posted chunk: from here on people see them.
-- run_day date: the statement day.
-- first_day date: the day after the last completed run; the same as the run's day when days are billed in order.
-- id_from bigint: smallest invoice id, inclusive.
-- id_to bigint: largest invoice id, inclusive.
-- Writes invoice.
-- Safe to repeat: it sets a value.
UPDATE invoice
SET is_final = TRUE
WHERE invoice.statement_on BETWEEN %(first_day)s AND %(run_day)s AND invoice.id BETWEEN %(id_from)s AND %(id_to)s
