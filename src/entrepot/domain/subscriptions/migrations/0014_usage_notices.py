from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0013_tenants_in_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageNotice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item_id",
                        "period_start",
                        "share",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("period_start", models.DateField()),
                ("share", models.SmallIntegerField()),
                ("given_on", models.DateField()),
            ],
            options={
                "db_table": "usage_notice",
            },
        ),
    ]
