from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("object_id", models.BigIntegerField()),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("on_day", models.DateField()),
                ("payload", models.JSONField(default=dict)),
                ("taken_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("error", models.TextField(default="")),
            ],
            options={
                "db_table": "outbox_event",
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_at", None)),
                        fields=["id"],
                        name="outbox_event_open",
                    )
                ],
            },
        ),
    ]
