import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0009_followers"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeGiven",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id",
                        "ends_on",
                        "days",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("ends_on", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("renews", models.BooleanField()),
                ("given_on", models.DateField()),
            ],
            options={
                "db_table": "notice_given",
            },
        ),
        migrations.CreateModel(
            name="NoticeRule",
            fields=[
                ("seller_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                (
                    "expiry_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "renewal_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "db_table": "notice_rule",
            },
        ),
        migrations.AddIndex(
            model_name="subbilling",
            index=models.Index(
                condition=models.Q(("status", "trial")),
                fields=["trial_end", "subscription_id"],
                name="sub_billing_trial",
            ),
        ),
        migrations.AddIndex(
            model_name="subscriptionevent",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["on_day"], name="subscription_event_day", pages_per_range=16
            ),
        ),
    ]
