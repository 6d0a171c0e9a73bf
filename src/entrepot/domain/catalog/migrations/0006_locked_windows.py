from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_catalogue_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="planperiod",
            name="locks_after_window",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
