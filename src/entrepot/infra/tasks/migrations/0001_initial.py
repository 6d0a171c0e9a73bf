from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "job_state", ["waiting", "running", "done", "failed", "cancelled"]
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.TextField()),
                ("label", models.TextField()),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="waiting", type_name="job_state"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("note", models.TextField(default="")),
                ("arguments", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("error", models.TextField(default="")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "job",
                "indexes": [models.Index(fields=["-created_at"], name="job_created")],
            },
        ),
    ]
