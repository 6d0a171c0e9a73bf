from django.db import migrations, models

_NONE = models.Value({}, models.JSONField())


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_priorities")]

    operations = [
        migrations.AddField("job", "refusal", models.JSONField(default=dict, db_default=_NONE)),
        migrations.AddField(
            "jobevent", "refusal", models.JSONField(default=dict, db_default=_NONE)
        ),
    ]
