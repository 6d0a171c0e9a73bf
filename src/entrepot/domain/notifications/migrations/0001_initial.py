import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
from entrepot.infra.db.operations import CreateEnum


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0007_brand_logos"),
    ]

    operations = [
        CreateEnum("message_state", ["waiting", "sending", "sent", "failed", "kept"]),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("seller_id", models.BigIntegerField()),
                ("brand_id", models.BigIntegerField()),
                ("account_name", models.CharField(max_length=250)),
                ("user_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=5)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("is_copy", models.BooleanField(default=False)),
                ("subject", models.CharField(max_length=250)),
                ("text", models.TextField()),
                ("html", models.TextField()),
                ("event", models.CharField(max_length=80)),
                ("source", models.CharField(max_length=400, unique=True)),
                ("again_of_id", models.BigIntegerField(null=True)),
                ("state", entrepot.infra.db.fields.MigratedEnumField(type_name="message_state")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("failure", models.CharField(blank=True, default="", max_length=20)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("mail_id", models.CharField(blank=True, default="", max_length=120)),
                ("created_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(null=True)),
                ("valid_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "account",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "message",
                "indexes": [
                    models.Index(fields=["seller_id", "-id"], name="message_of_seller"),
                    models.Index(
                        fields=["seller_id", "state", "-id"], name="message_of_seller_state"
                    ),
                    models.Index(
                        fields=["seller_id", "kind", "-id"], name="message_of_seller_kind"
                    ),
                    models.Index(fields=["account", "-id"], name="message_of_account"),
                    models.Index(
                        models.F("seller_id"),
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("address"),
                            name="text_pattern_ops",
                        ),
                        name="message_of_seller_address",
                    ),
                    models.Index(
                        models.F("seller_id"),
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("account_name"),
                            name="text_pattern_ops",
                        ),
                        name="message_of_seller_name",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "sending"))),
                        fields=["next_try_at", "id"],
                        name="message_open",
                    ),
                ],
                "constraints": [
                    entrepot.infra.db.models.TenantKey(name="message_tenant_key"),
                    entrepot.infra.db.models.TenantReference(
                        column="account_id", name="message_account", to_table="account"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("address", models.CharField(max_length=254)),
                ("topics", models.JSONField(default=list)),
                (
                    "account",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "message_recipient",
                "constraints": [
                    entrepot.infra.db.models.TenantReference(
                        column="account_id", name="message_recipient_account", to_table="account"
                    ),
                    models.UniqueConstraint(
                        fields=("account", "address"), name="message_recipient_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("kind", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=5)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("version", models.IntegerField(default=1)),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "db_table": "message_template",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "kind", "language"), name="message_template_once"
                    )
                ],
            },
        ),
    ]
