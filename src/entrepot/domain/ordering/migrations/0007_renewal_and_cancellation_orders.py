from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ordering", "0006_changed_units")]

    operations = [
        migrations.RunSQL(
            "ALTER TYPE order_kind ADD VALUE IF NOT EXISTS 'renewal'", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "ALTER TYPE order_kind ADD VALUE IF NOT EXISTS 'cancellation'", migrations.RunSQL.noop
        ),
    ]
