from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_plan_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="planneed",
            name="choice",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
    ]
