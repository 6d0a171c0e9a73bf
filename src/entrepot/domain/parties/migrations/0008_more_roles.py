from django.db import migrations


class Migration(migrations.Migration):
    # New values of a type cannot be used before they are committed: what names them comes in the next migration.
    dependencies = [
        ("parties", "0007_brand_logos"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE role_code ADD VALUE IF NOT EXISTS 'user'", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "ALTER TYPE role_code ADD VALUE IF NOT EXISTS 'own'", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "ALTER TYPE account_act ADD VALUE IF NOT EXISTS 'acted_for'", migrations.RunSQL.noop
        ),
    ]
