from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# One index per view and order of queries/choices.py, for one seller's rows, for the provider's (all rows) and for one
# buyer's. Written as SQL because models state them for nobody else and two of them are on an expression.
INDEXES = {
    "subscription_sold": "(seller_id, id)",
    "subscription_sold_name": "(seller_id, lower(customer_name), id)",
    "subscription_sold_status": "(seller_id, status, id)",
    "subscription_sold_status_name": "(seller_id, status, lower(customer_name), id)",
    "subscription_sold_term": "(seller_id, auto_renew, term_end, id) WHERE status = 'active'",
    "subscription_sold_trial": "(seller_id, trial_end, id) WHERE status = 'trial'",
    "subscription_name": "(lower(customer_name), id)",
    "subscription_status": "(status, id)",
    "subscription_status_name": "(status, lower(customer_name), id)",
    "subscription_term": "(auto_renew, term_end, id) WHERE status = 'active'",
    "subscription_trial": "(trial_end, id) WHERE status = 'trial'",
    "subscription_bought": "(customer_id, id)",
    "subscription_bought_term": "(customer_id, auto_renew, term_end, id) WHERE status = 'active'",
}


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0002_grid_date")]

    operations = [
        TrigramExtension(),
        *[
            migrations.RunSQL(
                f"CREATE INDEX {name}_ix ON subscription {columns}", f"DROP INDEX {name}_ix"
            )
            for name, columns in INDEXES.items()
        ],
        migrations.RunSQL(
            "CREATE INDEX subscription_search_ix ON subscription USING gin (search_text gin_trgm_ops)",
            "DROP INDEX subscription_search_ix",
        ),
    ]
