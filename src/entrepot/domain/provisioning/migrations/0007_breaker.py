from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0006_units_of_all_resources")]

    operations = [
        migrations.AddField(
            "connector", "failures", models.SmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddField(
            "connector", "rests", models.SmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddField("connector", "rests_until", models.DateTimeField(null=True)),
        migrations.AddField(
            "connector",
            "rest_reason",
            models.CharField(max_length=200, default="", db_default="", blank=True),
        ),
    ]
