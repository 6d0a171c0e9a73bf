-- Find services at vendors that are not what their subscriptions want, and what would bring them there.
-- day date: the day for which it is asked; ordered quantities and cancellations count from their day on.
-- subscriptions bigint[]: only these, or null for all.
-- tenant bigint: only those of this tenant, or null for all.
-- after bigint: only services behind this one.
-- most integer: so many at most.
-- Safe to repeat: it only reads. Services with an operation that is not over are left alone.
WITH wish AS (
    SELECT
        instance.id,
        instance.tenant_id,
        subscription.id AS subscription_id,
        connector.kind::text AS kind,
        instance.state::text AS state,
        instance.quantity,
        CASE
            WHEN subscription.status = 'terminated' OR (ended.is_cancelled AND period.destroys_on_cancel) THEN 'gone'
            WHEN
                ended.is_cancelled
                OR subscription.status = 'expired'
                OR subscription.admin_hold
                OR subscription.credit_hold
                THEN 'suspended'
            ELSE 'running'
        END AS state_wanted,
        coalesce(ordered.new_quantity, item.quantity) AS quantity_wanted,
        instance.units,
        coalesce(further.units, '{}') AS units_wanted,
        connector.quantity_parameter
    FROM service_instance AS instance
    INNER JOIN connector ON connector.id = instance.connector_id AND connector.is_active
    INNER JOIN subscription ON subscription.id = instance.subscription_id AND subscription.status <> 'ordered'
    INNER JOIN plan_period AS period ON period.id = subscription.plan_period_id
    CROSS JOIN LATERAL (
        SELECT subscription.status = 'cancelled' OR coalesce(subscription.cancel_on <= %(day)s, FALSE) AS is_cancelled
    ) AS ended
    INNER JOIN LATERAL (
        SELECT
            one.id,
            one.quantity
        FROM subscription_item AS one
        WHERE one.subscription_id = subscription.id
        ORDER BY one.position, one.id
        LIMIT 1
    ) AS item ON TRUE
    LEFT JOIN LATERAL (
        SELECT change.new_quantity
        FROM quantity_change AS change
        WHERE
            change.subscription_id = subscription.id
            AND change.item_id = item.id
            AND change.effective_on <= %(day)s
            AND change.applied_on IS NULL
            AND change.withdrawn_at IS NULL
        ORDER BY change.effective_on DESC, change.id DESC
        LIMIT 1
    ) AS ordered ON TRUE
    -- Services that were never told units of further resources are left alone.
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(named.name, named.units) AS units
        FROM (
            SELECT
                coalesce(nullif(resource.mpn, ''), resource.code) AS name,
                trim_scale(sum(coalesce(later.new_quantity, one.quantity)))::text AS units
            FROM subscription_item AS one
            INNER JOIN resource ON resource.id = one.resource_id
            LEFT JOIN LATERAL (
                SELECT change.new_quantity
                FROM quantity_change AS change
                WHERE
                    change.subscription_id = subscription.id
                    AND change.item_id = one.id
                    AND change.effective_on <= %(day)s
                    AND change.applied_on IS NULL
                    AND change.withdrawn_at IS NULL
                ORDER BY change.effective_on DESC, change.id DESC
                LIMIT 1
            ) AS later ON TRUE
            WHERE one.subscription_id = subscription.id AND one.id <> item.id AND NOT one.is_measured
            GROUP BY 1
        ) AS named
        WHERE instance.units <> '{}'
    ) AS further ON TRUE
    WHERE
        instance.state IN ('running', 'suspended')
        AND instance.id > %(after)s
        AND (%(subscriptions)s::bigint[] IS NULL OR instance.subscription_id = ANY(%(subscriptions)s))
        AND (%(tenant)s::bigint IS NULL OR instance.tenant_id = %(tenant)s)
        AND NOT EXISTS (
            SELECT FROM provisioning_operation AS busy
            WHERE busy.instance_id = instance.id AND busy.state NOT IN ('succeeded', 'failed', 'cancelled')
        )
)

SELECT
    wish.id,
    wish.tenant_id,
    wish.subscription_id,
    wish.kind,
    CASE
        WHEN wish.state_wanted = wish.state THEN NULL
        WHEN wish.state_wanted = 'gone' THEN 'cancel'
        WHEN wish.state_wanted = 'suspended' THEN 'suspend'
        ELSE 'resume'
    END AS action,
    wish.quantity_wanted,
    wish.units_wanted::text,
    wish.quantity_parameter,
    (wish.quantity_wanted <> wish.quantity OR wish.units_wanted <> wish.units)
    AND wish.state_wanted <> 'gone' AS is_other_quantity,
    (
        SELECT coalesce(max(done.id), 0)
        FROM provisioning_operation AS done
        WHERE done.instance_id = wish.id AND done.state = 'succeeded'
    ) AS after_operation
FROM wish
WHERE
    wish.state_wanted <> wish.state
    OR wish.quantity_wanted <> wish.quantity
    OR wish.units_wanted <> wish.units
ORDER BY wish.id
LIMIT %(most)s
