from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0002_rated_again")]

    operations = [
        migrations.AddField("UsageTotal", "rated_at", models.DateTimeField(null=True)),
    ]
