import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0004_list_indexes"),
        ("resale", "0002_no_overlap"),
    ]

    operations = [
        migrations.CreateModel(
            name="SkuPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_name", models.CharField(max_length=120)),
                ("sku_id", models.CharField(max_length=200)),
                ("pricing_unit", models.CharField(max_length=120)),
                ("currency", models.CharField(max_length=3)),
                ("valid_from", models.DateField()),
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
                "db_table": "sku_price",
            },
        ),
        migrations.CreateModel(
            name="SkuPriceBand",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sku_price_id",
                        "lower_limit",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "lower_limit",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "unit_price",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "sku_price",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="resale.skuprice",
                    ),
                ),
            ],
            options={
                "db_table": "sku_price_band",
            },
        ),
        migrations.AddConstraint(
            model_name="skuprice",
            constraint=models.UniqueConstraint(
                fields=(
                    "seller",
                    "provider_name",
                    "sku_id",
                    "pricing_unit",
                    "currency",
                    "valid_from",
                ),
                name="sku_price_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="skupriceband",
            constraint=models.CheckConstraint(
                condition=models.Q(("lower_limit__gte", 0), ("unit_price__gte", 0)),
                name="sku_price_band_not_negative",
            ),
        ),
    ]
