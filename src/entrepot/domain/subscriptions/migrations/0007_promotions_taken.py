from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0006_covering_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromotionTaken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
                ("promotion_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "promotion_taken",
                "indexes": [
                    models.Index(fields=["promotion_id", "customer_id"], name="promotion_taken_by")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription_id", "tier"), name="promotion_taken_once"
                    )
                ],
            },
        ),
    ]
