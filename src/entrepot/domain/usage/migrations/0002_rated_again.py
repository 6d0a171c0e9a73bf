from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="usagetotal", name="usage_total_once"),
        migrations.AddConstraint(
            model_name="usagetotal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("billed_on", None)),
                fields=("subscription_id", "sku", "period_start", "tier", "usage_import"),
                name="usage_total_once",
            ),
        ),
        migrations.AddIndex(
            model_name="usagetotal",
            index=models.Index(
                fields=["subscription_id", "sku", "period_start", "tier"], name="usage_total_key"
            ),
        ),
    ]
