from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "credit_act", ["held", "released", "released_until"]
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("invoice_id", models.BigIntegerField()),
                ("amount", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("applied_on", models.DateField()),
            ],
            options={
                "db_table": "allocation",
                "indexes": [
                    models.Index(fields=["invoice_id"], name="allocation_invoice"),
                    models.Index(
                        fields=["applied_on", "billing_account_id"], name="allocation_day"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="allocation_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditState",
            fields=[
                ("billing_account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                ("buyer_id", models.BigIntegerField()),
                ("overdue_since", models.DateField(null=True)),
                ("is_held", models.BooleanField(default=False)),
                ("held_on", models.DateField(null=True)),
                ("held_by_hand", models.BooleanField(default=False)),
                ("release_until", models.DateField(null=True)),
            ],
            options={
                "db_table": "credit_state",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_held", True)),
                        fields=["buyer_id"],
                        name="credit_state_held",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("buyer_id", models.BigIntegerField()),
                ("on_day", models.DateField()),
                ("act", entrepot.infra.db.fields.MigratedEnumField(type_name="credit_act")),
                ("until", models.DateField(null=True)),
                ("actor_name", models.CharField(blank=True, default="", max_length=150)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "db_table": "hold_event",
                "indexes": [
                    models.Index(
                        fields=["billing_account_id", "-on_day", "-id"], name="hold_event_recent"
                    )
                ],
            },
        ),
    ]
