from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_month_end_sales")]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE charge_kind ADD VALUE IF NOT EXISTS 'renewal' AFTER 'setup'",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="charge",
            name="level",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.RemoveConstraint(model_name="charge", name="charge_once_per_period"),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                fields=("period_start", "item_id", "tier", "level", "kind", "cause_id"),
                name="charge_once_per_period",
            ),
        ),
    ]
