from django.db import migrations, models

import entrepot.infra.db.fields
from entrepot.infra.db.operations import CreateEnum


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        CreateEnum("delivery_state", ["waiting", "done", "parked"]),
        migrations.CreateModel(
            name="FactDelivery",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "fact_id",
                        "handler",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("fact_id", models.BigIntegerField()),
                ("handler", models.TextField()),
                (
                    "state",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="waiting", type_name="delivery_state"
                    ),
                ),
                ("job_id", models.BigIntegerField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("error", models.TextField(default="")),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "fact_delivery",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["state", "fact_id"],
                        name="fact_delivery_open",
                    )
                ],
            },
        ),
        migrations.RemoveField("outboxevent", "attempts"),
        migrations.RemoveField("outboxevent", "error"),
    ]
