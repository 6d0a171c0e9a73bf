import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    dependencies = [
        ("provisioning", "0001_initial"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum("call_purpose", ["send", "poll", "ask", "clean"]),
        entrepot.infra.db.operations.CreateEnum(
            "callback_state", ["stored", "applied", "ignored", "unmatched"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "follow_up_kind",
            [
                "delivered_after_cancel",
                "delivered_after_failure",
                "unclear_after_cancel",
                "unknown_operation",
                "unreadable_callback",
            ],
        ),
        migrations.CreateModel(
            name="CallbackRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("connector_name", models.CharField(max_length=60)),
                ("on_day", models.DateField()),
                ("reason", models.CharField(max_length=60)),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "callback_refusal",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connector_name", "on_day", "reason"), name="callback_refusal_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Callback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.CharField(max_length=200)),
                ("sent_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="stored", type_name="callback_state"
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("operation_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "connector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.connector",
                    ),
                ),
            ],
            options={
                "db_table": "vendor_callback",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="vendor_callback_due",
                    ),
                    models.Index(fields=["operation_id"], name="vendor_callback_operation"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connector", "message_id"), name="vendor_callback_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="follow_up_kind")),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("operation_id", models.BigIntegerField(null=True)),
                ("callback_id", models.BigIntegerField(null=True)),
                ("text", models.CharField(max_length=1000)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=150)),
                ("comment", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "connector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.connector",
                    ),
                ),
            ],
            options={
                "db_table": "provisioning_follow_up",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["-opened_at", "-id"],
                        name="follow_up_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("operation_id__isnull", False)),
                        fields=("kind", "operation_id"),
                        name="follow_up_operation_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("callback_id__isnull", False), ("operation_id__isnull", True)
                        ),
                        fields=("kind", "callback_id"),
                        name="follow_up_callback_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VendorCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField()),
                ("purpose", entrepot.infra.db.fields.MigratedEnumField(type_name="call_purpose")),
                ("key", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=20)),
                ("text", models.CharField(blank=True, default="", max_length=1000)),
                ("milliseconds", models.IntegerField(default=0)),
                (
                    "operation",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.operation",
                    ),
                ),
            ],
            options={
                "db_table": "vendor_call",
                "indexes": [
                    models.Index(fields=["operation", "id"], name="vendor_call_operation_order")
                ],
                "constraints": [
                    entrepot.infra.db.models.TenantReference(
                        column="operation_id",
                        name="vendor_call_operation",
                        to_table="provisioning_operation",
                    )
                ],
            },
        ),
    ]
