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
        ("tax", "0001_initial"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum("margin_basis", ["cost", "retail"]),
        entrepot.infra.db.operations.CreateEnum("hold_mode", ["automatic", "manual"]),
        entrepot.infra.db.operations.CreateEnum("tax_rounding", ["line", "group"]),
        migrations.CreateModel(
            name="AgreedPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="price_kind")),
                (
                    "unit_price",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                (
                    "unit_cost",
                    entrepot.infra.db.fields.UnitPriceField(decimal_places=12, max_digits=24),
                ),
                ("currency", models.CharField(max_length=3)),
                ("discount_ppm", models.IntegerField(default=0)),
                ("discount_label", models.CharField(blank=True, default="", max_length=80)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("catalog_price_id", models.BigIntegerField(null=True)),
                ("seller_price_id", models.BigIntegerField(null=True)),
                ("margin_rule_id", models.BigIntegerField(null=True)),
                ("exchange_rate", models.DecimalField(decimal_places=12, max_digits=24, null=True)),
            ],
            options={
                "db_table": "agreed_price",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item_id", "tier", "kind", "valid_from"), name="agreed_price_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount_ppm__gte", 0),
                            ("discount_ppm__lte", 1000000),
                            ("unit_price__gte", 0),
                        ),
                        name="agreed_price_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="agreed_price_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("currency", models.CharField(max_length=3)),
                ("exponent", models.SmallIntegerField()),
                ("statement_day", models.SmallIntegerField(default=1)),
                ("due_days", models.SmallIntegerField(default=30)),
                ("grace_days", models.SmallIntegerField(default=0)),
                (
                    "credit_limit",
                    entrepot.infra.db.fields.AmountField(
                        decimal_places=3, max_digits=20, null=True
                    ),
                ),
                (
                    "hold_mode",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="automatic", type_name="hold_mode"
                    ),
                ),
                ("bill_on_hold", models.BooleanField(default=True)),
                ("suspend_on_hold", models.BooleanField(default=False)),
                (
                    "tax_rounding",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="group", type_name="tax_rounding"
                    ),
                ),
                ("buyer_registered", models.BooleanField(default=False)),
                ("opened_on", models.DateField()),
                (
                    "buyer",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
                (
                    "buyer_zone",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxzone",
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
                (
                    "seller_zone",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.taxzone",
                    ),
                ),
            ],
            options={
                "db_table": "billing_account",
            },
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("market", models.CharField(max_length=20)),
                ("tiers", models.SmallIntegerField()),
                (
                    "customer",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "chain",
            },
        ),
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("tier", models.SmallIntegerField()),
                (
                    "billing_account",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="resale.billingaccount",
                    ),
                ),
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
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "chain_link",
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_currency", models.CharField(max_length=3)),
                ("to_currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=12, max_digits=24)),
                ("on_date", models.DateField()),
                ("source", models.CharField(max_length=80)),
            ],
            options={
                "db_table": "exchange_rate",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_currency", "to_currency", "on_date"),
                        name="exchange_rate_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="exchange_rate_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarginRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("basis", entrepot.infra.db.fields.MigratedEnumField(type_name="margin_basis")),
                ("percent_ppm", models.IntegerField()),
                ("digits", models.SmallIntegerField(null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
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
                    "sales_category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.salescategory",
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
                (
                    "vendor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.vendor",
                    ),
                ),
            ],
            options={
                "db_table": "margin_rule",
            },
        ),
        migrations.CreateModel(
            name="PlanOverlay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("is_published", models.BooleanField(null=True)),
                ("name", models.JSONField(null=True)),
                ("description", models.JSONField(null=True)),
                ("display_in_customer_panel", models.BooleanField(null=True)),
                (
                    "account",
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
                    "sales_category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.salescategory",
                    ),
                ),
            ],
            options={
                "db_table": "plan_overlay",
            },
        ),
        migrations.CreateModel(
            name="SellerPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="price_kind")),
                ("currency", models.CharField(max_length=3)),
                (
                    "unit_price",
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
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
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
                "db_table": "seller_price",
            },
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(fields=["seller", "id"], name="billing_account_seller"),
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(fields=["buyer", "id"], name="billing_account_buyer_ix"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=entrepot.infra.db.models.TenantKey(name="billing_account_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=entrepot.infra.db.models.TenantReference(
                column="buyer_id", name="billing_account_buyer", to_table="account"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "seller", "buyer", "currency"), name="billing_account_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_days__gte", 0),
                    ("grace_days__gte", 0),
                    ("statement_day__gte", 0),
                    ("statement_day__lte", 31),
                ),
                name="billing_account_bounds",
            ),
        ),
        migrations.AddIndex(
            model_name="chain",
            index=models.Index(fields=["customer"], name="chain_customer_ix"),
        ),
        migrations.AddConstraint(
            model_name="chain",
            constraint=entrepot.infra.db.models.TenantKey(name="chain_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="chain",
            constraint=entrepot.infra.db.models.TenantReference(
                column="customer_id", name="chain_customer", to_table="account"
            ),
        ),
        migrations.AddConstraint(
            model_name="chain",
            constraint=models.CheckConstraint(
                condition=models.Q(("tiers__gte", 1), ("tiers__lte", 4)), name="chain_tier_bounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="chainlink",
            constraint=entrepot.infra.db.models.TenantReference(
                column="chain_id", name="chain_link_chain", to_table="chain"
            ),
        ),
        migrations.AddConstraint(
            model_name="chainlink",
            constraint=entrepot.infra.db.models.TenantReference(
                column="billing_account_id",
                name="chain_link_billing_account",
                to_table="billing_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="chainlink",
            constraint=models.UniqueConstraint(fields=("chain", "tier"), name="chain_link_once"),
        ),
        migrations.AddIndex(
            model_name="marginrule",
            index=models.Index(fields=["seller", "valid_from"], name="margin_rule_seller"),
        ),
        migrations.AddConstraint(
            model_name="marginrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent_ppm__gte", -1000000), ("percent_ppm__lte", 100000000)),
                name="margin_rule_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="planoverlay",
            constraint=entrepot.infra.db.models.TenantReference(
                column="account_id", name="plan_overlay_account", to_table="account"
            ),
        ),
        migrations.AddConstraint(
            model_name="planoverlay",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "account", "plan"), name="plan_overlay_once"
            ),
        ),
        migrations.AddIndex(
            model_name="sellerprice",
            index=models.Index(
                fields=["seller", "plan_period", "resource", "kind", "currency", "valid_from"],
                name="seller_price_find",
            ),
        ),
        migrations.AddConstraint(
            model_name="sellerprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gte", 0)), name="seller_price_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="sellerprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="seller_price_span",
            ),
        ),
    ]
