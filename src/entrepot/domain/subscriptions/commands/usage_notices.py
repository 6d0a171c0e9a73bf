"""Tell that much of what is included in a period was used."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection, transaction

from entrepot.domain.subscriptions.events import IncludedUnitsUsed
from entrepot.domain.subscriptions.rules import USAGE_SHARES
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus


def give_usage_notices(*, subscription_ids: Collection[int], on_day: date, now: datetime) -> int:
    """Note and announce what reached a share of its included units in its running period; return how many.

    One statement, whatever the number of subscriptions: each resource, period and share once for ever
    (docs/decisions/0022-shares-of-included-units.md). Resources of which nothing is included are never told of.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        given = statement("entrepot.domain.subscriptions", "give_usage_notices").rows(
            cursor,
            subscriptions=sorted(subscription_ids),
            shares=list(USAGE_SHARES),
            on_day=on_day,
        )
        for subscription_id, tenant_id, item_id, share in given:
            bus.publish(IncludedUnitsUsed(subscription_id, tenant_id, item_id, share, now))
    return len(given)
