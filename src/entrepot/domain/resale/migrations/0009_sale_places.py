from django.db import migrations, models

from entrepot.infra.db.row_security import Walled, below

FILL = """
INSERT INTO sale_place (seller_id, tier, market, cost_currency, currency, chain_id)
SELECT link.seller_id, link.tier, chain.market, coalesce(bought.currency, ''), sold.currency, min(chain.id)
FROM chain
INNER JOIN chain_link AS link ON link.chain_id = chain.id
INNER JOIN billing_account AS sold ON sold.id = link.billing_account_id
LEFT JOIN chain_link AS above ON above.chain_id = link.chain_id AND above.tier = link.tier - 1
LEFT JOIN billing_account AS bought ON bought.id = above.billing_account_id
GROUP BY link.seller_id, link.tier, chain.market, bought.currency, sold.currency
"""


class Migration(migrations.Migration):
    """Keep where each seller sells, behind the second wall."""

    dependencies = [("parties", "0016_mail_beginnings"), ("resale", "0008_tenants_in_indexes")]

    operations = [
        migrations.CreateModel(
            name="SalePlace",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "seller_id",
                        "tier",
                        "market",
                        "cost_currency",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("seller_id", models.BigIntegerField()),
                ("tier", models.SmallIntegerField()),
                ("market", models.CharField(max_length=20)),
                ("cost_currency", models.CharField(blank=True, max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("chain_id", models.BigIntegerField()),
            ],
            options={"db_table": "sale_place"},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        Walled("sale_place", below("seller_id")),
    ]
