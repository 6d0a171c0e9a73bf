from django.db import migrations


class Migration(migrations.Migration):
    # New values of a type cannot be used before they are committed.
    dependencies = [
        ("parties", "0013_kept_outside"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE sign_in_outcome ADD VALUE IF NOT EXISTS 'factor_wrong'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TYPE sign_in_outcome ADD VALUE IF NOT EXISTS 'factor_passed'",
            migrations.RunSQL.noop,
        ),
    ]
