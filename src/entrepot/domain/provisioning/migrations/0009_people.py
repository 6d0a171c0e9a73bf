from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("provisioning", "0008_actions_for_people"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="operation",
            name="operation_one_open",
        ),
        migrations.AddField(
            model_name="connector",
            name="people_at_once",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="operation",
            name="people",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="operation",
            name="people_failed",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["cancelled", "failed", "succeeded"]), _negated=True),
                    models.Q(("action__in", ["assign", "release"]), _negated=True),
                ),
                fields=("instance",),
                name="operation_one_open",
            ),
        ),
    ]
