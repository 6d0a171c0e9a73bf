from django.db import migrations, models


class Migration(migrations.Migration):
    """Wrong second factors lock for a while like wrong passwords, and are found by the same index."""

    dependencies = [("parties", "0016_mail_beginnings")]

    operations = [
        migrations.RemoveIndex(model_name="signin", name="sign_in_wrong"),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(
                condition=models.Q(outcome__in=["wrong", "factor_wrong"]),
                fields=["at"],
                name="sign_in_wrong",
            ),
        ),
    ]
