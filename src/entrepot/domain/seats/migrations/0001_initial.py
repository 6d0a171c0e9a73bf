import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.models
from entrepot.infra.db.operations import CreateEnum


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0011_windows"),
        ("parties", "0010_acting"),
        ("subscriptions", "0011_full_refunds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateEnum("seat_state", ["assigning", "assigned", "failed", "releasing", "stuck"]),
        migrations.CreateModel(
            name="SeatUse",
            fields=[
                ("item_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                ("used", entrepot.infra.db.fields.QuantityField(decimal_places=6, max_digits=20)),
                ("on_day", models.DateField()),
            ],
            options={
                "db_table": "seat_use",
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("state", entrepot.infra.db.fields.MigratedEnumField(type_name="seat_state")),
                ("operation_id", models.BigIntegerField(null=True)),
                ("error", models.CharField(blank=True, db_default="", default="", max_length=1000)),
                ("assigned_by", models.CharField(max_length=150)),
                ("changed_at", models.DateTimeField()),
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
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.subscriptionitem",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
                    ),
                ),
                (
                    "subscription",
                    entrepot.infra.db.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.subscription",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "seat",
                "indexes": [
                    models.Index(fields=["user"], name="seat_user"),
                    models.Index(fields=["account", "resource"], name="seat_account_resource"),
                    models.Index(fields=["subscription"], name="seat_subscription_ix"),
                    models.Index(
                        condition=models.Q(("operation_id__isnull", False)),
                        fields=["operation_id"],
                        name="seat_operation",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["failed", "stuck"])),
                        fields=["account", "id"],
                        name="seat_failed",
                    ),
                ],
                "constraints": [
                    entrepot.infra.db.models.TenantReference(
                        column="account_id", name="seat_account", to_table="account"
                    ),
                    entrepot.infra.db.models.TenantReference(
                        column="subscription_id", name="seat_subscription", to_table="subscription"
                    ),
                    models.UniqueConstraint(fields=("item", "user"), name="seat_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeatWait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField(editable=False)),
                ("order_id", models.BigIntegerField()),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("error", models.CharField(blank=True, db_default="", default="", max_length=1000)),
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
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.resource",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "seat_wait",
                "indexes": [
                    models.Index(fields=["user"], name="seat_wait_user"),
                    models.Index(fields=["account", "resource"], name="seat_wait_account_resource"),
                ],
                "constraints": [
                    entrepot.infra.db.models.TenantReference(
                        column="account_id", name="seat_wait_account", to_table="account"
                    ),
                    models.UniqueConstraint(
                        fields=("order_id", "user", "resource"), name="seat_wait_once"
                    ),
                ],
            },
        ),
    ]
