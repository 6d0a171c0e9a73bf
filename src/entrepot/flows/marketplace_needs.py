"""Plans that other plans need: they are added to a cart by themselves, and an order without them is refused.

What counts as there is a plan of the same cart, and one that the buyer has or has ordered. Both are looked at again
when the orders are placed, for somebody else may have cancelled or unpublished it meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.errors import CatalogRefused
from entrepot.domain.catalog.models import Plan, PlanPeriod
from entrepot.domain.catalog.needs import needs_of
from entrepot.domain.catalog.rules import Missing, Need, missing_plans
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.buyers import Buyer
from entrepot.domain.resale.offers import Offer, OfferPeriod, offers_of_plans
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.marketplace_lines import CartLine
from entrepot.flows.vendor_parameters import parameters_of
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import parse_decimal

_THERE = (Status.ORDERED, Status.TRIAL, Status.ACTIVE, Status.GRACED)


@dataclass(frozen=True, slots=True)
class Together:
    """A cart with what its plans need: the plans that came and that went as (plan, the plan that needs or needed it).

    `missing` are those that cannot be ordered by this buyer; they are not in the cart.
    """

    lines: tuple[CartLine, ...]
    added: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OfferNeed:
    """What the page of a plan says of one plan that it needs: the names to choose from, and whether it is there.

    `is_sold` is False for what this buyer cannot order.
    """

    names: tuple[str, ...]
    plan_id: int
    is_there: bool
    is_sold: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """The needs of plans, which of the needed plans the buyer has, and which it can order."""

    needs: tuple[Need, ...]
    owned: frozenset[int]
    offers: Mapping[int, Offer]
    names: Mapping[int, str]


def complete_cart(
    viewer: Viewer, *, buyer: Buyer, lines: Sequence[CartLine], on_day: date
) -> Together:
    """Add what the plans of a cart need and nobody put into it, and take away what came so and is needed no more.

    What came before keeps its units and values. Nothing is written.
    """
    plans = plans_of(lines)
    chosen = [line for line in lines if not line.is_added]
    units = _units(chosen, plans)
    known = _known(viewer, buyer=buyer, plan_ids=units, on_day=on_day)
    wanted = _missing(known, units)
    asked = {one.plan_id: one for one in wanted if one.is_sold}
    kept = [line for line in lines if not line.is_added or plans.get(line.plan_period_id) in asked]
    there = {plans.get(line.plan_period_id) for line in kept}
    added = _added([one for one in asked.values() if one.plan_id not in there], kept, plans, known)
    names = _names(known, lines, plans)
    return Together(
        lines=(*kept, *added),
        added=tuple(
            (names[plan], names.get(one.needed_by, ""))
            for plan, one in asked.items()
            if plan not in there
        ),
        dropped=tuple(line.name for line in lines if line not in kept),
        missing=tuple(
            (names[one.plan_id], names.get(one.needed_by, "")) for one in wanted if not one.is_sold
        ),
    )


def missing_of(
    viewer: Viewer, *, buyer: Buyer, lines: Sequence[CartLine], on_day: date
) -> tuple[Mapping[int, tuple[str, str]], Mapping[int, tuple[str, ...]]]:
    """Look at a cart as it is: which lines lack a plan that they need, and which plans of it need a line.

    The first is by line id (code, name of what is missing): `need_missing` or, for what this buyer cannot order,
    `need_not_sold`. The second are names by line id.
    """
    plans = plans_of(lines)
    units = _units(lines, plans)
    known = _known(viewer, buyer=buyer, plan_ids=units, on_day=on_day)
    names = _names(known, lines, plans)
    lacking: dict[int, tuple[str, str]] = {}
    for one in _missing(known, units):
        code = "need_missing" if one.is_sold else "need_not_sold"
        for line in lines:
            # What a missing plan needs itself is said when that one is there.
            if plans.get(line.plan_period_id) == one.needed_by:
                lacking.setdefault(line.id, (code, names[one.plan_id]))
    needed: dict[int, list[str]] = {}
    for line in lines:
        plan = plans.get(line.plan_period_id)
        by = {need.plan_id for need in known.needs if need.needed_id == plan} & units.keys()
        if by and plan not in known.owned:
            needed[line.id] = [names[number] for number in sorted(by)]
    return lacking, {number: tuple(found) for number, found in needed.items()}


def require_needs(viewer: Viewer, *, buyer: Buyer, lines: Sequence[CartLine], on_day: date) -> None:
    """Refuse a cart that lacks a plan that one of its plans needs. Raises: CatalogRefused `need_missing`."""
    lacking, _needed = missing_of(viewer, buyer=buyer, lines=lines, on_day=on_day)
    for line in lines:
        if line.id in lacking:
            raise CatalogRefused(
                "need_missing",
                "{object} needs {needed}, and {buyer} does not have it.",
                object=line.name,
                next_step="Add it to the cart, or remove what needs it.",
                needed=lacking[line.id][1],
                buyer=buyer.name,
            )


def needs_of_offer(
    viewer: Viewer, *, buyer: Buyer, plan_id: int, on_day: date
) -> tuple[OfferNeed, ...]:
    """Say what a plan needs itself, and whether the buyer has it or can order it."""
    known = _known(viewer, buyer=buyer, plan_ids=[plan_id], on_day=on_day)
    groups: dict[int, list[Need]] = {}
    for place, need in enumerate(known.needs, start=1):
        if need.plan_id == plan_id:
            groups.setdefault(need.choice or -place, []).append(need)
    sold = _sold(known)
    return tuple(
        OfferNeed(
            names=tuple(known.names[need.needed_id] for need in group),
            plan_id=next((n.needed_id for n in group if n.needed_id in sold), 0),
            is_there=any(need.needed_id in known.owned for need in group),
            is_sold=any(need.needed_id in sold for need in group),
        )
        for group in groups.values()
    )


def needed_lines(lines: Sequence[CartLine], *, line_id: int, buyer: Buyer) -> tuple[CartLine, ...]:
    """Give the lines of a cart that cannot stay without a line, over all steps; none if it can be removed alone.

    A line that one of several alternatives is enough for stays while another one is there.
    """
    plans = plans_of(lines)
    needs = needs_of(plan_ids=set(plans.values()))
    owned = _owned(buyer, [need.needed_id for need in needs])

    def lacking(rest: Sequence[CartLine]) -> set[tuple[int, int]]:
        there = {plans[line.plan_period_id] for line in rest if line.plan_period_id in plans}
        units = dict.fromkeys(there, Decimal(1))
        found = missing_plans(units_by_plan=units, owned=owned, needs=needs)
        return {(one.needed_by, one.plan_id) for one in found}

    before, gone = lacking(lines), {line_id}
    while True:
        rest = [line for line in lines if line.id not in gone]
        lost = {needed_by for needed_by, _plan in lacking(rest) - before}
        more = {line.id for line in rest if plans.get(line.plan_period_id) in lost}
        if not more:
            return tuple(line for line in lines if line.id in gone - {line_id})
        gone |= more


def plans_of(lines: Sequence[CartLine]) -> Mapping[int, int]:
    """Give the plans of lines by their period; one statement."""
    periods = [line.plan_period_id for line in lines]
    return dict(PlanPeriod.objects.filter(pk__in=periods).values_list("id", "plan_id"))


def _known(viewer: Viewer, *, buyer: Buyer, plan_ids: Collection[int], on_day: date) -> _Known:
    needs = needs_of(plan_ids=plan_ids)
    asked = {need.needed_id for need in needs}
    if not asked:
        return _Known((), frozenset(), {}, {})
    owned = _owned(buyer, asked)
    offers = offers_of_plans(viewer, plan_ids=sorted(asked), buyer=buyer, on_day=on_day)
    names = dict(Plan.objects.filter(pk__in=asked).values_list("id", "name"))
    return _Known(
        needs, owned, offers, names | {number: one.name for number, one in offers.items()}
    )


def _missing(known: _Known, units: Mapping[int, Decimal]) -> Sequence[Missing]:
    return missing_plans(
        units_by_plan=units, owned=known.owned, needs=known.needs, sold=_sold(known)
    )


def _sold(known: _Known) -> frozenset[int]:
    return frozenset(number for number, one in known.offers.items() if _usual(one) is not None)


def _owned(buyer: Buyer, plan_ids: Collection[int]) -> frozenset[int]:
    """Say which plans a buyer has or has ordered; nobody has anything."""
    if buyer.account_id is None or not plan_ids:
        return frozenset()
    rows = Subscription.objects.filter(
        customer_id=buyer.account_id, plan_id__in=plan_ids, status__in=_THERE
    )
    return frozenset(rows.values_list("plan_id", flat=True))


def _usual(offer: Offer, like: PlanPeriod | OfferPeriod | None = None) -> OfferPeriod | None:
    """Choose of the periods that can be ordered the one that fits another best, else the cheapest."""
    priced = [one for one in offer.periods if one.is_priced]
    if like is not None:
        same = [one for one in priced if one.term_months == like.term_months]
        equal = [one for one in same if one.billing_months == like.billing_months]
        if found := next(iter([*equal, *same]), None):
            return found
    return offer.cheapest or next(iter(priced), None)


def _added(
    wanted: Sequence[Missing], kept: Sequence[CartLine], plans: Mapping[int, int], known: _Known
) -> list[CartLine]:
    """Make the lines of plans that are needed, each for a period like that of the plan that needs it."""
    if not wanted:
        return []
    added: list[CartLine] = []
    periods = PlanPeriod.objects.in_bulk([line.plan_period_id for line in kept])
    like: dict[int, PlanPeriod | OfferPeriod] = {
        plans.get(line.plan_period_id, 0): periods[line.plan_period_id]
        for line in reversed(kept)
        if line.plan_period_id in periods
    }
    number = max((line.id for line in kept), default=0)
    for place, one in enumerate(wanted, start=1):
        offer = known.offers[one.plan_id]
        period = _usual(offer, like.get(one.needed_by))
        assert period is not None
        like[one.plan_id] = period
        added.append(_line(number + place, one, offer, period))
    return added


def _line(number: int, one: Missing, offer: Offer, period: OfferPeriod) -> CartLine:
    """Make the line of a plan that is needed: the units that are asked for, and room for what its vendor asks."""
    units = f"{one.units.normalize():f}"
    return CartLine(
        id=number,
        plan_period_id=period.id,
        name=offer.name,
        quantities={
            resource.id: units if place == 0 else "1" for place, resource in enumerate(offer.chosen)
        },
        parameters={asked.name: "" for asked in parameters_of([offer]).get(offer.id, ())},
        is_added=True,
    )


def _units(lines: Sequence[CartLine], plans: Mapping[int, int]) -> dict[int, Decimal]:
    """Give the units of plans, of the first resource of each line together; what cannot be read counts as one."""
    units: dict[int, Decimal] = {}
    for line in lines:
        plan = plans.get(line.plan_period_id)
        if plan is not None:
            units[plan] = units.get(plan, Decimal(0)) + _number(
                next(iter(line.quantities.values()), "1")
            )
    return units


def _number(text: str) -> Decimal:
    try:
        number = parse_decimal(text)
    except DomainError:
        return Decimal(1)
    return max(number, Decimal(1))


def _names(known: _Known, lines: Sequence[CartLine], plans: Mapping[int, int]) -> Mapping[int, str]:
    """Name plans as their seller does; those of lines as the lines do."""
    named = {
        plans[line.plan_period_id]: line.name for line in lines if line.plan_period_id in plans
    }
    return {**named, **known.names}
