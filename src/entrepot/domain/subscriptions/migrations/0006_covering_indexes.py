from django.db import migrations


class Migration(migrations.Migration):
    """Count along indexes alone: a buyer's active subscriptions, and what a seller searches by frequent words."""

    dependencies = [("subscriptions", "0005_late_usage")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX subscription_bought_status_ix ON subscription (customer_id, status, id)",
            "DROP INDEX subscription_bought_status_ix",
        ),
        migrations.RunSQL("DROP INDEX subscription_sold_ix", migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE INDEX subscription_sold_ix ON subscription (seller_id, id) INCLUDE (search_text)",
            "DROP INDEX subscription_sold_ix; CREATE INDEX subscription_sold_ix ON subscription (seller_id, id)",
        ),
    ]
