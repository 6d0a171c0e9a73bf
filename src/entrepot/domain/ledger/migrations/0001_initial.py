from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        entrepot.infra.db.operations.CreateEnum(
            "ledger_account",
            ["receivable", "account_credit", "revenue", "tax", "cash", "write_off"],
        ),
        entrepot.infra.db.operations.CreateEnum(
            "transfer_cause", ["invoice", "credit_note", "payment", "allocation"]
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("billing_account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                (
                    "receivable",
                    entrepot.infra.db.fields.AmountField(
                        decimal_places=3, default=0, max_digits=20
                    ),
                ),
                (
                    "account_credit",
                    entrepot.infra.db.fields.AmountField(
                        decimal_places=3, default=0, max_digits=20
                    ),
                ),
            ],
            options={
                "db_table": "balance",
                "indexes": [
                    models.Index(
                        condition=models.Q(("account_credit__gt", 0)),
                        fields=["billing_account_id"],
                        name="balance_with_credit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("billing_account_id", models.BigIntegerField()),
                ("debit", entrepot.infra.db.fields.MigratedEnumField(type_name="ledger_account")),
                ("credit", entrepot.infra.db.fields.MigratedEnumField(type_name="ledger_account")),
                ("amount", entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20)),
                ("posted_on", models.DateField()),
                ("cause", entrepot.infra.db.fields.MigratedEnumField(type_name="transfer_cause")),
                ("document_id", models.BigIntegerField(null=True)),
                ("reference", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "transfer",
                "indexes": [
                    models.Index(fields=["posted_on", "billing_account_id"], name="transfer_by_day")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="transfer_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="transfer_two_accounts",
                    ),
                ],
            },
        ),
    ]
