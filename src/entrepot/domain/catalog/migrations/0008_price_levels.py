from django.db import migrations, models

import entrepot.infra.db.fields
from entrepot.infra.db.operations import CreateEnum

KIND_TEXT = """
CREATE OR REPLACE FUNCTION price_kind_text(price_kind) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE $1 WHEN 'setup' THEN 'setup' WHEN 'recurring' THEN 'recurring' WHEN 'overuse' THEN 'overuse'
WHEN 'usage' THEN 'usage' WHEN 'renewal' THEN 'renewal' END $$
"""
# How many of an item's units a level of its price charges. A body that is read when the function is made does not
# depend on the search path, and is put into the statements that use it. Without a price nothing is known of its units.
UNITS_AT_LEVEL = """
CREATE FUNCTION units_at_level(model price_model, lower_limit numeric, upper_limit numeric, units numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE model
    WHEN 'flat' THEN units
    WHEN 'tiered' THEN greatest(least(units, coalesce(upper_limit, units)) - lower_limit, 0)
    WHEN 'volume' THEN
        CASE WHEN units > lower_limit AND (upper_limit IS NULL OR units <= upper_limit) THEN units ELSE 0 END
END
"""
NO_OVERLAP = """
ALTER TABLE catalog_price ADD CONSTRAINT catalog_price_no_overlap EXCLUDE USING gist (
    (plan_period_id + 0) WITH =, (resource_id + 0) WITH =, (price_kind_text(kind)) WITH =, (market || '') WITH =,
    {level}daterange(valid_from, valid_to) WITH &&
)
"""
DROP = "ALTER TABLE catalog_price DROP CONSTRAINT catalog_price_no_overlap"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_renewal_fee")]

    operations = [
        CreateEnum("price_model", ["flat", "tiered", "volume"]),
        migrations.RunSQL(KIND_TEXT, migrations.RunSQL.noop),
        migrations.RunSQL(
            UNITS_AT_LEVEL,
            "DROP FUNCTION units_at_level(price_model, numeric, numeric, numeric)",
        ),
        migrations.AddField(
            model_name="catalogprice",
            name="model",
            field=entrepot.infra.db.fields.MigratedEnumField(
                db_default="flat", default="flat", type_name="price_model"
            ),
        ),
        migrations.AddField(
            model_name="catalogprice",
            name="lower_limit",
            field=models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=20),
        ),
        migrations.AddConstraint(
            model_name="catalogprice",
            constraint=models.CheckConstraint(
                condition=models.Q(lower_limit=0)
                | (models.Q(lower_limit__gt=0) & ~models.Q(model="flat")),
                name="catalog_price_level",
            ),
        ),
        migrations.RunSQL(DROP, NO_OVERLAP.format(level="")),
        migrations.RunSQL(NO_OVERLAP.format(level="(lower_limit + 0) WITH =, "), DROP),
    ]
