import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tax", "0001_initial"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum("refund_policy", ["none", "prorated"]),
        entrepot.infra.db.operations.CreateEnum(
            "import_state", ["applied", "applied_with_rejects", "refused"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "price_kind", ["setup", "recurring", "overuse", "usage"]
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=250)),
                ("unit", models.JSONField(default=dict)),
                ("is_measured", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "resource",
            },
        ),
        migrations.CreateModel(
            name="SalesCategory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.JSONField(default=dict)),
                ("icon", models.CharField(default="package", max_length=40)),
                ("position", models.SmallIntegerField(default=0)),
                ("display_in_customer_panel", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "sales_category",
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=250)),
                ("icon", models.CharField(default="package", max_length=40)),
            ],
            options={
                "db_table": "service",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "vendor",
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250)),
                ("description", models.JSONField(default=dict)),
                ("product_code", models.CharField(max_length=60)),
                ("sku_code", models.CharField(max_length=60)),
                ("segment", models.CharField(blank=True, default="", max_length=60)),
                ("is_usage", models.BooleanField(default=False)),
                ("is_published", models.BooleanField(default=True)),
                (
                    "tax_category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxcategory",
                    ),
                ),
                (
                    "sales_category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.salescategory",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.service",
                    ),
                ),
            ],
            options={
                "db_table": "plan",
            },
        ),
        migrations.CreateModel(
            name="PlanPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("term_months", models.SmallIntegerField()),
                ("billing_months", models.SmallIntegerField()),
                ("trial_days", models.SmallIntegerField(default=0)),
                ("grace_days", models.SmallIntegerField(default=0)),
                (
                    "refund",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="prorated", type_name="refund_policy"
                    ),
                ),
                ("refund_days", models.SmallIntegerField(null=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
            ],
            options={
                "db_table": "plan_period",
            },
        ),
        migrations.CreateModel(
            name="PriceListImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=250)),
                ("sha256", models.CharField(max_length=64)),
                ("state", entrepot.infra.db.fields.MigratedEnumField(type_name="import_state")),
                ("rows", models.IntegerField(default=0)),
                ("rejected", models.IntegerField(default=0)),
                ("created_plans", models.IntegerField(default=0)),
                ("created_periods", models.IntegerField(default=0)),
                ("created_prices", models.IntegerField(default=0)),
                ("changed_prices", models.IntegerField(default=0)),
                ("effective_on", models.DateField(null=True)),
                ("report", models.JSONField(default=dict)),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.CharField(max_length=150)),
            ],
            options={
                "db_table": "price_list_import",
                "indexes": [models.Index(fields=["-imported_at"], name="price_list_import_recent")],
            },
        ),
        migrations.CreateModel(
            name="PlanResource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("included", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("position", models.SmallIntegerField(default=0)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
                    ),
                ),
            ],
            options={
                "db_table": "plan_resource",
            },
        ),
        migrations.CreateModel(
            name="CatalogPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="recurring", type_name="price_kind"
                    ),
                ),
                ("market", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                (
                    "unit_cost",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "retail_price",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "listed_cost",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "listed_retail",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "plan_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.planperiod",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.pricelistimport",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
                    ),
                ),
            ],
            options={
                "db_table": "catalog_price",
            },
        ),
        migrations.AddField(
            model_name="resource",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.service"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="vendor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.vendor"
            ),
        ),
        migrations.AddConstraint(
            model_name="planperiod",
            constraint=models.UniqueConstraint(
                fields=("plan", "term_months", "billing_months"), name="plan_period_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("billing_months__gte", 1),
                    ("grace_days__gte", 0),
                    ("term_months__gte", 1),
                    ("trial_days__gte", 0),
                ),
                name="plan_period_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="planresource",
            constraint=models.UniqueConstraint(
                fields=("plan", "resource"), name="plan_resource_once"
            ),
        ),
        migrations.AddIndex(
            model_name="catalogprice",
            index=models.Index(
                fields=["plan_period", "resource", "kind", "market", "valid_from"],
                name="catalog_price_find",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("retail_price__gte", 0), ("unit_cost__gte", 0)),
                name="catalog_price_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="catalog_price_span",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                fields=("product_code", "sku_code", "segment"), name="plan_once"
            ),
        ),
    ]
