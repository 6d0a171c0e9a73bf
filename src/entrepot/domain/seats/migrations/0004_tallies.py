from django.db import migrations, models

from entrepot.infra.db.row_security import Walled, below

FILL = """
INSERT INTO seat_tally (tenant_id, account_id, item_id, resource_id, units)
SELECT tenant_id, account_id, item_id, resource_id, count(*)
FROM seat
GROUP BY tenant_id, account_id, item_id, resource_id
"""


class Migration(migrations.Migration):
    """Count units that people have as they are given and taken, behind the second wall."""

    dependencies = [("parties", "0016_mail_beginnings"), ("seats", "0003_counted_behind_the_wall")]

    operations = [
        migrations.CreateModel(
            name="SeatTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("resource_id", models.BigIntegerField()),
                ("units", models.IntegerField()),
            ],
            options={
                "db_table": "seat_tally",
                "indexes": [
                    models.Index(fields=["account_id", "resource_id"], name="seat_tally_account"),
                    models.Index(fields=["item_id"], name="seat_tally_item"),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        Walled("seat_tally", below("account_id").in_tenant()),
        migrations.RemoveIndex(model_name="seat", name="seat_account_resource"),
        migrations.RemoveIndex(model_name="seat", name="seat_failed"),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                fields=["account", "resource", "state"],
                include=["tenant_id"],
                condition=models.Q(("state", "assigned"), _negated=True),
                name="seat_unsettled",
            ),
        ),
    ]
