from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("seats", "0002_names")]

    operations = [
        migrations.RemoveIndex(model_name="seat", name="seat_account_resource"),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                fields=["account", "resource", "state"],
                include=["tenant_id"],
                name="seat_account_resource",
            ),
        ),
    ]
