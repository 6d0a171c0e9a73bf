-- List the day's documents of a range of sellers with their totals, in the order in which they get numbers.
-- run_day date: the statement day.
-- first_day date: the day after the last completed run; the same as the run's day when days are billed in order.
-- id_from bigint: smallest seller id, inclusive.
-- id_to bigint: largest seller id, inclusive.
-- Temp: new_document (billing_account_id bigint, statement_on date, tenant_id bigint, seller_id bigint, buyer_id bigint,
--  kind document_kind, place bigint, currency text, exponent smallint, due_days smallint, lines bigint,
--  list_amount numeric, discount_amount numeric, net numeric, tax numeric);
-- Safe to repeat: it fills a temporary table. Docs/billing.md section 6.
INSERT INTO new_document
SELECT
    total.billing_account_id,
    total.statement_on,
    account.tenant_id,
    account.seller_id,
    account.buyer_id,
    total.kind,
    row_number() OVER (
        PARTITION BY account.seller_id, total.kind
        ORDER BY total.statement_on, buyer.name_key, total.billing_account_id
    ),
    account.currency,
    account.exponent,
    account.due_days,
    total.lines,
    total.list_amount,
    total.discount_amount,
    total.net,
    total.tax
FROM (
    SELECT
        part.billing_account_id,
        part.statement_on,
        CASE WHEN sum(part.net + part.tax) < 0 THEN 'credit_note' ELSE 'invoice' END::document_kind AS kind,
        sum(part.lines) AS lines,
        sum(part.list_amount) AS list_amount,
        sum(part.discount_amount) AS discount_amount,
        sum(part.net) AS net,
        sum(part.tax) AS tax
    FROM document_tax AS part
    WHERE
        part.statement_on BETWEEN %(first_day)s AND %(run_day)s
        AND part.seller_id BETWEEN %(id_from)s AND %(id_to)s
    GROUP BY part.billing_account_id, part.statement_on
) AS total
INNER JOIN billing_account AS account ON account.id = total.billing_account_id
INNER JOIN account AS buyer ON buyer.id = account.buyer_id
