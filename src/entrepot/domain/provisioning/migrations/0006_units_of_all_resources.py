from django.db import migrations, models

_NONE = models.Value({}, models.JSONField())


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0005_drift_and_lists")]

    operations = [
        migrations.AddField(
            model_name="connector",
            name="quantity_parameter",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="operation",
            name="units",
            field=models.JSONField(db_default=_NONE, default=dict),
        ),
        migrations.AddField(
            model_name="serviceinstance",
            name="units",
            field=models.JSONField(db_default=_NONE, default=dict),
        ),
    ]
