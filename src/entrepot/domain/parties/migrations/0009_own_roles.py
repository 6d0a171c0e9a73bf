import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0008_more_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("levels", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "own_role",
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="own_role",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.ownrole",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("own_role__isnull", False), ("role", "own")),
                    models.Q(models.Q(("role", "own"), _negated=True), ("own_role__isnull", True)),
                    _connector="OR",
                ),
                name="membership_own_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownrole",
            constraint=models.UniqueConstraint(
                fields=("account", "name"), name="own_role_name_once"
            ),
        ),
    ]
