-- Declare the relations that rate_usage.sql, parked.sql and drill_down.sql take as parameters.
-- Common subset of SQL (temporary tables); the primary keys keep a line from being charged twice.
CREATE TEMPORARY TABLE valid_source (
    provider_name VARCHAR NOT NULL,
    sub_account_id VARCHAR NOT NULL,
    billing_month DATE NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (provider_name, sub_account_id, billing_month)
);

CREATE TEMPORARY TABLE rated_month (
    charge_month DATE NOT NULL PRIMARY KEY
);

CREATE TEMPORARY TABLE subscription_map (
    provider_name VARCHAR NOT NULL,
    sub_account_id VARCHAR NOT NULL,
    subscription_id BIGINT NOT NULL,
    PRIMARY KEY (provider_name, sub_account_id)
);

CREATE TEMPORARY TABLE tier_rule (
    subscription_id BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    seller_id BIGINT NOT NULL,
    cost_currency VARCHAR NOT NULL,
    factor DECIMAL(18, 12) NOT NULL,
    currency VARCHAR NOT NULL,
    PRIMARY KEY (subscription_id, tier)
);

CREATE TEMPORARY TABLE sku_price (
    seller_id BIGINT NOT NULL,
    provider_name VARCHAR NOT NULL,
    sku_id VARCHAR NOT NULL,
    pricing_unit VARCHAR NOT NULL,
    currency VARCHAR NOT NULL,
    lower_limit DECIMAL(30, 15) NOT NULL,
    unit_price DECIMAL(24, 12) NOT NULL,
    PRIMARY KEY (seller_id, provider_name, sku_id, pricing_unit, currency, lower_limit)
);

CREATE TEMPORARY TABLE drill_down_request (
    subscription_id BIGINT NOT NULL,
    sku_id VARCHAR NOT NULL,
    charge_month DATE NOT NULL,
    after_start TIMESTAMP NOT NULL,
    after_hash VARCHAR NOT NULL,
    after_occurrence BIGINT NOT NULL,
    page_size BIGINT NOT NULL
);
