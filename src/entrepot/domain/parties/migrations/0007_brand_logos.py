import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0006_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="BrandLogo",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="parties.brand",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
            options={
                "db_table": "brand_logo",
            },
        ),
        migrations.AddField(
            model_name="brand",
            name="logo_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
