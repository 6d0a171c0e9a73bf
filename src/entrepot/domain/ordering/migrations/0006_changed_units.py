from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ordering", "0005_change_orders")]

    operations = [
        migrations.AddField(model_name="order", name="changes", field=models.JSONField(null=True)),
    ]
