from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ordering", "0004_approvals")]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE order_kind ADD VALUE IF NOT EXISTS 'change'", migrations.RunSQL.noop
        ),
    ]
