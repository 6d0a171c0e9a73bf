import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_no_overlap"),
        ("parties", "0005_account_statistics"),
        ("resale", "0003_sku_prices"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreedprice",
            name="promotion_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="agreedprice",
            name="standing_label",
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.AddField(
            model_name="agreedprice",
            name="standing_ppm",
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("recurring_ppm", models.IntegerField(default=0)),
                ("setup_ppm", models.IntegerField(default=0)),
                ("on_renewal", models.BooleanField(default=False)),
                ("uses_max", models.IntegerField(null=True)),
                ("once_per_customer", models.BooleanField(default=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "parent_plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "promotion",
                "indexes": [models.Index(fields=["seller", "-id"], name="promotion_of_seller")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("seller", "code"),
                        name="promotion_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recurring_ppm__gte", 0),
                            ("recurring_ppm__lte", 1000000),
                            ("setup_ppm__gte", 0),
                            ("setup_ppm__lte", 1000000),
                            models.Q(
                                ("recurring_ppm__gt", 0), ("setup_ppm__gt", 0), _connector="OR"
                            ),
                        ),
                        name="promotion_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="promotion_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_renewal", False),
                            models.Q(("code", ""), ("parent_plan", None)),
                            _connector="OR",
                        ),
                        name="promotion_renewal_is_for_all",
                    ),
                ],
            },
        ),
    ]
