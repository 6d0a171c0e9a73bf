from django.db import migrations

NO_OVERLAP = """
ALTER TABLE seller_price ADD CONSTRAINT seller_price_no_overlap EXCLUDE USING gist (
    (seller_id + 0) WITH =, (plan_period_id + 0) WITH =, (resource_id + 0) WITH =, (price_kind_text(kind)) WITH =,
    (currency || '') WITH =, daterange(valid_from, valid_to) WITH &&
)
"""


class Migration(migrations.Migration):
    dependencies = [("resale", "0001_initial"), ("catalog", "0002_no_overlap")]

    operations = [
        migrations.RunSQL(
            NO_OVERLAP, "ALTER TABLE seller_price DROP CONSTRAINT seller_price_no_overlap"
        ),
    ]
