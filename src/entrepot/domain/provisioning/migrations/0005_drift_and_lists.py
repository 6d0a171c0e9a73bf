import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0004_operation_next")]

    operations = [
        migrations.AddIndex(
            "serviceinstance",
            models.Index(
                condition=models.Q(("vendor_id", ""), _negated=True),
                fields=["vendor_id"],
                name="service_instance_vendor_id",
            ),
        ),
        migrations.AddIndex(
            "operation", models.Index(fields=["state", "-id"], name="operation_state")
        ),
        migrations.AddIndex(
            "operation",
            models.Index(fields=["connector", "state", "-id"], name="operation_connector_state"),
        ),
        migrations.AddIndex(
            "operation",
            models.Index(
                condition=models.Q(("error_class", ""), _negated=True),
                fields=["error_class", "-id"],
                name="operation_error_class",
            ),
        ),
        migrations.CreateModel(
            name="DriftLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("looked_at", models.DateTimeField()),
                ("compared", models.IntegerField()),
                ("in_motion", models.IntegerField()),
                ("found_unknown", models.BooleanField()),
                ("looked_by", models.CharField(max_length=150)),
                (
                    "connector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.connector",
                    ),
                ),
            ],
            options={
                "db_table": "drift_look",
                "indexes": [models.Index(fields=["connector", "-id"], name="drift_look_connector")],
            },
        ),
        migrations.CreateModel(
            name="DriftDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("instance_key", models.CharField(max_length=255)),
                ("ours", models.TextField(default="")),
                ("theirs", models.TextField(default="")),
                ("instance_id", models.BigIntegerField(null=True)),
                ("service_tenant_id", models.BigIntegerField(null=True)),
                ("subscription_id", models.BigIntegerField(null=True)),
                ("operation_id", models.BigIntegerField(null=True)),
                ("repaired_by", models.CharField(default="", max_length=150)),
                ("repaired_at", models.DateTimeField(null=True)),
                (
                    "look",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.driftlook",
                    ),
                ),
            ],
            options={
                "db_table": "drift_difference",
                "indexes": [models.Index(fields=["look", "id"], name="drift_difference_look")],
            },
        ),
    ]
