"""Play what sellers set up, and the orders of subscriptions' pages, with the commands that clicks would call."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from entrepot.demo.acts import (
    Approvals,
    Needs,
    OrderCancellation,
    Promise,
    RenewalOrder,
    Switches,
    UnitsOrder,
)
from entrepot.demo.stage import Stage
from entrepot.domain.catalog.commands import allow_switch, set_needs
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.ordering.commands.workflows import WorkflowValues, save_workflow
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.commands import NewPromotion, create_promotion
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries import SubscriptionFacts, subscription_facts
from entrepot.flows.orders import cancel_order
from entrepot.flows.renewals import order_renewal
from entrepot.flows.subscription_actions import change_quantity


def promise(stage: Stage, act: Promise) -> None:
    """Give a promotion."""
    create_promotion(
        seller_id=stage.accounts[act.seller],
        wanted=NewPromotion(
            name=act.name,
            code=act.code,
            plan_id=_plan(act.plan) if act.plan else None,
            parent_plan_id=_plan(act.parent_plan) if act.parent_plan else None,
            recurring_ppm=act.recurring_ppm,
            setup_ppm=act.setup_ppm,
            valid_from=stage.today,
            valid_to=stage.today + timedelta(days=act.days),
        ),
        today=stage.today,
        **stage.made,
    )


def allow_switches(stage: Stage, act: Switches) -> None:
    """Allow a plan switch for each of the months."""
    for term, billing in act.months:
        source, target = (
            PlanPeriod.objects.get(plan_id=_plan(name), term_months=term, billing_months=billing)
            for name in (act.plan, act.to)
        )
        allow_switch(from_period_id=source.id, to_period_id=target.id, **stage.made)


def need(stage: Stage, act: Needs) -> None:
    """Say that a plan is bought with one of others."""
    numbers = [_plan(name) for name in act.one_of]
    set_needs(
        plan_id=_plan(act.plan),
        needs=dict.fromkeys(numbers, False),
        choices=dict.fromkeys(numbers, 1),
        **stage.made,
    )


def approve(stage: Stage, act: Approvals) -> None:
    """Have a seller's administrators approve what its customers order."""
    seller = stage.accounts[act.seller]
    people = Membership.objects.filter(account_id=seller, role=RoleCode.ADMINISTRATOR)
    save_workflow(
        seller_id=seller,
        values=WorkflowValues(
            name=act.name,
            audience=Audience.CUSTOMERS,
            steps=[sorted(people.values_list("user_id", flat=True))],
            timeout_hours=act.hours,
            at_timeout=AtTimeout.REJECT,
            above_amount=Decimal(act.above),
            currency="EUR",
        ),
        **stage.made,
    )


def cancel(stage: Stage, act: OrderCancellation) -> None:
    """Cancel an order."""
    number = Order.objects.get(request_key=act.key).id
    cancel_order(order_id=number, comment=act.comment, **stage.made)


def order_units(stage: Stage, number: int, act: UnitsOrder) -> None:
    """Order other units of a subscription's first resource, as its seller."""
    plan = Subscription.objects.values_list("plan_id", flat=True).get(pk=number)
    unit = PlanResource.objects.get(plan_id=plan, position=0)
    seen = _facts(stage, number)
    change_quantity(
        resource_id=unit.resource_id,
        quantity=Decimal(act.quantity),
        effective_on=stage.today,
        today=stage.today,
        **seen,
    )


def order_renewal_of(stage: Stage, number: int, act: RenewalOrder) -> None:
    """Order one more term of a subscription, as its seller."""
    order_renewal(request_key=act.key, today=stage.today, **_facts(stage, number))


def _plan(name: str) -> int:
    return Plan.objects.values_list("id", flat=True).get(name=name)


def _facts(stage: Stage, number: int) -> dict[str, Any]:
    """Look at a subscription as an administrator of its seller does."""
    seller = Subscription.objects.values_list("seller_id", flat=True).get(pk=number)
    member = Membership.objects.filter(account_id=seller, role=RoleCode.ADMINISTRATOR).earliest(
        "id"
    )
    viewer = build_viewer(user_id=member.user_id, account_id=seller, now=stage.now)
    facts: SubscriptionFacts = subscription_facts(viewer, subscription_id=number)
    return {
        "facts": facts,
        "expected_version": facts.version,
        "actor": viewer.actor(),
        "now": stage.now,
    }
