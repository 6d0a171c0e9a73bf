from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# What people type into a search box: beginnings of words of an account's or a person's name, the beginning of a login
# or an address, a whole external id. Written as SQL because half of them are on an expression.
INDEXES = {
    "account_search_ix": "account USING gin (name_key gin_trgm_ops)",
    "account_external_ix": "account (external_id) WHERE external_id <> ''",
    "user_search_ix": "party_user USING gin (upper(display_name) gin_trgm_ops)",
    "user_login_ix": "party_user (login text_pattern_ops)",
    "user_email_ix": "party_user (upper(email) text_pattern_ops) WHERE email <> ''",
}


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]

    operations = [
        TrigramExtension(),
        *[
            migrations.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}")
            for name, columns in INDEXES.items()
        ],
    ]
