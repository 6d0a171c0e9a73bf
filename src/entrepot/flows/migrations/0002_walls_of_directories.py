from django.db import migrations

from entrepot.infra.db.row_security import Walled, below, through


class Migration(migrations.Migration):
    """Put what directories keep behind the second wall too."""

    dependencies = [
        ("flows", "0001_second_wall"),
        ("identity", "0002_directories"),
    ]
    operations = [
        *[
            Walled(table, below("account_id"))
            for table in ("directory_token", "directory_person", "directory_group")
        ],
        Walled("directory_member", through("group_id", "directory_group")),
    ]
