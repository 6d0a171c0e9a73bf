import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0004_list_indexes"),
        ("subscriptions", "0005_late_usage"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum("order_kind", ["sales"]),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("order_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("from_code", models.CharField(blank=True, default="", max_length=2)),
                ("to_code", models.CharField(max_length=2)),
                ("actor_name", models.CharField(max_length=150)),
                ("comment", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "db_table": "order_event",
                "indexes": [models.Index(fields=["order_id", "id"], name="order_event_of_order")],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("request_key", models.CharField(max_length=64)),
                ("place", models.SmallIntegerField()),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="order_kind")),
                ("number", models.BigIntegerField()),
                ("number_text", models.CharField(max_length=24)),
                ("code", models.CharField(max_length=2)),
                ("customer_path", models.TextField()),
                ("customer_name", models.CharField(max_length=250)),
                ("seller_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("plan_name", models.CharField(max_length=250)),
                ("is_own", models.BooleanField(default=False)),
                ("currency", models.CharField(max_length=3)),
                (
                    "first_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                (
                    "period_amount",
                    entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20),
                ),
                ("trial_days", models.SmallIntegerField(default=0)),
                ("parameters", models.JSONField(default=dict)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=80)),
                ("operation_id", models.BigIntegerField(null=True)),
                ("error", models.TextField(blank=True, default="")),
                ("placed_at", models.DateTimeField()),
                ("placed_by", models.CharField(max_length=150)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
                (
                    "subscription",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "sales_order",
                "indexes": [
                    models.Index(fields=["seller_id", "-id"], name="sales_order_of_seller"),
                    models.Index(
                        fields=["seller_id", "code", "-id"], name="sales_order_of_seller_code"
                    ),
                    models.Index(fields=["customer", "-id"], name="sales_order_of_customer"),
                    models.Index(fields=["tenant_id", "-id"], name="sales_order_of_tenant"),
                    models.Index(fields=["code", "-id"], name="sales_order_code"),
                    models.Index(fields=["subscription", "-id"], name="sales_order_of_sub"),
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["billing_account_id"],
                        name="sales_order_open",
                    ),
                ],
                "constraints": [
                    entrepot.infra.db.models.TenantKey(name="sales_order_tenant_key"),
                    entrepot.infra.db.models.TenantReference(
                        column="customer_id", name="sales_order_customer", to_table="account"
                    ),
                    entrepot.infra.db.models.TenantReference(
                        column="subscription_id",
                        name="sales_order_subscription",
                        to_table="subscription",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant_id", "request_key", "place"), name="sales_order_once"
                    ),
                    models.UniqueConstraint(
                        fields=("seller_id", "kind", "number"), name="sales_order_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("subscription",),
                        name="sales_order_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_amount__gte", 0), ("period_amount__gte", 0)),
                        name="sales_order_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="order_kind")),
                ("last_number", models.BigIntegerField(default=0)),
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
                "db_table": "order_series",
                "constraints": [
                    models.UniqueConstraint(fields=("seller", "kind"), name="order_series_once")
                ],
            },
        ),
    ]
