from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0011_full_refunds"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubscriptionNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("author_name", models.CharField(max_length=150)),
                ("text", models.TextField()),
                ("request_key", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "db_table": "subscription_note",
                "indexes": [
                    models.Index(
                        fields=["subscription_id", "owner_id", "id"], name="subscription_note_of"
                    )
                ],
            },
        ),
    ]
