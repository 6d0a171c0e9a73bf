-- Tell that much of what is included was used: once for each resource, running period and share.
-- subscriptions bigint[]: the subscriptions of which something was measured.
-- shares smallint[]: the shares in per cent, such as 80 and 100.
-- on_day date: the business day of the notice.
-- Writes usage_notice, subscription_event, outbox_event.
-- Safe to repeat: what was given is not given again, also when a corrected number went below the share in between.
-- Included units and used ones are those that rule 6 of docs/billing.md section 3 compares when the period closes. Of
-- shares that are reached together the largest is told.
WITH used AS (
    SELECT
        item.tenant_id,
        item.subscription_id,
        item.id AS item_id,
        billing.period_start,
        item.included * item.quantity AS included,
        sum(measured.quantity) AS quantity
    FROM sub_billing AS billing
    INNER JOIN subscription_item AS item ON item.subscription_id = billing.subscription_id
    INNER JOIN metered_usage AS measured
        ON
            measured.item_id = item.id
            AND measured.on_day >= billing.period_start
            AND measured.on_day < billing.period_end
    WHERE
        billing.subscription_id = any(%(subscriptions)s::bigint[])
        AND billing.status = 'active'
        AND item.is_measured
        AND item.included * item.quantity > 0
    GROUP BY item.id, billing.period_start
),

given AS (
    INSERT INTO usage_notice (tenant_id, subscription_id, item_id, period_start, share, given_on)
    SELECT
        used.tenant_id,
        used.subscription_id,
        used.item_id,
        used.period_start,
        asked.share,
        %(on_day)s::date
    FROM used
    INNER JOIN unnest(%(shares)s::smallint[]) AS asked (share) ON used.quantity * 100 >= used.included * asked.share
    ON CONFLICT DO NOTHING
    RETURNING item_id, share
),

told AS (
    SELECT
        used.tenant_id,
        used.subscription_id,
        used.item_id,
        max(given.share) AS share,
        jsonb_build_object(
            'item', used.item_id,
            'share', max(given.share),
            'used', trim_scale(used.quantity)::text,
            'included', trim_scale(used.included)::text
        ) AS facts
    FROM given
    INNER JOIN used ON used.item_id = given.item_id
    GROUP BY used.tenant_id, used.subscription_id, used.item_id, used.quantity, used.included
),

noted AS (
    INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
    SELECT
        told.tenant_id,
        told.subscription_id,
        %(on_day)s::date,
        'usage_notice',
        '',
        told.facts
    FROM told
),

announced AS (
    INSERT INTO outbox_event (kind, object_id, tenant_id, on_day, payload)
    SELECT
        'included_units_used',
        told.subscription_id,
        told.tenant_id,
        %(on_day)s::date,
        told.facts
    FROM told
    ORDER BY told.subscription_id, told.item_id
)

SELECT
    told.subscription_id,
    told.tenant_id,
    told.item_id,
    told.share
FROM told
ORDER BY told.subscription_id, told.item_id
