import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "tax_treatment", ["standard", "reverse_charge", "exempt"]
        ),
        migrations.CreateModel(
            name="TaxCategory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=80)),
            ],
            options={
                "db_table": "tax_category",
            },
        ),
        migrations.CreateModel(
            name="TaxZone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("country", models.CharField(max_length=2)),
                ("region", models.CharField(blank=True, default="", max_length=80)),
            ],
            options={
                "db_table": "tax_zone",
                "constraints": [
                    models.UniqueConstraint(fields=("country", "region"), name="tax_zone_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("buyer_registered", models.BooleanField()),
                (
                    "treatment",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="tax_treatment"),
                ),
                ("rate_ppm", models.IntegerField()),
                ("label", models.CharField(max_length=80)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxcategory",
                    ),
                ),
                (
                    "buyer_zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxzone",
                    ),
                ),
                (
                    "seller_zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxzone",
                    ),
                ),
            ],
            options={
                "db_table": "tax_rule",
                "indexes": [
                    models.Index(
                        fields=[
                            "seller_zone",
                            "buyer_zone",
                            "category",
                            "buyer_registered",
                            "valid_from",
                        ],
                        name="tax_rule_find",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate_ppm__gte", 0), ("rate_ppm__lte", 1000000)),
                        name="tax_rate_bounds",
                    )
                ],
            },
        ),
    ]
