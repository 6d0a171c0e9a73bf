from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0010_notices")]

    operations = [
        migrations.AddField(
            model_name="subbilling",
            name="cancel_full",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
