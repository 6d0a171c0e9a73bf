from django.db import migrations

NO_OVERLAP = """
ALTER TABLE tax_rule ADD CONSTRAINT tax_rule_no_overlap EXCLUDE USING gist (
    (seller_zone_id + 0) WITH =, (buyer_zone_id + 0) WITH =, (category_id + 0) WITH =,
    (buyer_registered::int) WITH =, daterange(valid_from, valid_to) WITH &&
)
"""


class Migration(migrations.Migration):
    dependencies = [("tax", "0001_initial")]

    operations = [
        migrations.RunSQL(NO_OVERLAP, "ALTER TABLE tax_rule DROP CONSTRAINT tax_rule_no_overlap"),
    ]
