import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0002_no_overlap"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "connector_kind", ["service_broker", "signed_http", "manual"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "instance_state", ["absent", "running", "suspended", "removed"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "provisioning_action", ["create", "change", "suspend", "resume", "cancel"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "operation_state",
            [
                "intent",
                "sending",
                "unknown",
                "retrying",
                "pending",
                "cleaning",
                "withdrawn",
                "parked",
                "succeeded",
                "failed",
                "cancelled",
            ],
        ),
        migrations.CreateModel(
            name="Connector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="connector_kind")),
                ("base_url", models.CharField(blank=True, default="", max_length=500)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
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
                "db_table": "connector",
            },
        ),
        migrations.CreateModel(
            name="ServiceInstance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("subscription_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=64, unique=True)),
                ("vendor_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="absent", type_name="instance_state"
                    ),
                ),
                ("product", models.JSONField(default=dict)),
                (
                    "quantity",
                    entrepot.infra.db.fields.QuantityField(
                        decimal_places=6, default=0, max_digits=20
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
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
                "db_table": "service_instance",
            },
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                (
                    "action",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="provisioning_action"),
                ),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="intent", type_name="operation_state"
                    ),
                ),
                ("cause", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("round", models.SmallIntegerField(default=1)),
                ("product", models.JSONField(default=dict)),
                (
                    "quantity",
                    entrepot.infra.db.fields.QuantityField(
                        decimal_places=6, default=0, max_digits=20
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("reference", models.TextField(blank=True, default="")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("polls", models.IntegerField(default=0)),
                ("claims", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("poll_seconds_max", models.IntegerField(null=True)),
                ("give_up_at", models.DateTimeField(null=True)),
                ("is_effect_known", models.BooleanField(default=True)),
                ("error_class", models.CharField(blank=True, default="", max_length=20)),
                ("error", models.CharField(blank=True, default="", max_length=1000)),
                ("originator_id", models.BigIntegerField(null=True)),
                ("requested_by", models.CharField(max_length=150)),
                ("requested_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "connector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.connector",
                    ),
                ),
                (
                    "instance",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.serviceinstance",
                    ),
                ),
            ],
            options={
                "db_table": "provisioning_operation",
            },
        ),
        migrations.CreateModel(
            name="VendorOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service_id", models.CharField(max_length=255)),
                ("plan_id", models.CharField(max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("plan_name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, default="")),
                ("is_free", models.BooleanField(default=True)),
                ("is_retrievable", models.BooleanField(default=False)),
                ("is_updateable", models.BooleanField(default=False)),
                ("is_offered", models.BooleanField(default=True)),
                ("poll_seconds_max", models.IntegerField(null=True)),
                ("schemas", models.JSONField(default=dict)),
                ("seen_at", models.DateTimeField()),
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
                "db_table": "vendor_offer",
            },
        ),
        migrations.AddIndex(
            model_name="serviceinstance",
            index=models.Index(
                fields=["tenant_id", "subscription_id"], name="service_instance_subscription"
            ),
        ),
        migrations.AddIndex(
            model_name="serviceinstance",
            index=models.Index(fields=["connector", "id"], name="service_instance_connector"),
        ),
        migrations.AddConstraint(
            model_name="serviceinstance",
            constraint=entrepot.infra.db.models.TenantKey(name="service_instance_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="serviceinstance",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)),
                name="service_instance_quantity_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["tenant_id", "due_at", "id"],
                name="operation_due",
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("state", "parked")),
                fields=["-requested_at", "-id"],
                name="operation_parked",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=entrepot.infra.db.models.TenantKey(name="provisioning_operation_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=entrepot.infra.db.models.TenantReference(
                column="instance_id", name="operation_instance", to_table="service_instance"
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "cause"), name="operation_cause_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["cancelled", "failed", "succeeded"]), _negated=True
                ),
                fields=("instance",),
                name="operation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendoroffer",
            constraint=models.UniqueConstraint(
                fields=("connector", "service_id", "plan_id"), name="vendor_offer_once"
            ),
        ),
    ]
