"""Make a large world for benchmarks and proofs with a few set-based statements (recipe: docs/benchmarks.md)."""

from collections.abc import Callable
from datetime import date
from importlib import resources

from django.db import connection

from entrepot.domain.resale.commands.chains import keep_sale_places

STATEMENTS = (
    "01_parties",
    "02_catalogue",
    "03_billing_accounts",
    "04_subscriptions",
    "05_agreed_prices",
    "05_money",
)
_SEQUENCED = (
    "account",
    "subscription",
    "subscription_item",
    "billing_account",
    "chain",
    "tax_zone",
    "tax_category",
    "resource",
)


def make_world(
    *,
    subscriptions: int,
    due_percent: int,
    day: date,
    resellers: int | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> None:
    """Fill an empty, migrated database; `due_percent` percent of the subscriptions are due on `day`.

    Due ones are chosen by whole customer. Resellers: 1,000, or a hundredth of the subscriptions in small worlds.
    """
    values: dict[str, int | date] = {
        "subscriptions": subscriptions,
        "due_percent": due_percent,
        "day": day,
        "resellers": resellers or max(2, min(1000, subscriptions // 100)),
    }
    with connection.cursor() as cursor:
        for name in STATEMENTS:
            say(f"world: {name[3:].replace('_', ' ')}")
            cursor.execute(
                resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8"),
                values,
            )
        keep_sale_places(chain_ids=None)
        for table in _SEQUENCED:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
        say("world: statistics")
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")
