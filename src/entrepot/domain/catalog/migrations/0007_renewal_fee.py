from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_locked_windows")]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE price_kind ADD VALUE IF NOT EXISTS 'renewal' AFTER 'setup'",
            migrations.RunSQL.noop,
        ),
    ]
