from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the few disabled people among many."""

    dependencies = [("parties", "0017_wrong_factors")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["id"], condition=models.Q(is_active=False), name="user_disabled"
            ),
        ),
    ]
