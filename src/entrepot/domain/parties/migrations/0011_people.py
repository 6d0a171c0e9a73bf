import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import entrepot.infra.db.fields
from entrepot.infra.db.operations import CreateEnum

# Old attempts are removed as new ones come, so that only changing rows is taken away.
ONLY_ADDED = (
    "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'entrepot_app') THEN "
    "REVOKE UPDATE, TRUNCATE ON sign_in FROM entrepot_app; END IF; END $$"
)


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0010_acting"),
    ]

    operations = [
        CreateEnum("sign_in_outcome", ["done", "wrong", "locked"]),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "open_session",
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("network", models.CharField(blank=True, default="", max_length=64)),
                ("browser", models.CharField(blank=True, default="", max_length=200)),
                (
                    "outcome",
                    entrepot.infra.db.fields.MigratedEnumField(type_name="sign_in_outcome"),
                ),
            ],
            options={
                "db_table": "sign_in",
            },
        ),
        migrations.RemoveIndex(
            model_name="membership",
            name="membership_account",
        ),
        migrations.AddField(
            model_name="membership",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=250),
        ),
        migrations.AddField(
            model_name="user",
            name="awaits_activation",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="user",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="user",
            name="version",
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["account", "name_key", "user"], name="membership_by_name"),
        ),
        migrations.AddIndex(
            model_name="opensession",
            index=models.Index(fields=["user_id"], name="open_session_of_user"),
        ),
        migrations.AddField(
            model_name="signin",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(fields=["user", "-at", "-id"], name="sign_in_recent"),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(
                condition=models.Q(("outcome", "wrong")), fields=["at"], name="sign_in_wrong"
            ),
        ),
        migrations.RunSQL(ONLY_ADDED, migrations.RunSQL.noop),
    ]
