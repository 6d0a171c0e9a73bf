import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
from entrepot.infra.db.operations import AppendOnly, CreateEnum

# Lists of accounts with a mail address, and of those that are cancelled, pending or on hold: few of many.
_SPECIAL = "WHERE status <> 'active' OR admin_hold OR credit_hold"
INDEXES = {
    "account_email_ix": "account (upper(email) text_pattern_ops) WHERE email <> ''",
    "account_special_child": f"account (parent_id, name_key, id) {_SPECIAL}",
    "account_special_kind": f"account (kind, name_key, id) {_SPECIAL}",
}


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0005_account_statistics"),
    ]

    operations = [
        CreateEnum("contact_kind", ["admin", "billing", "technical"]),
        CreateEnum(
            "account_act",
            [
                "opened",
                "edited",
                "contacts_edited",
                "admin_held",
                "admin_released",
                "converted",
                "user_created",
                "link_issued",
                "set_up",
            ],
        ),
        # A seller's external ids were not checked before: later accounts with the same one get their number behind it.
        migrations.RunSQL(
            "UPDATE account SET external_id = left(account.external_id, 55) || '-' || account.id "
            "FROM account AS earlier "
            "WHERE account.external_id <> '' AND earlier.parent_id = account.parent_id "
            "AND earlier.external_id = account.external_id AND earlier.id < account.id",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="AccountContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("kind", entrepot.infra.db.fields.MigratedEnumField(type_name="contact_kind")),
                ("name", models.CharField(max_length=150)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("street", models.CharField(blank=True, default="", max_length=250)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("city", models.CharField(blank=True, default="", max_length=120)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
            ],
            options={
                "db_table": "account_contact",
            },
        ),
        migrations.CreateModel(
            name="AccountEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField()),
                ("act", entrepot.infra.db.fields.MigratedEnumField(type_name="account_act")),
                ("actor_name", models.CharField(max_length=150)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "account_event",
            },
        ),
        migrations.CreateModel(
            name="AccountNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("owner_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("author_name", models.CharField(max_length=150)),
                ("text", models.TextField()),
                ("request_key", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "db_table": "account_note",
            },
        ),
        migrations.CreateModel(
            name="SellerSetup",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="parties.account",
                    ),
                ),
                ("sales_currency", models.CharField(blank=True, default="", max_length=3)),
                ("steps_done", models.JSONField(default=list)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "seller_setup",
            },
        ),
        migrations.AddField(
            model_name="account",
            name="phone_checked",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="account",
            name="request_key",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(
                    ("phone_checked", False), models.Q(("phone", ""), _negated=True)
                ),
                fields=["parent", "name_key", "id"],
                name="account_phone_unchecked",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("parent", "external_id"),
                name="account_external_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("parent", "request_key"),
                name="account_request_once",
            ),
        ),
        migrations.AddField(
            model_name="accountcontact",
            name="account",
            field=entrepot.infra.db.models.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.account",
            ),
        ),
        migrations.AddField(
            model_name="accountevent",
            name="account",
            field=entrepot.infra.db.models.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.account",
            ),
        ),
        migrations.AddField(
            model_name="accountnote",
            name="account",
            field=entrepot.infra.db.models.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.account",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountcontact",
            constraint=entrepot.infra.db.models.TenantReference(
                column="account_id", name="account_contact_of", to_table="account"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountcontact",
            constraint=models.UniqueConstraint(
                fields=("account", "kind"), name="account_contact_once"
            ),
        ),
        migrations.AddIndex(
            model_name="accountevent",
            index=models.Index(fields=["account", "-at", "-id"], name="account_event_recent"),
        ),
        migrations.AddConstraint(
            model_name="accountevent",
            constraint=entrepot.infra.db.models.TenantReference(
                column="account_id", name="account_event_of", to_table="account"
            ),
        ),
        migrations.AddIndex(
            model_name="accountnote",
            index=models.Index(
                fields=["account", "owner_id", "-at", "-id"], name="account_note_recent"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountnote",
            constraint=entrepot.infra.db.models.TenantReference(
                column="account_id", name="account_note_of", to_table="account"
            ),
        ),
        *[
            migrations.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}")
            for name, columns in INDEXES.items()
        ],
        AppendOnly("account_event"),
        AppendOnly("account_note"),
    ]
