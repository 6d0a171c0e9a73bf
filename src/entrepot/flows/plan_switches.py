"""Switch a running subscription to another plan: what may follow it, what that costs, and the order that does it.

A switch is a change order (CH) for a subscription that takes the place of the running one; when its service is there,
the new one starts and the old one ends on that day, so both are priced at completion (docs/decisions/0015).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.catalog.models import PlanPeriod, PlanResource, PlanSwitch
from entrepot.domain.ordering import commands as ordering
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.commands import Wanted, add_subscriptions
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionItem
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.domain.subscriptions.sale import read_sale
from entrepot.flows.daily_billing import business_date
from entrepot.flows.effects.actions import sale_of
from entrepot.flows.effects.ahead import Ahead, look_ahead, taken_back
from entrepot.flows.effects.figures import Effect, effect
from entrepot.flows.order_amounts import amounts_seen, effects_of_sales, shown_bill
from entrepot.flows.orders import order_day
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.ids import IdKind

OPTIONS_MAX = 20


class SwitchRefused(Refused):
    """The plan is not offered for this switch, or somebody has to confirm it."""

    codes = frozenset({"switch_not_offered", "switch_zero_unconfirmed"})


class SwitchConflict(Conflict):
    """It costs something else than what was seen."""

    codes = frozenset({"switch_price_changed"})


@dataclass(frozen=True, slots=True)
class SwitchOption:
    """A plan period to which a subscription may go over; `takes_effect` and the rest are what the switch says."""

    plan_period_id: int
    plan_id: int
    plan_name: str
    term_months: int
    billing_months: int
    takes_effect: SwitchTime
    refunds: bool
    keeps_term_end: bool


@dataclass(frozen=True, slots=True)
class SwitchEffect:
    """What a switch costs the viewer's sale: `amounts.now` is what the first run bills for both subscriptions together.

    `amounts.before` and `amounts.after` are a whole period of the old and of the new plan. `is_upgrade` tells that the
    new one costs as much or more.
    """

    option: SwitchOption
    starts_on: date
    amounts: Effect

    @property
    def is_upgrade(self) -> bool:
        """Whether a period costs as much as before or more; setup fees do not count."""
        return self.amounts.after.price >= self.amounts.before.price


def switch_options(*, facts: SubscriptionFacts) -> tuple[SwitchOption, ...]:
    """Give what the subscription may switch to and its seller sells, at most 20; none unless it is active."""
    billing = SubBilling.objects.filter(pk=facts.id).first()
    if billing is None:
        return ()
    allowed = PlanSwitch.objects.filter(
        from_period_id=billing.plan_period_id, to_period__is_active=True
    ).select_related("to_period__plan")
    found = list(allowed.order_by("to_period__plan__name", "to_period_id")[:OPTIONS_MAX])
    if not found:
        return ()
    sale = read_sale(
        customer_id=billing.customer_id,
        plan_period_ids=[switch.to_period_id for switch in found],
        chain_id=billing.chain_id,
    )
    return tuple(
        SwitchOption(
            plan_period_id=switch.to_period_id,
            plan_id=switch.to_period.plan_id,
            plan_name=switch.to_period.plan.name,
            term_months=switch.to_period.term_months,
            billing_months=switch.to_period.billing_months,
            takes_effect=switch.takes_effect,
            refunds=switch.refunds,
            keeps_term_end=switch.keeps_term_end,
        )
        for switch in found
        if sale.periods[switch.to_period_id].is_sold
    )


def preview_switch(
    *, facts: SubscriptionFacts, plan_period_id: int, actor: Actor, now: datetime
) -> SwitchEffect:
    """Show what a switch would cost if its service were there now; nothing is written.

    Raises: SwitchRefused `switch_not_offered`; as `commands.require_switchable` and `add_subscriptions`; BusyRefused.
    """
    option = _option(facts, plan_period_id)
    day, run_day = order_day(now=now), business_date() or order_day(now=now)
    with taken_back(subscription_id=facts.id, run_day=run_day, now=now):
        held = commands.require_switchable(subscription_id=facts.id)
        target = held.billing.period_end or day
        with transaction.atomic():
            before = look_ahead(subscription_id=facts.id, target=target, run_day=run_day, now=now)
            transaction.set_rollback(True)
        number = _add(facts, plan_period_id, on_day=day, actor=actor, now=now)
        followed = commands.follow_subscription(
            subscription_id=number, day=day, actor=actor, now=now
        )
        starts_on = day if followed is None else followed.starts_on
        ended = look_ahead(
            subscription_id=facts.id, target=max(target, starts_on), run_day=run_day, now=now
        )
        begun = look_ahead(
            subscription_id=number, target=max(target, starts_on), run_day=run_day, now=now
        )
    together = Ahead(
        (*ended.charges, *begun.charges), begun.starts_on, ended.problem or begun.problem
    )
    amounts = effect(
        sale=sale_of(facts),
        before=before,
        after=together,
        target=max(target, starts_on),
        run_day=run_day,
        stands_still=False,
    )
    return SwitchEffect(option, starts_on, amounts)


def switch_plan(
    *,
    facts: SubscriptionFacts,
    plan_period_id: int,
    request_key: str,
    confirmed: Decimal,
    expected_version: int,
    actor: Actor,
    now: datetime,
    is_free_confirmed: bool = False,
) -> int:
    """Order a switch; return the order's id. The same request key again gives the order that it made.

    `confirmed` is what `preview_switch` showed as due now. The service is made at the vendor first; the old
    subscription ends when the new one begins.
    Raises: SwitchRefused; SwitchConflict `switch_price_changed`; SubscriptionConflict; as `ordering.place_orders`.
    """
    with transaction.atomic():
        known = Order.objects.filter(
            tenant_id=_wide(facts.id).tenant_id,
            request_key=request_key,
            subscription__follows_id=facts.id,
        ).first()
        if known is not None:
            return known.pk
        ordering.require_none_open(subscription_id=facts.id)
        commands.require_switchable(subscription_id=facts.id, expected_version=expected_version)

        def look(one: SubscriptionFacts) -> Effect:
            return preview_switch(
                facts=one, plan_period_id=plan_period_id, actor=actor, now=now
            ).amounts

        seen = preview_switch(facts=facts, plan_period_id=plan_period_id, actor=actor, now=now)
        sales = effects_of_sales(facts=facts, look=look)
        _require_confirmed(seen, facts, confirmed=confirmed, is_free_confirmed=is_free_confirmed)
        cart = _cart(facts, plan_period_id)
        (number,) = ordering.place_orders(
            cart,
            request_key=request_key,
            confirmed=ordering.estimate(cart, on_day=order_day(now=now)).total.first,
            is_free_confirmed=True,
            actor=actor,
            now=now,
            on_day=order_day(now=now),
        )
        kept = amounts_seen(sales, on_day=order_day(now=now))
        shown = shown_bill(sales[-1].effect)
        Order.objects.filter(pk=number).update(
            first_amount=shown.first,
            period_amount=shown.period,
            amounts=None if kept is None else kept.stored,
        )
    return number


def _require_confirmed(
    seen: SwitchEffect, facts: SubscriptionFacts, *, confirmed: Decimal, is_free_confirmed: bool
) -> None:
    number = f"{IdKind.SUBSCRIPTION.value}-{facts.id}"
    if seen.amounts.now.price != confirmed:
        raise SwitchConflict(
            "switch_price_changed",
            "The switch of {object} costs {amount} {currency} now.",
            object=number,
            next_step="Look at the new amounts and confirm them.",
            amount=seen.amounts.now.price,
            currency=seen.amounts.currency,
        )
    if seen.amounts.is_free and not is_free_confirmed:
        raise SwitchRefused(
            "switch_zero_unconfirmed",
            "This switch of {object} costs nothing, now and later.",
            object=number,
            next_step="Confirm that this is meant.",
        )


def _option(facts: SubscriptionFacts, plan_period_id: int) -> SwitchOption:
    for option in switch_options(facts=facts):
        if option.plan_period_id == plan_period_id:
            return option
    raise SwitchRefused(
        "switch_not_offered",
        "{object} cannot be switched to this plan.",
        object=f"{IdKind.SUBSCRIPTION.value}-{facts.id}",
        next_step="Choose one of the plans that are offered for it.",
    )


def _wide(subscription_id: int) -> Subscription:
    wide = Subscription.objects.filter(pk=subscription_id).first()
    if wide is None:
        raise NoSuchObject(object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}")
    return wide


def _quantities(subscription_id: int, plan_period_id: int) -> dict[int, Decimal]:
    """Give the units of the new plan: those of the same resource, else the first one's for the first of the plan."""
    items = list(
        SubscriptionItem.objects.filter(subscription_id=subscription_id).order_by("position", "id")
    )
    mine = {item.resource_id: item.quantity for item in items if not item.is_measured}
    plans = PlanPeriod.objects.filter(pk=plan_period_id).values("plan_id")
    offered = PlanResource.objects.filter(plan_id__in=plans, resource__is_measured=False).order_by(
        "position", "id"
    )
    resources = [row.resource_id for row in offered]
    same = {resource: mine[resource] for resource in resources if mine.get(resource)}
    first = next(iter(mine.values()), Decimal(0))
    return same or {resources[0]: first}


def _cart(facts: SubscriptionFacts, plan_period_id: int) -> Cart:
    billing = SubBilling.objects.get(pk=facts.id)
    return Cart(
        customer_id=billing.customer_id,
        lines=[Line(plan_period_id, _quantities(facts.id, plan_period_id))],
        chain_id=billing.chain_id,
        purchase_order=_wide(facts.id).purchase_order,
        follows_id=facts.id,
    )


def _add(
    facts: SubscriptionFacts, plan_period_id: int, *, on_day: date, actor: Actor, now: datetime
) -> int:
    cart = _cart(facts, plan_period_id)
    sale = read_sale(
        customer_id=cart.customer_id, plan_period_ids=[plan_period_id], chain_id=cart.chain_id
    )
    (wide,) = add_subscriptions(
        sale=sale,
        wanted=[Wanted(plan_period_id, cart.lines[0].quantities)],
        on_day=on_day,
        actor=actor,
        now=now,
        follows_id=facts.id,
    )
    return wide.pk
