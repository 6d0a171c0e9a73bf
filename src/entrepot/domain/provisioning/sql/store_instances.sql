-- Write what vendors confirmed of services.
-- rows jsonb: array of {id, key, state, vendor_id, product, quantity, units, parameters}.
-- at timestamptz: now.
-- Writes service_instance.
-- Safe to repeat: it sets values.
UPDATE service_instance AS instance
SET
    key = confirmed.key,
    state = confirmed.state,
    vendor_id = confirmed.vendor_id,
    product = confirmed.product,
    quantity = confirmed.quantity,
    units = confirmed.units,
    parameters = confirmed.parameters,
    changed_at = %(at)s
FROM jsonb_to_recordset(%(rows)s) AS confirmed (
    id bigint,
    key text,
    state instance_state,
    vendor_id text,
    product jsonb,
    quantity numeric,
    units jsonb,
    parameters jsonb
)
WHERE instance.id = confirmed.id
