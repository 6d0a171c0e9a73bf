from django.db import migrations

# What is over keeps the keys of its people and no personal data.
STRIP = """
UPDATE provisioning_operation
SET
    people = (
        SELECT coalesce(
            jsonb_agg(jsonb_build_object('key', one -> 'key', 'resource', one -> 'resource') ORDER BY place),
            '[]'
        )
        FROM jsonb_array_elements(people) WITH ORDINALITY AS told (one, place)
    ),
    people_failed = (
        SELECT coalesce(jsonb_object_agg(key, ''), '{}') FROM jsonb_object_keys(people_failed) AS key
    )
WHERE state IN ('succeeded', 'failed', 'cancelled') AND people <> '[]'
"""


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0009_people")]

    operations = [migrations.RunSQL(STRIP, migrations.RunSQL.noop)]
