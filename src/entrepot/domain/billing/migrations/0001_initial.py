from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "run_step", ["rate", "total", "number", "post", "settle", "done"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "quarantine_reason",
            [
                "no_price",
                "no_tax_rule",
                "no_exchange_rate",
                "no_tax_zone",
                "chain_broken",
                "bad_data",
            ],
        ),
        entrepot.infra.db.operations.CreateEnum(
            "charge_kind", ["setup", "recurring", "change", "overuse", "usage", "refund"]
        ),
        entrepot.infra.db.operations.CreateEnum("document_kind", ["invoice", "credit_note"]),
        migrations.CreateModel(
            name="BillingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("first_day", models.DateField()),
                (
                    "step",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="rate", type_name="run_step"
                    ),
                ),
                ("chunk_size", models.IntegerField()),
                ("due", models.BigIntegerField(default=0)),
                ("charges", models.BigIntegerField(default=0)),
                ("documents", models.BigIntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0)),
                ("quarantined", models.BigIntegerField(default=0)),
                ("workers", models.SmallIntegerField(default=1)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("started_by", models.CharField(blank=True, default="", max_length=150)),
                ("fingerprint", models.CharField(blank=True, default="", max_length=80)),
                ("proof", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "billing_run",
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "invoice_id",
                        "line_no",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("invoice_id", models.BigIntegerField()),
                ("line_no", models.IntegerField()),
                ("charge_id", models.BigIntegerField()),
                ("tax", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
            ],
            options={
                "db_table": "invoice_line",
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("statement_on", models.DateField()),
                ("billed_on", models.DateField()),
                ("subscription_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="charge_kind")),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                ("num", models.IntegerField()),
                ("den", models.IntegerField()),
                ("exponent", models.SmallIntegerField()),
                ("agreed_price_id", models.BigIntegerField()),
                ("quantity", models.DecimalField(decimal_places=12, max_digits=38)),
                (
                    "unit_price",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                ("discount_ppm", models.IntegerField(default=0)),
                ("tax_rule_id", models.BigIntegerField()),
                ("tax_ppm", models.IntegerField()),
                ("cause_id", models.BigIntegerField(default=0)),
                (
                    "list_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                (
                    "discount_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                ("net", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("tax", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
            ],
            options={
                "db_table": "charge",
                "indexes": [
                    models.Index(
                        fields=["statement_on", "billing_account_id"], name="charge_by_statement"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period_start", "item_id", "tier", "kind", "cause_id"),
                        name="charge_once_per_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentTax",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("statement_on", models.DateField()),
                ("billing_account_id", models.BigIntegerField()),
                ("seller_id", models.BigIntegerField()),
                ("tax_rule_id", models.BigIntegerField()),
                ("tax_ppm", models.IntegerField()),
                ("lines", models.IntegerField()),
                (
                    "list_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                (
                    "discount_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                ("net", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("tax", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
            ],
            options={
                "db_table": "document_tax",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("statement_on", "billing_account_id", "tax_rule_id"),
                        name="document_tax_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("seller_id", models.BigIntegerField()),
                ("buyer_id", models.BigIntegerField()),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="document_kind")),
                ("year", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("number_text", models.CharField(max_length=40)),
                ("statement_on", models.DateField()),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("exponent", models.SmallIntegerField()),
                ("lines", models.IntegerField()),
                (
                    "list_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                (
                    "discount_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                ("net", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("tax", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("gross", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                (
                    "open_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
            ],
            options={
                "db_table": "invoice",
                "indexes": [
                    models.Index(fields=["buyer_id", "-issued_on", "-id"], name="invoice_of_buyer"),
                    models.Index(
                        fields=["seller_id", "-issued_on", "-id"], name="invoice_of_seller"
                    ),
                    models.Index(
                        condition=models.Q(("open_amount__gt", 0)),
                        fields=["billing_account_id", "issued_on", "id"],
                        name="invoice_open",
                    ),
                    models.Index(
                        condition=models.Q(("open_amount__gt", 0)),
                        fields=["due_on"],
                        name="invoice_open_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("statement_on", "billing_account_id"),
                        name="invoice_once_per_statement",
                    ),
                    models.UniqueConstraint(
                        fields=("seller_id", "kind", "year", "number"), name="invoice_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("open_amount__gte", 0)),
                        name="invoice_open_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seller_id", models.BigIntegerField()),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="document_kind")),
                ("year", models.SmallIntegerField()),
                ("prefix", models.CharField(max_length=10)),
                ("last_number", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "number_series",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller_id", "kind", "year"), name="number_series_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                (
                    "reason",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="quarantine_reason"),
                ),
                ("detail", models.JSONField(default=dict)),
                ("due_on", models.DateField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("tries", models.IntegerField(default=1)),
                ("resolved_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "quarantine",
                "indexes": [models.Index(fields=["last_day"], name="quarantine_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_on", None)),
                        fields=("subscription_id",),
                        name="quarantine_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(blank=True, default="", max_length=150)),
                ("seconds", models.FloatField(default=0)),
                ("due", models.BigIntegerField(default=0)),
                ("charges", models.BigIntegerField(default=0)),
                ("documents", models.BigIntegerField(default=0)),
                ("quarantined", models.BigIntegerField(default=0)),
                ("fingerprint", models.CharField(blank=True, default="", max_length=80)),
                ("totals", models.JSONField(default=dict)),
                ("differences", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "rehearsal",
                "indexes": [models.Index(fields=["-day", "-id"], name="rehearsal_day")],
            },
        ),
        migrations.CreateModel(
            name="RunChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("step", entrepot.infra.db.fields.MigratedEnumField(type_name="run_step")),
                ("number", models.IntegerField()),
                ("id_from", models.BigIntegerField()),
                ("id_to", models.BigIntegerField()),
                ("is_done", models.BooleanField(default=False)),
                ("rows", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "run_chunk",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run_id", "step", "number"), name="run_chunk_once"
                    )
                ],
            },
        ),
    ]
