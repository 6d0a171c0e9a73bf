import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import entrepot.infra.db.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0013_kept_outside"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Portal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("realm", models.CharField(max_length=120)),
                ("slug", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=80)),
                ("issuer", models.CharField(max_length=300)),
                ("client_id", models.CharField(max_length=200)),
                ("sealed_secret", models.TextField()),
                ("scopes", models.CharField(max_length=200)),
                ("login_claim", models.CharField(max_length=80)),
                ("role", entrepot.infra.db.fields.MigratedEnumField(type_name="role_code")),
                ("checks_second_factor", models.BooleanField(default=False)),
                ("is_on", models.BooleanField(default=False)),
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
                "db_table": "portal",
            },
        ),
        migrations.CreateModel(
            name="ExternalIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=255)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "portal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.portal",
                    ),
                ),
            ],
            options={
                "db_table": "external_identity",
            },
        ),
        migrations.CreateModel(
            name="PortalDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("realm", models.CharField(max_length=120)),
                ("domain", models.CharField(max_length=253)),
                (
                    "portal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="identity.portal",
                    ),
                ),
            ],
            options={
                "db_table": "portal_domain",
            },
        ),
        migrations.AddIndex(
            model_name="portal",
            index=models.Index(fields=["account", "name"], name="portal_of_account"),
        ),
        migrations.AddConstraint(
            model_name="portal",
            constraint=models.UniqueConstraint(
                fields=("realm", "slug"), name="portal_slug_once_per_realm"
            ),
        ),
        migrations.AddConstraint(
            model_name="externalidentity",
            constraint=models.UniqueConstraint(
                fields=("portal", "subject"), name="external_identity_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="externalidentity",
            constraint=models.UniqueConstraint(
                fields=("portal", "user"), name="external_identity_of_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="portaldomain",
            constraint=models.UniqueConstraint(
                fields=("realm", "domain"), name="portal_domain_once_per_realm"
            ),
        ),
    ]
