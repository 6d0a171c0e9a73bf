from django.db import migrations


class Migration(migrations.Migration):
    """Tell the planner that a parent's children share its tenant: it expected a thirtieth of them otherwise."""

    dependencies = [("parties", "0004_list_indexes")]

    operations = [
        migrations.RunSQL(
            "CREATE STATISTICS account_place (dependencies) ON parent_id, tenant_id, kind FROM account",
            "DROP STATISTICS account_place",
        )
    ]
