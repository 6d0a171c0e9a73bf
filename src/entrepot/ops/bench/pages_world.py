"""The world of the page benchmark: the billing benchmark's, with a year of documents and everything that pages read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from importlib import resources

from django.db import connection

from entrepot.domain.parties.models import Hub
from entrepot.flows.home.sales import keep_month_ends
from entrepot.ops.bench.people import LARGE_RESELLER, PROVIDER, make_people
from entrepot.ops.bench.world import make_world

LINES_PER_SUBSCRIPTION_MAX = 15
FEW_RESOURCES, MANY_RESOURCES = 10, 1_000
_MONTHS = 12
# Charges of one month: 1.24 items a subscription on two tiers and a bit, less those of the resellers' own use.
_CHARGES_PER_MONTH = 2.3
# Somewhat more than asked for, because customers differ; the statement stops at the number asked for.
_MORE_DRAWN = 1.25
_DUE_PERCENT = 3
_STATEMENTS = (
    "11_states",
    "12_own_use",
    "13_charges",
    "14_documents",
    "15_lines",
    "16_history",
    "17_operation",
    "18_resources",
    "19_plan_resources",
)


def make_pages_world(
    *,
    subscriptions: int,
    lines: int,
    day: date,
    say: Callable[[str], None] = lambda _text: None,
) -> None:
    """Fill an empty, migrated database with `subscriptions` and `lines` invoice lines as they are on `day`.

    At least 1,000 subscriptions; at most `LINES_PER_SUBSCRIPTION_MAX` lines for each.
    """
    make_world(subscriptions=subscriptions, due_percent=_DUE_PERCENT, day=day, say=say)
    Hub.objects.create(provider_id=PROVIDER)
    people = make_people()
    drawn = lines * _MORE_DRAWN / (subscriptions * _CHARGES_PER_MONTH * _MONTHS)
    values: dict[str, int | date] = {
        "day": day,
        "reseller": LARGE_RESELLER,
        "customer": people.customer.account_id,
        "own": max(120, subscriptions // 500),
        "bought": max(120, subscriptions // 2000),
        "lines": lines,
        "share": min(10_000, round(drawn * 10_000)),
        "aside": max(120, subscriptions // 1000),
        "user_id": people.provider.user_id,
        "few": FEW_RESOURCES,
        "many": MANY_RESOURCES,
        "first_resource": 1_000,
    }
    write_parts(names=_STATEMENTS, values=values, say=say)
    say("world: month ends")
    keep_month_ends(day=day.replace(day=1) - timedelta(days=1))
    say("world: statistics")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")


def write_parts(
    *, names: Sequence[str], values: Mapping[str, int | date], say: Callable[[str], None]
) -> None:
    """Run statements of this package, each with the values that it names."""
    with connection.cursor() as cursor:
        for name in names:
            say(f"world: {name[3:].replace('_', ' ')}")
            cursor.execute(
                resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8"),
                values,
            )
            # Later statements join what this one wrote.
            cursor.execute("ANALYZE")


def counted() -> Mapping[str, int]:
    """Count what the world has: `subscriptions` and `lines`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM subscription), (SELECT count(*) FROM invoice_line)"
        )
        found = cursor.fetchone()
    return {"subscriptions": found[0], "lines": found[1]}
