import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
from entrepot.infra.db.operations import CreateEnum

# What a seller set of its own, and what its policy says of plans that came on sale above it and wait for its review.
# Such a plan is a row without anybody having written one: a policy costs the same with 10 plans and with 10,000.
SHOWN = """
CREATE VIEW plan_overlay AS
SELECT
    own.tenant_id, own.account_id, own.plan_id, own.is_published, own.name, own.description, own.sales_category_id,
    own.display_in_customer_panel, FALSE AS is_waiting
FROM plan_own AS own
UNION ALL
SELECT
    policy.tenant_id, policy.account_id, offered.plan_id, FALSE, NULL, NULL, NULL, NULL, TRUE
FROM delegation AS policy
INNER JOIN account ON account.id = policy.account_id
INNER JOIN plan_change AS offered
    ON
        offered.offers
        AND offered.id > policy.reviewed_id
        AND (
            offered.seller_id IS NULL
            OR (
                offered.seller_id <> policy.account_id
                AND offered.seller_id::text = any(string_to_array(account.path, '.'))
            )
        )
WHERE
    policy.new_plans <> 'show'
    AND NOT (
        policy.new_plans = 'category'
        AND EXISTS (
            SELECT FROM plan
            WHERE plan.id = offered.plan_id AND plan.sales_category_id = policy.sales_category_id
        )
    )
    AND NOT EXISTS (
        SELECT FROM plan_own AS own
        WHERE
            own.tenant_id = policy.tenant_id
            AND own.account_id = policy.account_id
            AND own.plan_id = offered.plan_id
            AND (own.is_reviewed OR own.is_published IS NOT NULL)
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_plan_changes"),
        ("parties", "0006_customers"),
        ("resale", "0005_price_levels"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanShown",
            fields=[
                ("account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("plan_id", models.BigIntegerField()),
                ("is_published", models.BooleanField(null=True)),
                ("name", models.JSONField(null=True)),
                ("description", models.JSONField(null=True)),
                ("sales_category_id", models.BigIntegerField(null=True)),
                ("display_in_customer_panel", models.BooleanField(null=True)),
                ("is_waiting", models.BooleanField()),
            ],
            options={
                "db_table": "plan_overlay",
                "managed": False,
            },
        ),
        migrations.AddField(
            model_name="planoverlay",
            name="is_reviewed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterModelTable(
            name="planoverlay",
            table="plan_own",
        ),
        CreateEnum("new_plans", ["show", "review", "category"]),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                (
                    "new_plans",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="show", type_name="new_plans"
                    ),
                ),
                ("reviewed_id", models.BigIntegerField(default=0)),
                ("seen_id", models.BigIntegerField(default=0)),
                ("seen_on", models.DateField(null=True)),
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
                "db_table": "delegation",
                "constraints": [
                    entrepot.infra.db.models.TenantReference(
                        column="account_id", name="delegation_account", to_table="account"
                    ),
                    models.UniqueConstraint(fields=("account",), name="delegation_once"),
                ],
            },
        ),
        migrations.RunSQL(SHOWN, "DROP VIEW plan_overlay"),
    ]
