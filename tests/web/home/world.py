"""A generated world with every figure that home pages read, and people at work in it."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.db import connection
from django.test import Client

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, Hub, User
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.daily_billing import run_day
from entrepot.ops.bench.world import make_world
from tests.support.clients import proved
from tests.support.people import brand, user

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 16, 7, 30, tzinfo=UTC)
APRIL = datetime(2026, 4, 16, 7, 30, tzinfo=UTC)
PROVIDER, RESELLER, RIVAL = 1, 2, 3

# What the run leaves in subscription_money after a term start, for all subscriptions and tiers.
_MONEY = """
INSERT INTO subscription_money (
    tenant_id, subscription_id, tier, seller_id, currency, monthly_price, monthly_cost
)
SELECT s.tenant_id, s.id, link.tier, link.seller_id, 'EUR',
    round(sum(item.quantity * price.unit_price * (1000000 - price.discount_ppm)) / 1000000, 2),
    round(sum(item.quantity * price.unit_cost), 2)
FROM subscription AS s
JOIN chain_link AS link ON link.chain_id = s.chain_id
JOIN subscription_item AS item ON item.subscription_id = s.id
JOIN agreed_price AS price
    ON price.item_id = item.id AND price.tier = link.tier AND price.kind = 'recurring'
    AND price.valid_to IS NULL
GROUP BY s.id, link.tier, link.seller_id
ON CONFLICT (subscription_id, tier) DO UPDATE
SET monthly_price = excluded.monthly_price, monthly_cost = excluded.monthly_cost
"""


def billed_world(*, subscriptions: int) -> None:
    """Make a world, bill its first day and bring the figures of lists up to date."""
    make_world(subscriptions=subscriptions, due_percent=100, day=DAY)
    run_day(day=DAY, now=NOW)
    run_sql(_MONEY)
    Hub.objects.get_or_create(provider=Account.objects.get(pk=PROVIDER))
    brand(PROVIDER, "bench", "BEN")


def run_sql(sql: str, values: list[object] | None = None) -> list[tuple]:
    """Run one statement; return its rows, none for one that only writes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def viewer_of(account_id: int, *, role: RoleCode = RoleCode.ADMINISTRATOR, now=NOW) -> Viewer:
    """Return a new person of an account at work."""
    login = f"person.{account_id}.{role.value}"
    number = User.objects.filter(login=login).values_list("id", flat=True).first()
    number = number or user(account_id, login, "Pat Person", role=role)
    return build_viewer(user_id=number, account_id=account_id, now=now)


def browser_of(viewer: Viewer, *, language: str = "en") -> Client:
    """Return a browser in which the person is signed in."""
    User.objects.filter(pk=viewer.user_id).update(language=language)
    client = Client(SERVER_NAME="bench.localhost")
    client.force_login(
        User.objects.get(pk=viewer.user_id), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    return proved(client)


def a_customer(seller_id: int) -> int:
    """Return a customer of a seller that has subscriptions."""
    return (
        Subscription.objects.filter(seller_id=seller_id)
        .order_by("id")
        .values_list("customer_id", flat=True)[0]
    )
