import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import entrepot.infra.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_portals"),
        ("parties", "0015_factor_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirectoryGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250)),
                ("external_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "role",
                    entrepot.infra.db.fields.MigratedEnumField(null=True, type_name="role_code"),
                ),
                ("version", models.IntegerField(default=1)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
                (
                    "own_role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="parties.ownrole",
                    ),
                ),
            ],
            options={
                "db_table": "directory_group",
            },
        ),
        migrations.CreateModel(
            name="DirectoryPerson",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("external_id", models.CharField(blank=True, default="", max_length=255)),
                ("said", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
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
                "db_table": "directory_person",
            },
        ),
        migrations.CreateModel(
            name="DirectoryMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="identity.directorygroup",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.directoryperson",
                    ),
                ),
            ],
            options={
                "db_table": "directory_member",
            },
        ),
        migrations.CreateModel(
            name="DirectoryToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(max_length=16)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_by", models.CharField(max_length=150)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
                "db_table": "directory_token",
            },
        ),
        migrations.AddConstraint(
            model_name="directorygroup",
            constraint=models.UniqueConstraint(
                fields=("account", "name"), name="directory_group_name_once"
            ),
        ),
        migrations.AddIndex(
            model_name="directoryperson",
            index=models.Index(fields=["account", "user"], name="directory_person_of_account"),
        ),
        migrations.AddIndex(
            model_name="directoryperson",
            index=models.Index(fields=["account", "external_id"], name="directory_person_external"),
        ),
        migrations.AddConstraint(
            model_name="directorymember",
            constraint=models.UniqueConstraint(
                fields=("group", "person"), name="directory_member_once"
            ),
        ),
        migrations.AddIndex(
            model_name="directorytoken",
            index=models.Index(fields=["account", "-id"], name="directory_token_of_account"),
        ),
    ]
