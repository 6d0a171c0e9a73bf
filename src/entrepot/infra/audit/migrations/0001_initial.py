from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.TextField()),
                ("on_behalf_of_id", models.BigIntegerField(null=True)),
                ("channel", models.TextField(default="screen")),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("action", models.TextField()),
                ("object_kind", models.TextField()),
                ("object_id", models.BigIntegerField(null=True)),
                ("object_label", models.TextField(default="")),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("reason", models.TextField(default="")),
                ("request_id", models.TextField(default="")),
            ],
            options={
                "db_table": "audit_entry",
                "indexes": [
                    models.Index(
                        fields=["object_kind", "object_id", "-at"], name="audit_entry_object"
                    ),
                    models.Index(fields=["tenant_id", "-at"], name="audit_entry_tenant"),
                ],
            },
        ),
    ]
