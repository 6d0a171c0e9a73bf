from django.db import migrations


class Migration(migrations.Migration):
    # New values of a type cannot be used before they are committed: what names them comes in the next migration.
    dependencies = [
        ("provisioning", "0007_breaker"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE provisioning_action ADD VALUE IF NOT EXISTS 'assign'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TYPE provisioning_action ADD VALUE IF NOT EXISTS 'release'",
            migrations.RunSQL.noop,
        ),
    ]
