import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0014_factor_outcomes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactorRule",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="parties.account",
                    ),
                ),
                ("own", models.BooleanField(default=False)),
                ("resellers", models.BooleanField(default=False)),
                ("customers", models.BooleanField(default=False)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "db_table": "factor_rule",
            },
        ),
    ]
