"""Plans of the marketplace that a customer does not have yet, for its home page."""

from datetime import datetime

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.buyers import buyer_for
from entrepot.domain.resale.offers import Offer, list_offers
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.orders import order_day

_THERE = (Status.ORDERED, Status.TRIAL, Status.ACTIVE, Status.GRACED)
_LOOKED_AT = 12


def picks_for(viewer: Viewer, *, limit: int, now: datetime) -> tuple[Offer, ...]:
    """Give the first plans in the order of the marketplace that can be ordered and that the account does not have.

    At most `limit` of the first 12; the number of statements does not depend on what the account has.
    """
    buyer = buyer_for(viewer, account_id=None)
    page = list_offers(viewer, buyer=buyer, on_day=order_day(now=now), limit=_LOOKED_AT)
    asked = [one.id for one in page.rows]
    owned = set(
        Subscription.objects.filter(
            customer_id=viewer.account_id, plan_id__in=asked, status__in=_THERE
        )
        .values_list("plan_id", flat=True)
        .distinct()
    )
    found = [one for one in page.rows if one.id not in owned and one.cheapest is not None]
    return tuple(found[:limit])
