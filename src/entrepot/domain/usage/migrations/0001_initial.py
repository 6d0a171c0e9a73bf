import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "usage_import_state",
            ["running", "applied", "applied_with_rejects", "refused", "superseded"],
        ),
        migrations.CreateModel(
            name="MeteredUsage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("on_day", models.DateField()),
                (
                    "quantity",
                    entrepot.infra.db.fields.QuantityField(decimal_places=6, max_digits=20),
                ),
            ],
            options={
                "db_table": "metered_usage",
                "constraints": [
                    models.UniqueConstraint(fields=("item_id", "on_day"), name="metered_usage_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SubAccountLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_name", models.CharField(max_length=120)),
                ("sub_account_id", models.CharField(max_length=200)),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("linked_at", models.DateTimeField()),
                ("linked_by", models.CharField(max_length=150)),
            ],
            options={
                "db_table": "sub_account_link",
                "indexes": [models.Index(fields=["subscription_id"], name="sub_account_link_sub")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider_name", "sub_account_id"), name="sub_account_link_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_name", models.CharField(max_length=120)),
                ("file_name", models.CharField(max_length=250)),
                ("sha256", models.CharField(max_length=64)),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="usage_import_state"),
                ),
                ("lines", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("duplicate_lines", models.BigIntegerField(default=0)),
                ("sub_accounts", models.IntegerField(default=0)),
                ("parked_sub_accounts", models.IntegerField(default=0)),
                ("billed_cost", models.DecimalField(decimal_places=12, default=0, max_digits=38)),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("parquet_path", models.CharField(blank=True, default="", max_length=500)),
                ("parquet_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("problems", models.JSONField(default=list)),
                ("engine", models.CharField(blank=True, default="", max_length=60)),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.CharField(max_length=150)),
            ],
            options={
                "db_table": "usage_import",
                "indexes": [models.Index(fields=["-imported_at"], name="usage_import_recent")],
            },
        ),
        migrations.CreateModel(
            name="ParkedSubAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_name", models.CharField(max_length=120)),
                ("sub_account_id", models.CharField(max_length=200)),
                ("sub_account_name", models.CharField(blank=True, default="", max_length=250)),
                ("lines", models.BigIntegerField()),
                ("billed_cost", models.DecimalField(decimal_places=12, max_digits=38)),
                ("mapped_at", models.DateTimeField(null=True)),
                (
                    "usage_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="usage.usageimport",
                    ),
                ),
            ],
            options={
                "db_table": "parked_sub_account",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("usage_import", "provider_name", "sub_account_id"),
                        name="parked_sub_account_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_name", models.CharField(max_length=120)),
                ("sub_account_id", models.CharField(max_length=200)),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                (
                    "usage_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="usage.usageimport",
                    ),
                ),
            ],
            options={
                "db_table": "usage_source",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider_name", "sub_account_id", "period_start"),
                        name="usage_source_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
                ("sku", models.CharField(max_length=200)),
                ("sku_name", models.CharField(blank=True, default="", max_length=300)),
                ("unit", models.CharField(blank=True, default="", max_length=60)),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                ("lines", models.BigIntegerField()),
                ("quantity", models.DecimalField(decimal_places=12, max_digits=38)),
                ("cost", models.DecimalField(decimal_places=12, max_digits=38)),
                ("amount_before", models.DecimalField(decimal_places=12, default=0, max_digits=38)),
                ("amount_after", models.DecimalField(decimal_places=12, max_digits=38)),
                ("currency", models.CharField(max_length=3)),
                ("billed_on", models.DateField(null=True)),
                (
                    "usage_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="usage.usageimport",
                    ),
                ),
            ],
            options={
                "db_table": "usage_total",
                "indexes": [
                    models.Index(
                        condition=models.Q(("billed_on", None)),
                        fields=["subscription_id"],
                        name="usage_total_unbilled",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription_id", "sku", "period_start", "tier", "usage_import"),
                        name="usage_total_once",
                    )
                ],
            },
        ),
    ]
