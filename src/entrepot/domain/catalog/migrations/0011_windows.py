from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_need_choices")]

    operations = [
        migrations.AddField(
            model_name="planperiod",
            name="full_refund_days",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="planperiod",
            name="later_full_refund_days",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="planperiod",
            name="later_refund_days",
            field=models.SmallIntegerField(null=True),
        ),
    ]
