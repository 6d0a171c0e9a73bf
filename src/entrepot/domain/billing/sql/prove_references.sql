-- Prove the references by value of every other table of billing: the row exists and belongs to the same tenant.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH reference AS MATERIALIZED (
    SELECT 'invoice' AS object_kind, row.id, row.tenant_id, 'billing account' AS what, row.billing_account_id AS referred,
        account.tenant_id AS found_tenant,
        (account.seller_id, account.buyer_id, account.currency, account.exponent)
        = (row.seller_id, row.buyer_id, row.currency, row.exponent) AS agrees
    FROM invoice AS row
    LEFT JOIN billing_account AS account ON account.id = row.billing_account_id
    UNION ALL
    SELECT 'document_tax', row.id, row.tenant_id, 'billing account', row.billing_account_id, account.tenant_id, TRUE
    FROM document_tax AS row
    LEFT JOIN billing_account AS account ON account.id = row.billing_account_id
    UNION ALL
    SELECT 'transfer', row.id, row.tenant_id, 'document', row.document_id, invoice.tenant_id,
        invoice.billing_account_id = row.billing_account_id
    FROM transfer AS row
    LEFT JOIN invoice ON invoice.id = row.document_id
    WHERE row.cause <> 'payment'
    UNION ALL
    SELECT 'invoice_line', row.invoice_id, coalesce(invoice.tenant_id, 0), 'document', row.invoice_id, invoice.tenant_id,
        TRUE
    FROM (SELECT DISTINCT line.invoice_id FROM invoice_line AS line) AS row
    LEFT JOIN invoice ON invoice.id = row.invoice_id
    UNION ALL
    SELECT 'agreed_price', row.id, row.tenant_id, 'item', row.item_id, item.tenant_id, TRUE
    FROM agreed_price AS row
    LEFT JOIN subscription_item AS item ON item.id = row.item_id
    UNION ALL
    SELECT 'quantity_change', row.id, row.tenant_id, 'item', row.item_id, item.tenant_id,
        item.subscription_id = row.subscription_id
    FROM quantity_change AS row
    LEFT JOIN subscription_item AS item ON item.id = row.item_id
    UNION ALL
    SELECT 'subscription', row.subscription_id, row.tenant_id, 'billing state', row.subscription_id, wide.tenant_id,
        (wide.chain_id, wide.customer_id, wide.plan_period_id, wide.status)
        = (row.chain_id, row.customer_id, row.plan_period_id, row.status)
    FROM sub_billing AS row
    LEFT JOIN subscription AS wide ON wide.id = row.subscription_id
    WHERE row.status IN ('trial', 'active', 'graced')
    UNION ALL
    SELECT 'term', row.id, row.tenant_id, 'subscription', row.subscription_id, wide.tenant_id, TRUE
    FROM term AS row
    LEFT JOIN subscription AS wide ON wide.id = row.subscription_id
    UNION ALL
    SELECT 'service_span', row.id, row.tenant_id, 'subscription', row.subscription_id, wide.tenant_id, TRUE
    FROM service_span AS row
    LEFT JOIN subscription AS wide ON wide.id = row.subscription_id
    UNION ALL
    SELECT 'quarantine', row.id, row.tenant_id, 'subscription', row.subscription_id, wide.tenant_id, TRUE
    FROM quarantine AS row
    LEFT JOIN subscription AS wide ON wide.id = row.subscription_id
    UNION ALL
    SELECT 'usage_total', row.id, row.tenant_id, 'item', row.item_id, item.tenant_id,
        item.subscription_id = row.subscription_id
    FROM usage_total AS row
    LEFT JOIN subscription_item AS item ON item.id = row.item_id
    UNION ALL
    SELECT 'metered_usage', row.id, row.tenant_id, 'item', row.item_id, item.tenant_id, TRUE
    FROM metered_usage AS row
    LEFT JOIN subscription_item AS item ON item.id = row.item_id
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('references', (SELECT count(*) FROM reference)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        CASE
            WHEN reference.found_tenant IS NULL THEN 'reference_missing'
            WHEN reference.found_tenant <> reference.tenant_id THEN 'reference_to_other_tenant'
            ELSE 'reference_disagrees'
        END,
        reference.object_kind,
        reference.id,
        jsonb_build_object('what', reference.what, 'referred', reference.referred, 'tenant', reference.tenant_id),
        count(*) OVER ()
    FROM reference
    WHERE (reference.found_tenant = reference.tenant_id AND reference.agrees) IS NOT TRUE
    ORDER BY reference.object_kind, reference.id
    LIMIT %(findings_max)s
)
