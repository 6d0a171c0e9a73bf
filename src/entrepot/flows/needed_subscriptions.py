"""Which running subscriptions of a customer need another one: asked before that one is cancelled."""

from decimal import Decimal

from entrepot.domain.catalog.needs import needs_of
from entrepot.domain.catalog.rules import missing_plans
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.kernel.ids import IdKind, format_id

_THERE = (Status.ORDERED, Status.TRIAL, Status.ACTIVE, Status.GRACED)
_READ_MAX = 1000


def needed_by(*, facts: SubscriptionFacts, most: int = 5) -> tuple[str, ...]:
    """Name the subscriptions whose plan needs the plan of this one, which nothing else of the customer gives.

    At most `most` texts such as `Copilot (SUB-12)`, by id; none where another subscription has the plan, or one of its
    alternatives. The newest 1,000 running subscriptions of the customer are looked at. Two statements and one for each
    step of needs.
    """
    rows = (
        Subscription.objects.filter(customer_id=facts.customer_id, status__in=_THERE)
        .exclude(pk=facts.id)
        .order_by("-id")
        .values_list("id", "plan_id", "plan_name")[:_READ_MAX]
    )
    others = sorted(rows)
    there = {plan for _number, plan, _name in others}
    if not there or facts.plan.id in there:
        return ()
    needs = [one for one in needs_of(plan_ids=there) if one.plan_id in there]
    if not any(one.needed_id == facts.plan.id for one in needs):
        return ()
    found = []
    for number, plan, name in others:
        own = [one for one in needs if one.plan_id == plan]
        lacks = missing_plans(units_by_plan={plan: Decimal(1)}, owned=there, needs=own)
        asks = any(one.needed_id == facts.plan.id for one in own)
        if asks and any(one.needed_by == plan for one in lacks):
            found.append(f"{name} ({format_id(kind=IdKind.SUBSCRIPTION, number=number)})")
    return tuple(found[:most])
