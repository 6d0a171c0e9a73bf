import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    dependencies = [
        ("ordering", "0003_list_indexes"),
        ("parties", "0004_list_indexes"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "approval_audience", ["customers", "resellers", "all"]
        ),
        entrepot.infra.db.operations.CreateEnum("approval_at_timeout", ["approve", "reject"]),
        entrepot.infra.db.operations.CreateEnum(
            "approval_state", ["waiting", "approved", "rejected", "closed"]
        ),
        migrations.RunSQL(
            "INSERT INTO order_status (code, shown, is_final) VALUES ('WA', 'submitted', FALSE)",
            "DELETE FROM order_status WHERE code = 'WA'",
        ),
        migrations.CreateModel(
            name="OrderNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("order_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("author_name", models.CharField(max_length=150)),
                ("text", models.CharField(max_length=1000)),
                ("request_key", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "db_table": "order_note",
                "indexes": [
                    models.Index(fields=["order_id", "owner_id", "id"], name="order_note_of_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalWorkflow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "audience",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="approval_audience"),
                ),
                (
                    "above_amount",
                    entrepot.infra.db.fields.AmountField(
                        decimal_places=3, max_digits=20, null=True
                    ),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("steps", models.JSONField()),
                ("timeout_hours", models.SmallIntegerField()),
                (
                    "at_timeout",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="approval_at_timeout"),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("version", models.IntegerField(default=1)),
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
                "db_table": "approval_workflow",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("timeout_hours__gte", 1), ("timeout_hours__lte", 999)),
                        name="approval_workflow_hours",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderApproval",
            fields=[
                ("order_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                ("seller_id", models.BigIntegerField()),
                ("workflow_id", models.BigIntegerField()),
                ("workflow_name", models.CharField(max_length=80)),
                ("steps", models.JSONField()),
                ("step", models.SmallIntegerField(default=0)),
                ("timeout_hours", models.SmallIntegerField()),
                (
                    "at_timeout",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="approval_at_timeout"),
                ),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="waiting", type_name="approval_state"
                    ),
                ),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "db_table": "order_approval",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["seller_id", "order_id"],
                        name="order_approval_waiting",
                    )
                ],
            },
        ),
        entrepot.infra.db.operations.AppendOnly("order_note"),
    ]
