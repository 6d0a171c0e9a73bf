from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_no_overlap"),
    ]

    operations = [
        migrations.AddField(
            model_name="planperiod",
            name="destroys_after_hold",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="planperiod",
            name="destroys_on_cancel",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="planperiod",
            name="hold_days",
            field=models.SmallIntegerField(db_default=30, default=30),
        ),
    ]
