"""From people who need a service to the units that they get: what supplies it, what it costs, and buying it.

A resource is supplied by itself and by every composite one that holds it. Free units come first; what is missing can be
bought as more units of a subscription that the account has, or as a plan that is sold to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanResource, ResourcePart
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.buyers import Buyer, buyer_for
from entrepot.domain.resale.offers import Offer, OfferPeriod, offers_of_plans
from entrepot.domain.seats.commands import await_units
from entrepot.domain.seats.supply import Supply, handed_out, holding_resources, supply_of
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows.marketplace import order_cart, see_cart
from entrepot.flows.marketplace_lines import CartLine, SeenCart
from entrepot.flows.orders import order_day
from entrepot.flows.seat_events import enqueue_completion
from entrepot.flows.seat_jobs import hand_out
from entrepot.flows.subscription_actions import change_quantity, changeable, preview_quantity
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import DomainError

PLANS_MAX = 8
PLANS_ASKED = 200
MORE_MAX = 4
MORE, PLAN = "more", "plan"


@dataclass(frozen=True, slots=True)
class Option:
    """One way to get the units that are missing.

    `kind` is "more" (further units of subscription `ref`) or "plan" (a new subscription of plan period `ref`).
    `units` are bought, `total` is the new number of units of the subscription. `first` and `each` are what the first
    bill takes more and a regular period then, without tax; None where the viewer sees no prices. `months` is how
    long such a period is. `holds` names what the units hold beside the resource that is needed. `refusal` is what
    stands in the way, None for what can be bought. `is_whole` marks the resource itself, not a composite one.
    """

    kind: str
    ref: int
    name: str
    resource_id: int
    resource: str
    holds: tuple[str, ...]
    is_whole: bool
    units: Decimal
    total: Decimal
    currency: str
    first: Decimal | None
    each: Decimal | None
    months: int
    term_months: int
    problem: str = ""
    confirmed: Decimal | None = None
    is_free: bool = False

    @property
    def key(self) -> str:
        """Name the option in a form."""
        return f"{self.kind}-{self.ref}-{self.resource_id}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What people need, what is free, and how the rest can be bought, the usual way first."""

    resource_id: int
    name: str
    wanted: int
    free: int
    options: tuple[Option, ...]

    @property
    def short(self) -> int:
        """Tell how many units are missing."""
        return max(self.wanted - self.free, 0)

    @property
    def usual(self) -> Option | None:
        """Give the option to propose: the first that can be bought."""
        return next((one for one in self.options if not one.problem), None)


@dataclass(frozen=True, slots=True)
class _Look:
    """What all options are made for; `holding` supplies the resource, itself first."""

    resource_id: int
    holding: tuple[int, ...]
    names: Mapping[int, tuple[str, ...]]
    short: int
    day: date
    actor: Actor
    now: datetime


def choice_of(
    viewer: Viewer, *, resource_id: int, wanted: int, actor: Actor, now: datetime
) -> Choice:
    """Tell how an account can give a resource to so many more people. Statements grow with the options, not the people.

    Raises: SeatInput `seat_service_unknown`.
    """
    resource = handed_out(resource_id=resource_id)
    day = order_day(now=now)
    supply = supply_of(account_id=viewer.account_id, resource_id=resource_id, on_day=day)
    free = sum(one.free for one in supply)
    short = max(wanted - free, 0)
    options: list[Option] = []
    if short and viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        holding = holding_resources(resource_id=resource_id)
        look = _Look(resource_id, tuple(holding), _names(holding), short, day, actor, now)
        options = sorted([*_more(viewer, look, supply), *_plans(viewer, look)], key=_order)
    return Choice(resource_id, resource.name, wanted, free, tuple(options))


def buy_and_wait(
    viewer: Viewer,
    *,
    choice: Choice,
    option: Option,
    user_ids: Sequence[int],
    request_key: str,
    is_free_confirmed: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Order what an option offers; the people get their units when it is provisioned. Return the order's id.

    As many of them as there are free units get theirs at once, or by a task if they are many.
    Raises: what handing out and ordering raise.
    """
    at_once, later = list(user_ids[: choice.free]), list(user_ids[choice.free :])
    with transaction.atomic():
        if at_once:
            hand_out(viewer, resource_id=choice.resource_id, user_ids=at_once, actor=actor, now=now)
        order_id = (
            _order_more(viewer, option, is_free_confirmed, actor, now)
            if option.kind == MORE
            else _order_plan(viewer, option, request_key, is_free_confirmed, actor, now)
        )
        await_units(
            account_id=viewer.account_id,
            resource_id=choice.resource_id,
            user_ids=later,
            order_id=order_id,
            actor=actor,
            now=now,
        )
        if Code(Order.objects.get(pk=order_id).code) is Code.COMPLETED:
            enqueue_completion(order_id=order_id, tenant_id=viewer.tenant_id, now=now)
    return order_id


def _order(option: Option) -> tuple[bool, bool, bool, Decimal, int]:
    """Put what can be bought first, then the resource itself, then subscriptions that are there, then the cheaper."""
    monthly = (option.each or Decimal(0)) / max(option.months, 1)
    return (bool(option.problem), not option.is_whole, option.kind != MORE, monthly, option.ref)


def _names(holding: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Name what each composite resource holds; one statement."""
    found: dict[int, list[str]] = {}
    parts = ResourcePart.objects.filter(whole_id__in=holding).select_related("part")
    for part in parts.order_by("part__name", "id"):
        found.setdefault(part.whole_id, []).append(part.part.name)
    return {number: tuple(names) for number, names in found.items()}


def _more(
    viewer: Viewer,
    look: _Look,
    supply: Sequence[Supply],
) -> list[Option]:
    """Offer further units of the subscriptions that supply the resource; a few statements for each of at most four."""
    found = []
    for one in list({(s.subscription_id, s.resource_id): s for s in supply}.values())[:MORE_MAX]:
        facts = subscription_facts(viewer, subscription_id=one.subscription_id)
        present = {
            item.resource_id: item for item in changeable(facts=facts, today=viewer.today)
        }.get(one.resource_id)
        if present is None:
            continue
        total = present.quantity + look.short
        effect, problem = None, ""
        try:
            effect = preview_quantity(
                facts=facts,
                resource_id=one.resource_id,
                quantity=total,
                effective_on=viewer.today,
                actor=look.actor,
                now=look.now,
                today=viewer.today,
            )
        except DomainError as refusal:
            problem = refusal.text(translate=gettext)
        shows = effect is not None and viewer.can(Capability.VIEW_PRICES) and not effect.problem
        found.append(
            Option(
                kind=MORE,
                ref=facts.id,
                name=facts.plan.name,
                resource_id=one.resource_id,
                resource=present.name,
                holds=look.names.get(one.resource_id, ()),
                is_whole=one.resource_id == look.resource_id,
                units=Decimal(look.short),
                total=total,
                currency=effect.currency if effect else "",
                first=effect.now.price if effect and shows else None,
                each=effect.after.less(effect.before).price if effect and shows else None,
                months=facts.plan.billing_months,
                term_months=facts.plan.term_months,
                problem=problem,
                is_free=bool(effect and effect.is_free),
            )
        )
    return found


def _plans(viewer: Viewer, look: _Look) -> list[Option]:
    """Offer plans that are sold to the account and supply the resource, each in its cheapest period.

    The eight that stand first in the order in which options are shown: the resource itself, then the cheapest.
    """
    buyer = buyer_for(viewer, account_id=viewer.account_id)
    rows = PlanResource.objects.filter(
        resource_id__in=look.holding, resource__is_measured=False, plan__is_usage=False
    )
    in_plan: dict[int, PlanResource] = {}
    for row in rows.select_related("resource").order_by("plan_id", "position", "id"):
        in_plan.setdefault(row.plan_id, row)
    offers = offers_of_plans(
        viewer, plan_ids=list(in_plan)[:PLANS_ASKED], buyer=buyer, on_day=look.day
    )
    priced = [
        (*_cheapest(offer, in_plan[offer.id], look), offer)
        for offer in offers.values()
        if offer.periods
    ]
    priced.sort(key=lambda one: (*one[0], one[2].id))
    found = []
    for _, period, offer in priced[:PLANS_MAX]:
        row = in_plan[offer.id]
        units = str(_within(row, look.short))
        line = CartLine(1, period.id, offer.name, {row.resource_id: units})
        seen = see_cart(viewer, buyer=buyer, lines=[line], now=look.now)
        found.append(_plan_option(seen, offer, period, row, look, buyer))
    return found


def _cheapest(
    offer: Offer, row: PlanResource, look: _Look
) -> tuple[tuple[bool, bool, Decimal], OfferPeriod]:
    """Choose the period in which what is missing costs least a month; tell its place among the other plans.

    What has no price, or is not shown one, comes last; of equal ones the shorter term comes first.
    """
    units, is_part = _within(row, look.short), row.resource_id != look.resource_id
    amounts = [
        (shown.price * units / period.billing_months, period.term_months, period)
        for period in offer.periods
        if (shown := period.prices.get((row.resource_id, PriceKind.RECURRING))) is not None
        and shown.price is not None
        and period.is_priced
    ]
    if not amounts:
        return (True, is_part, Decimal(0)), offer.cheapest or offer.periods[0]
    amount, _, period = min(amounts, key=lambda one: one[:2])
    return (False, is_part, amount), period


def _plan_option(
    seen: SeenCart,
    offer: Offer,
    period: OfferPeriod,
    row: PlanResource,
    look: _Look,
    buyer: Buyer,
) -> Option:
    (line,) = seen.lines
    units = _within(row, look.short)
    problem = ""
    if not seen.can_be_ordered:
        problem = (
            seen.refusal.text(translate=gettext)
            if seen.refusal
            else gettext("Order it in the marketplace: it needs something more.")
        )
    return Option(
        kind=PLAN,
        ref=period.id,
        name=offer.name,
        resource_id=row.resource_id,
        resource=row.resource.name,
        holds=look.names.get(row.resource_id, ()),
        is_whole=row.resource_id == look.resource_id,
        units=units,
        total=units,
        currency=buyer.market.currency if buyer.market else "",
        first=line.first.price if line.first else None,
        each=line.each.price if line.each else None,
        months=period.billing_months,
        term_months=period.term_months,
        problem=problem,
        confirmed=seen.confirmed,
        is_free=seen.is_free,
    )


def _within(row: PlanResource, short: int) -> Decimal:
    """Give the units to order: as many as are missing, the plan's minimum at least."""
    return max(Decimal(short), row.minimum or Decimal(0))


def _order_more(
    viewer: Viewer, option: Option, is_free_confirmed: bool, actor: Actor, now: datetime
) -> int:
    facts = subscription_facts(viewer, subscription_id=option.ref)
    change_quantity(
        facts=facts,
        resource_id=option.resource_id,
        quantity=option.total,
        effective_on=viewer.today,
        expected_version=SubBilling.objects.get(pk=option.ref).version,
        actor=actor,
        now=now,
        today=viewer.today,
        is_free_confirmed=is_free_confirmed,
    )
    return Order.objects.filter(subscription_id=option.ref).latest("id").pk


def _order_plan(
    viewer: Viewer,
    option: Option,
    request_key: str,
    is_free_confirmed: bool,
    actor: Actor,
    now: datetime,
) -> int:
    line = CartLine(1, option.ref, option.name, {option.resource_id: str(option.units)})
    (order_id,) = order_cart(
        viewer,
        buyer=buyer_for(viewer, account_id=viewer.account_id),
        lines=[line],
        purchase_order="",
        request_key=request_key,
        confirmed=option.confirmed or Decimal(0),
        is_free_confirmed=is_free_confirmed,
        actor=actor,
        now=now,
    )
    return order_id
