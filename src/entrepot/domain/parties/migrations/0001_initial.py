import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "account_kind", ["provider", "reseller", "customer"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "account_status", ["pending", "active", "cancelled"]
        ),
        entrepot.infra.db.operations.CreateEnum(
            "role_code", ["administrator", "billing", "support", "read_only"]
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("username", models.CharField(max_length=400, unique=True)),
                ("realm", models.CharField(max_length=120)),
                ("login", models.CharField(max_length=256)),
                ("display_name", models.CharField(max_length=150)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("language", models.CharField(default="en", max_length=5)),
                ("timezone", models.CharField(default="Europe/Berlin", max_length=60)),
                ("is_active", models.BooleanField(default=True)),
                ("date_joined", models.DateTimeField()),
            ],
            options={
                "db_table": "party_user",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("realm", "login"), name="user_login_once_per_realm"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="account_kind")),
                ("path", models.TextField(unique=True)),
                ("depth", models.SmallIntegerField()),
                ("name", models.CharField(max_length=250)),
                ("name_key", models.CharField(max_length=250)),
                (
                    "status",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="active", type_name="account_status"
                    ),
                ),
                ("admin_hold", models.BooleanField(default=False)),
                ("credit_hold", models.BooleanField(default=False)),
                ("is_operating_unit", models.BooleanField(default=False)),
                ("country", models.CharField(max_length=2)),
                ("region", models.CharField(blank=True, default="", max_length=80)),
                ("street", models.CharField(blank=True, default="", max_length=250)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("city", models.CharField(blank=True, default="", max_length=120)),
                ("tax_number", models.CharField(blank=True, default="", max_length=40)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("language", models.CharField(default="en", max_length=5)),
                ("currency", models.CharField(max_length=3)),
                ("external_id", models.CharField(blank=True, default="", max_length=80)),
                ("opened_on", models.DateField()),
                ("version", models.IntegerField(default=1)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "account",
            },
        ),
        migrations.CreateModel(
            name="Brand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=120, unique=True)),
                ("display_name", models.CharField(max_length=120)),
                ("accent", models.CharField(default="#3b4fd8", max_length=7)),
                ("logo_icon", models.CharField(default="package", max_length=40)),
                ("document_prefix", models.CharField(max_length=10, unique=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "brand",
            },
        ),
        migrations.CreateModel(
            name="Hub",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("timezone", models.CharField(default="Europe/Berlin", max_length=60)),
                (
                    "provider",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "hub",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", entrepot.infra.db.fields.MigratedEnumField(type_name="role_code")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "membership",
            },
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["path"], name="account_subtree", opclasses=["text_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["tenant_id", "kind", "name_key", "id"], name="account_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["kind", "name_key", "id"], name="account_kind_name"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=entrepot.infra.db.models.TenantKey(name="account_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("depth__gte", 0), ("depth__lte", 5)),
                name="account_depth_bounds",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["account"], name="membership_account"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "account"), name="membership_once"),
        ),
    ]
