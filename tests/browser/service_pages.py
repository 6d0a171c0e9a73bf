"""What the pages of services show: units that people have, one that failed, and units that are missing."""

from datetime import datetime
from typing import Any

from django.test import Client

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.seats.commands import assign_seats
from entrepot.domain.seats.models import Seat
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.flows.orders import order_day
from tests.support.people import SETUP, user


def service_pages(
    client: Client, account_id: int, *, now: datetime
) -> list[tuple[tuple[Any, ...], str]]:
    """Give a service to two people and choose more than there are units; return the pages about it."""
    item = SubscriptionItem.objects.filter(
        subscription__customer_id=account_id,
        subscription__status="active",
        is_measured=False,
        quantity__gte=2,
    ).order_by("quantity", "id")[0]
    crew = [
        user(account_id, f"crew.{n}", f"Crew Member {n}", role=RoleCode.USER, password=None)
        for n in range(1, int(item.quantity) + 3)
    ]
    assign_seats(
        account_id=account_id,
        resource_id=item.resource_id,
        user_ids=crew[:2],
        on_day=order_day(now=now),
        actor=SETUP,
        now=now,
    )
    Seat.objects.filter(user_id=crew[0]).update(state="failed", error="There is no mailbox.")
    number = item.resource_id
    client.post(f"/customer/services/{number}/assign/", {"whom": "all"})
    return [
        (("services",), ""),
        (("my-services",), ""),
        (("service", number), ""),
        (("service", number), "?state=failed"),
        (("service-assign", number), ""),
        (("service-assign", number), "?q=nobody-here"),
        (("service-options", number), "?all=1"),
    ]
