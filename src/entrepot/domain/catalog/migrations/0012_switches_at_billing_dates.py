from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_windows")]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE switch_time ADD VALUE IF NOT EXISTS 'next_period' AFTER 'now'",
            migrations.RunSQL.noop,
        ),
    ]
