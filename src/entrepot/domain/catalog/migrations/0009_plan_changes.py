import django.db.models.deletion
from django.db import migrations, models

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_price_levels"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seller_id", models.BigIntegerField(null=True)),
                ("field", models.CharField(max_length=30)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("offers", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
            ],
            options={
                "db_table": "plan_change",
                "indexes": [
                    models.Index(
                        condition=models.Q(("offers", True)),
                        fields=["plan", "id"],
                        name="plan_change_offers",
                    )
                ],
            },
        ),
        AppendOnly("plan_change"),
    ]
