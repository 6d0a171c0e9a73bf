import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beginnings of mail addresses are found by an index behind the second wall, too (`infra/db/lookups.py`)."""

    dependencies = [("parties", "0015_factor_rules")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="email_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Lower("email"),
                output_field=models.CharField(max_length=254),
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["email_key"], name="user_email_begins", opclasses=["text_pattern_ops"]
            ),
        ),
    ]
