from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="hub", name="standing_day", field=models.DateField(null=True)
        ),
    ]
