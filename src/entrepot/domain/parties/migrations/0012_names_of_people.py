from typing import Any

from django.db import migrations

from entrepot.domain.parties.names import sort_key


def fill_name_keys(apps: Any, _schema_editor: Any) -> None:
    """Give the memberships from before the key of their person's name."""
    members = apps.get_model("parties", "Membership").objects
    rows = []
    for row in members.select_related("user").iterator(chunk_size=2000):
        row.name_key = sort_key(row.user.display_name)
        rows.append(row)
    members.bulk_update(rows, ["name_key"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0011_people"),
    ]

    operations = [
        migrations.RunPython(fill_name_keys, migrations.RunPython.noop),
    ]
