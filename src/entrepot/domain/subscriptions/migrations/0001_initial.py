import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
        ("parties", "0001_initial"),
        ("resale", "0001_initial"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "subscription_status",
            ["ordered", "trial", "active", "graced", "expired", "cancelled", "terminated"],
        ),
        entrepot.infra.db.operations.CreateEnum("span_end", ["cancelled", "expired", "held"]),
        migrations.CreateModel(
            name="QuantityChange",
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
                ("effective_on", models.DateField()),
                (
                    "new_quantity",
                    entrepot.infra.db.fields.QuantityField(decimal_places=6, max_digits=20),
                ),
                (
                    "old_quantity",
                    entrepot.infra.db.fields.QuantityField(
                        decimal_places=6, max_digits=20, null=True
                    ),
                ),
                ("ordered_at", models.DateTimeField()),
                ("ordered_by", models.CharField(max_length=150)),
                ("applied_on", models.DateField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "quantity_change",
                "indexes": [
                    models.Index(
                        condition=models.Q(("applied_on", None), ("withdrawn_at", None)),
                        fields=["subscription_id", "effective_on"],
                        name="quantity_change_open",
                    ),
                    models.Index(fields=["item_id", "effective_on"], name="quantity_change_item"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("new_quantity__gte", 0)),
                        name="quantity_change_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "end_reason",
                    entrepot.infra.db.fields.MigratedEnumField(null=True, type_name="span_end"),
                ),
            ],
            options={
                "db_table": "service_span",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription_id", "starts_on"), name="service_span_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubBilling",
            fields=[
                ("subscription_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                ("due_on", models.DateField(null=True)),
                (
                    "status",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="subscription_status"),
                ),
                ("anchor_day", models.SmallIntegerField()),
                ("billing_months", models.SmallIntegerField()),
                ("term_months", models.SmallIntegerField()),
                ("grace_days", models.SmallIntegerField(default=0)),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                ("term_end", models.DateField(null=True)),
                ("trial_end", models.DateField(null=True)),
                ("grace_end", models.DateField(null=True)),
                ("cancel_on", models.DateField(null=True)),
                ("cancel_refund", models.BooleanField(default=False)),
                ("next_change_on", models.DateField(null=True)),
                ("auto_renew", models.BooleanField(default=True)),
                ("setup_done", models.BooleanField(default=False)),
                ("is_usage", models.BooleanField(default=False)),
                ("chain_id", models.BigIntegerField()),
                ("plan_period_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("tax_category_id", models.BigIntegerField()),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "db_table": "sub_billing",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_on", None), _negated=True),
                        fields=["due_on", "subscription_id"],
                        name="sub_billing_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_on", None),
                            ("status__in", ["trial", "active", "graced"]),
                            _connector="OR",
                        ),
                        name="sub_billing_due_only_running",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("seller_id", models.BigIntegerField()),
                ("customer_path", models.TextField()),
                ("customer_name", models.CharField(max_length=250)),
                ("plan_name", models.CharField(max_length=250)),
                ("is_own", models.BooleanField(default=False)),
                (
                    "status",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="ordered", type_name="subscription_status"
                    ),
                ),
                ("admin_hold", models.BooleanField(default=False)),
                ("credit_hold", models.BooleanField(default=False)),
                ("auto_renew", models.BooleanField(default=True)),
                ("started_on", models.DateField(null=True)),
                ("trial_end", models.DateField(null=True)),
                ("term_start", models.DateField(null=True)),
                ("term_end", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("cancel_on", models.DateField(null=True)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=80)),
                ("currency", models.CharField(max_length=3)),
                (
                    "quantity",
                    entrepot.infra.db.fields.QuantityField(
                        decimal_places=6, default=0, max_digits=20
                    ),
                ),
                ("vendor_reference", models.CharField(blank=True, default="", max_length=120)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=80)),
                ("search_text", models.TextField(default="")),
                ("version", models.IntegerField(default=1)),
                (
                    "chain",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="resale.chain",
                    ),
                ),
                (
                    "customer",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.plan",
                    ),
                ),
                (
                    "plan_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.planperiod",
                    ),
                ),
            ],
            options={
                "db_table": "subscription",
            },
        ),
        migrations.CreateModel(
            name="SubscriptionEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("on_day", models.DateField()),
                ("kind", models.CharField(max_length=40)),
                ("actor_name", models.CharField(blank=True, default="", max_length=150)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "subscription_event",
                "indexes": [
                    models.Index(
                        fields=["subscription_id", "-on_day", "-id"],
                        name="subscription_event_recent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                (
                    "quantity",
                    entrepot.infra.db.fields.QuantityField(decimal_places=6, max_digits=20),
                ),
                (
                    "included",
                    entrepot.infra.db.fields.QuantityField(
                        decimal_places=6, default=0, max_digits=20
                    ),
                ),
                ("is_measured", models.BooleanField(default=False)),
                ("position", models.SmallIntegerField(default=0)),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
                    ),
                ),
                (
                    "subscription",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "subscription_item",
            },
        ),
        migrations.CreateModel(
            name="SubscriptionMoney",
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
                ("seller_id", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("monthly_price", models.DecimalField(decimal_places=3, max_digits=20)),
                ("monthly_cost", models.DecimalField(decimal_places=3, max_digits=20)),
            ],
            options={
                "db_table": "subscription_money",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription_id", "tier"), name="subscription_money_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("number", models.SmallIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
            ],
            options={
                "db_table": "term",
                "constraints": [
                    models.UniqueConstraint(fields=("subscription_id", "number"), name="term_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="term_span"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=entrepot.infra.db.models.TenantKey(name="subscription_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=entrepot.infra.db.models.TenantReference(
                column="customer_id", name="subscription_customer", to_table="account"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=entrepot.infra.db.models.TenantReference(
                column="chain_id", name="subscription_chain", to_table="chain"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionitem",
            constraint=entrepot.infra.db.models.TenantKey(name="subscription_item_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="subscriptionitem",
            constraint=entrepot.infra.db.models.TenantReference(
                column="subscription_id", name="subscription_item_sub", to_table="subscription"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionitem",
            constraint=models.UniqueConstraint(
                fields=("subscription", "resource"), name="subscription_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)), name="subscription_item_not_negative"
            ),
        ),
    ]
