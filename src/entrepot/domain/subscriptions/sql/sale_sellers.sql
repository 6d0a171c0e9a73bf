-- Read the sellers above a customer from the provider's sale down: a row for each step of each of its chains.
-- customer_id bigint: who buys.
-- chain_id bigint: the chain to use, null for all of them.
-- Safe to repeat: it reads.
SELECT
    customer.tenant_id,
    customer.path,
    customer.name,
    customer.kind = 'reseller',
    chain.id,
    link.tier,
    link.seller_id,
    account.id,
    account.currency,
    account.exponent
FROM account AS customer
LEFT JOIN chain
    ON
        chain.customer_id = customer.id
        AND (%(chain_id)s::bigint IS NULL OR chain.id = %(chain_id)s::bigint)
LEFT JOIN chain_link AS link ON link.chain_id = chain.id
LEFT JOIN billing_account AS account ON account.id = link.billing_account_id
WHERE customer.id = %(customer_id)s
ORDER BY chain.id, link.tier
