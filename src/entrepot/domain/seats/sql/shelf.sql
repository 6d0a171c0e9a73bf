-- What an account can hand out to its people: per resource how many units it has, gave away, and has in use.
-- account_id bigint: whose subscriptions
-- on_day date: today; changes of units that were delivered count from their day on
-- resource_id bigint: one resource only, or null for all
-- after_name text: the resources behind this name in lower case, or null to begin
-- after_id bigint: and behind this number of those with the same name
-- most integer: so many resources at most
-- Safe to repeat: it only reads.
WITH item AS (
    SELECT
        item.id,
        item.resource_id,
        coalesce(present.quantity, item.quantity) AS quantity,
        item.subscription_id
    FROM subscription AS sub
    INNER JOIN subscription_item AS item ON item.subscription_id = sub.id
    LEFT JOIN LATERAL (
        SELECT change.new_quantity AS quantity
        FROM quantity_change AS change
        WHERE
            change.item_id = item.id
            AND change.applied_on IS NULL
            AND change.withdrawn_at IS NULL
            AND change.effective_on <= %(on_day)s
        ORDER BY change.effective_on DESC, change.id DESC
        LIMIT 1
    ) AS present ON true
    INNER JOIN plan ON plan.id = sub.plan_id
    WHERE
        sub.customer_id = %(account_id)s
        AND sub.status IN ('trial', 'active', 'graced')
        AND NOT item.is_measured
        AND NOT plan.is_usage
        AND (%(resource_id)s::bigint IS NULL OR item.resource_id = %(resource_id)s::bigint)
),

given AS (
    SELECT
        tally.resource_id,
        sum(tally.units) AS seats
    FROM seat_tally AS tally
    WHERE
        tally.account_id = %(account_id)s
        AND (%(resource_id)s::bigint IS NULL OR tally.resource_id = %(resource_id)s::bigint)
    GROUP BY tally.resource_id
    HAVING sum(tally.units) <> 0
),

-- The few that an index holds apart.
unsettled AS (
    SELECT
        seat.resource_id,
        count(*) FILTER (WHERE seat.state IN ('assigning', 'releasing')) AS moving,
        count(*) FILTER (WHERE seat.state IN ('failed', 'stuck')) AS failed
    FROM seat
    WHERE
        seat.account_id = %(account_id)s
        AND seat.state IN ('assigning', 'releasing', 'failed', 'stuck')
        AND (%(resource_id)s::bigint IS NULL OR seat.resource_id = %(resource_id)s::bigint)
    GROUP BY seat.resource_id
),

bought AS (
    SELECT
        item.resource_id,
        sum(item.quantity) AS units,
        count(DISTINCT item.subscription_id) AS subscriptions,
        min(item.subscription_id) AS subscription_id,
        sum(used.used) AS used,
        min(used.on_day) AS used_on
    FROM item
    LEFT JOIN seat_use AS used ON used.item_id = item.id
    GROUP BY item.resource_id
),

waiting AS (
    SELECT
        seat_wait.resource_id,
        count(*) AS people
    FROM seat_wait
    WHERE
        seat_wait.account_id = %(account_id)s
        AND seat_wait.error = ''
        AND (%(resource_id)s::bigint IS NULL OR seat_wait.resource_id = %(resource_id)s::bigint)
    GROUP BY seat_wait.resource_id
)

SELECT
    resource.id,
    resource.name,
    resource.unit::text,
    service.icon,
    service.name,
    coalesce(bought.units, 0),
    coalesce(given.seats, 0),
    coalesce(unsettled.moving, 0),
    coalesce(unsettled.failed, 0),
    coalesce(waiting.people, 0),
    bought.used,
    bought.used_on,
    coalesce(bought.subscriptions, 0),
    bought.subscription_id,
    lower(resource.name)
FROM resource
INNER JOIN service ON service.id = resource.service_id
LEFT JOIN bought ON bought.resource_id = resource.id
LEFT JOIN given ON given.resource_id = resource.id
LEFT JOIN unsettled ON unsettled.resource_id = resource.id
LEFT JOIN waiting ON waiting.resource_id = resource.id
WHERE
    (
        %(after_name)s::text IS NULL
        OR (lower(resource.name), resource.id) > (%(after_name)s::text, %(after_id)s::bigint)
    )
    AND resource.id IN (
        SELECT bought.resource_id FROM bought
        UNION
        SELECT given.resource_id FROM given
        UNION
        SELECT waiting.resource_id FROM waiting
    )
ORDER BY lower(resource.name), resource.id
LIMIT %(most)s
