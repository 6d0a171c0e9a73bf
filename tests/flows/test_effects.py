"""What an action shows is what the following runs bill, to the cent, on every tier."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import PriceKind, RefundPolicy
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.commands import Discount
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import QuantityChange, SubBilling, SubscriptionItem
from entrepot.domain.subscriptions.queries import (
    SubscriptionFacts,
    movable_between,
    subscription_facts,
)
from entrepot.domain.usage.models import MeteredUsage
from entrepot.flows import effects
from entrepot.flows import subscription_actions as actions
from entrepot.flows import subscription_terms as terms
from entrepot.flows.daily_billing import business_date
from entrepot.flows.effects import Effect, Figures
from entrepot.flows.effects.days import last_day
from entrepot.kernel.periods import period_end
from tests.domain.resale.shop import DAILY, START, Shop, add_period, add_price, shop
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

WHO: dict[str, Any] = {"actor": SETUP, "now": NOW}
DAY = timedelta(days=1)
TIERS = {"harbor": 1, "ria": 2, "sven": 3, "cleo": 3}
SEAT_COST, STORAGE_COST = Decimal(10), Decimal("0.07")


@dataclass(frozen=True)
class Case:
    """One subscription, and one action on it some days after its start."""

    terms: tuple[int, int]
    trial_days: int
    refund_days: int | None
    discount_ppm: int
    quantity: int
    open_change: int
    bills_on_hold: bool
    day: int
    is_day_billed: bool
    ahead: int
    act: str
    new_quantity: int
    overused: int
    who: str


CASES = st.builds(
    Case,
    terms=st.sampled_from([(1, 1), (12, 1), (12, 12), (12, 3), (36, 1)]),
    trial_days=st.sampled_from([0, 0, 14]),
    refund_days=st.sampled_from([None, 0, 7, 40]),
    discount_ppm=st.sampled_from([0, 0, 100_000, 333_333]),
    quantity=st.integers(1, 300),
    open_change=st.sampled_from([0, 0, 7, 33]),
    bills_on_hold=st.booleans(),
    day=st.integers(0, 45),
    is_day_billed=st.booleans(),
    ahead=st.integers(0, 75),
    act=st.sampled_from(
        [
            *("quantity", "quantity", "cancel", "cancel", "renewal", "hold", "release", "back"),
            *("go on", "renew", "restart", "term end", "term end"),
        ]
    ),
    new_quantity=st.integers(1, 400),
    overused=st.integers(0, 50),
    who=st.sampled_from(["harbor", "ria", "sven", "cleo"]),
)


@dataclass(frozen=True)
class Planned:
    """An action as the viewer sees it before, and the same in earnest."""

    effect: Effect
    do: Callable[[], object]
    target: date
    also: tuple[date, ...] = ()
    """Days on which periods begin that only one of the two has."""


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=replace(DAILY, due_days=365))


# Making a failing example smaller would bill for minutes; the example says what it is.
@pytest.mark.slow
@settings(
    max_examples=20,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=CASES)
def test_what_is_shown_is_what_the_next_runs_bill(store: Shop, case: Case):
    with transaction.atomic():
        number, today = _world(store, case)
        person = getattr(store.people, case.who)
        facts = subscription_facts(person.viewer(), subscription_id=number)
        planned = _plan(store, case, facts, today)
        assert planned.effect.tier == TIERS[case.who]
        _compare(facts, planned, today=today)
        transaction.set_rollback(True)


def _world(store: Shop, case: Case) -> tuple[int, date]:
    """Start the subscription, bill it up to the day of the action, leave a change and some use waiting."""
    term_months, billing_months = case.terms
    period = store.period
    if case.terms != (12, 1):
        period = add_period(
            store.plan, store.seat, term_months=term_months, billing_months=billing_months
        )
    add_price(period, store.storage, kind=PriceKind.OVERUSE, cost=str(STORAGE_COST))
    _set_refund(period, case.refund_days)
    BillingAccount.objects.update(bill_on_hold=case.bills_on_hold)
    less = {3: Discount(case.discount_ppm, "June")} if case.discount_ppm else {}
    number = replace(store, period=period).subscribe(
        str(case.quantity), trial_days=case.trial_days, discounts=less
    )
    today = START + timedelta(days=case.day)
    last = today if case.is_day_billed else today - DAY
    if last >= START:
        run_within(day=last, now=NOW)
    _use(number, today, case.overused)
    if case.open_change:
        facts = subscription_facts(store.people.cleo.viewer(), subscription_id=number)
        day = min(today + timedelta(days=case.open_change), _last_day(number))
        _change(store, facts, case.quantity + 11, day, today)
    return number, today


def _set_refund(period: int, refund_days: int | None) -> None:
    PlanPeriod.objects.filter(pk=period).update(
        refund=RefundPolicy.PRORATED, refund_days=refund_days
    )


def _use(number: int, today: date, overused: int) -> None:
    storage = SubscriptionItem.objects.get(subscription_id=number, is_measured=True)
    MeteredUsage.objects.create(
        tenant_id=storage.tenant_id,
        item_id=storage.id,
        on_day=today - DAY,
        quantity=2 * storage.quantity + overused,
    )


def _last_day(number: int) -> date:
    found = last_day(SubBilling.objects.get(pk=number))
    assert found is not None
    return found


def _change(store: Shop, facts: SubscriptionFacts, quantity: int, day: date, today: date) -> int:
    actions.change_quantity(
        facts=facts,
        resource_id=store.seat,
        quantity=Decimal(quantity),
        effective_on=day,
        expected_version=SubBilling.objects.get(pk=facts.id).version,
        today=today,
        is_free_confirmed=True,
        **WHO,
    )
    return QuantityChange.objects.filter(subscription_id=facts.id).latest("id").pk


def _plan(store: Shop, case: Case, facts: SubscriptionFacts, today: date) -> Planned:
    day = today + timedelta(days=case.ahead)
    if case.act in ("quantity", "back"):
        assume(case.new_quantity not in (case.quantity, case.quantity + 11))
        return _plan_change(store, case, facts, min(day, _last_day(facts.id)), today)
    if case.act in ("cancel", "go on"):
        return _plan_end(case, facts, day, today)
    if case.act == "renewal":
        seen = effects.renewal_effect(facts=facts, auto_renew=False, today=today, **WHO)
        do = partial(commands.set_auto_renew, auto_renew=False, **_known(facts.id, today))
        return Planned(seen, do, _last_day(facts.id))
    if case.act in _OF_TERMS:
        return _OF_TERMS[case.act](store, case, facts, today)
    business = business_date() or today
    if case.act == "hold":
        seen = effects.hold_effect(facts=facts, today=today, **WHO)
        return Planned(
            seen, partial(actions.hold, reason="why", **_known(facts.id, today)), business
        )
    actions.hold(reason="asked", **_known(facts.id, today))
    seen = effects.release_effect(facts=facts, today=today, **WHO)
    do = partial(actions.release, reason="asked", **_known(facts.id, today))
    return Planned(seen, do, business)


def _known(number: int, today: date) -> dict[str, Any]:
    version = SubBilling.objects.get(pk=number).version
    return {"subscription_id": number, "expected_version": version, "today": today, **WHO}


def _version(number: int, today: date) -> dict[str, Any]:
    """Give what actions take that are handed the facts of a subscription."""
    known = _known(number, today)
    return {key: value for key, value in known.items() if key != "subscription_id"}


def _plan_change(
    store: Shop, case: Case, facts: SubscriptionFacts, day: date, today: date
) -> Planned:
    if case.act == "quantity":
        seen = actions.preview_quantity(
            facts=facts,
            resource_id=store.seat,
            quantity=Decimal(case.new_quantity),
            effective_on=day,
            today=today,
            **WHO,
        )
        return Planned(seen, partial(_change, store, facts, case.new_quantity, day, today), day)
    number = _change(store, facts, case.new_quantity, day, today)
    version = SubBilling.objects.get(pk=facts.id).version
    do = partial(
        commands.withdraw_change, change_id=number, expected_version=version, today=today, **WHO
    )
    seen = effects.withdraw_change_effect(facts=facts, change_id=number, today=today, **WHO)
    return Planned(seen, do, day)


def _plan_end(case: Case, facts: SubscriptionFacts, day: date, today: date) -> Planned:
    asked: dict[str, Any] = {"cancel_on": day, "reason": "too large"}
    if case.act == "cancel":
        seen = effects.cancel_effect(facts=facts, today=today, **asked, **WHO)
        return Planned(
            seen, partial(commands.cancel_subscription, **asked, **_known(facts.id, today)), day
        )
    commands.cancel_subscription(**asked, **_known(facts.id, today))
    known = replace(facts, dates=replace(facts.dates, cancel_on=day))
    seen = effects.withdraw_cancellation_effect(facts=known, today=today, **WHO)
    return Planned(seen, partial(commands.withdraw_cancellation, **_known(facts.id, today)), day)


def _plan_renewal(store: Shop, case: Case, facts: SubscriptionFacts, today: date) -> Planned:
    """Order one more term of what ends by itself."""
    assume(facts.status is Status.ACTIVE and facts.dates.period_start != facts.dates.period_end)
    commands.set_auto_renew(auto_renew=False, **_known(facts.id, today))
    seen = effects.renew_effect(facts=facts, today=today, **WHO)
    do = partial(commands.renew_once, **_known(facts.id, today))
    assert facts.dates.term_end is not None
    return Planned(seen, do, facts.dates.term_end)


def _plan_restart(store: Shop, case: Case, facts: SubscriptionFacts, today: date) -> Planned:
    """Begin again after a cancellation or, where it does not renew, after the end of a short term."""
    PlanPeriod.objects.update(destroys_on_cancel=False, grace_days=case.open_change)
    if case.terms == (1, 1) and case.bills_on_hold:
        commands.set_auto_renew(auto_renew=False, **_known(facts.id, today))
        run_within(day=_last_day(facts.id), now=NOW)
    else:
        commands.cancel_subscription(cancel_on=today, reason="early", **_known(facts.id, today))
        run_within(day=business_date() or today, now=NOW)
    later = (business_date() or today) + timedelta(days=case.ahead % 5)
    viewer = getattr(store.people, case.who).viewer()
    ended = subscription_facts(viewer, subscription_id=facts.id)
    seen = effects.restart_effect(facts=ended, today=later, **WHO)
    first = effects.restart_first_day(facts=ended, today=later)
    # As the order of a new term does it: on the business date, also when the calendar is ahead of it.
    do = partial(commands.restart_subscription, **_known(facts.id, business_date() or later))
    return Planned(seen, do, first)


def _plan_term_end(store: Shop, case: Case, facts: SubscriptionFacts, today: date) -> Planned:
    """Let the term end on a day within the bounds, with or without another one after it."""
    between = movable_between(facts=facts, today=today)
    assume(between is not None)
    assert between is not None
    if not case.bills_on_hold:
        commands.set_auto_renew(auto_renew=False, **_known(facts.id, today))
    ends_on = min(between[0] + timedelta(days=case.ahead), between[1])
    assume(ends_on != facts.dates.term_end)
    seen = terms.preview_end(facts=facts, ends_on=ends_on, today=today, **WHO)
    do = partial(terms.move_end, facts=facts, ends_on=ends_on, **_version(facts.id, today))
    paid_to = facts.dates.period_end
    assert paid_to is not None
    months, anchor = facts.plan.billing_months, facts.dates.anchor_day
    following = period_end(paid_to, months=months, anchor=anchor).end
    return Planned(seen, do, ends_on, (paid_to, following))


_OF_TERMS: dict[str, Callable[[Shop, Case, SubscriptionFacts, date], Planned]] = {
    "renew": _plan_renewal,
    "restart": _plan_restart,
    "term end": _plan_term_end,
}


def _compare(facts: SubscriptionFacts, planned: Planned, *, today: date) -> None:
    """Bill without and with the action in earnest, and hold the difference against what was shown."""
    seen = planned.effect
    assert seen.problem == ""
    first = business_date() or today
    known = {seen.billed_on or first, max(first, planned.target), max(first, seen.starts_on)}
    days = sorted(known | {day for day in planned.also if day >= first})
    without = _billed(facts, days)
    really = _billed(facts, days, do=planned.do)

    is_seller = facts.money.is_seller
    assert seen.now == _figures(_before(really, seen.starts_on), seen.tier, is_seller).less(
        _figures(_before(without, seen.starts_on), seen.tier, is_seller)
    )
    starts = [c.period_start for c in without if c.kind == "recurring"]
    begins = min((day for day in starts if planned.also and day >= seen.starts_on), default=None)
    usual = _period(without, begins or seen.starts_on)
    assert seen.before == _figures(usual, seen.tier, is_seller)
    assert seen.after == _figures(_period(really, seen.starts_on), seen.tier, is_seller)
    if seen.billed_on is not None:
        new = [c for c in really if c.billed_on == seen.billed_on and c.tier == seen.tier]
        assert seen.statement_on in {c.statement_on for c in new}


def _billed(
    facts: SubscriptionFacts, days: list[date], *, do: Callable[[], object] = lambda: None
) -> list[Charge]:
    with transaction.atomic():
        known = set(Charge.objects.values_list("id", flat=True))
        do()
        for day in days:
            run_within(day=day, now=NOW)
        found = Charge.objects.filter(subscription_id=facts.id).exclude(id__in=known)
        rows = list(found.order_by("id"))
        transaction.set_rollback(True)
    return rows


def _before(charges: list[Charge], starts_on: date) -> list[Charge]:
    """Pick what is charged for days before the coming period."""
    return [
        c for c in charges if (c.period_end if c.kind == "overuse" else c.period_start) < starts_on
    ]


def _period(charges: list[Charge], starts_on: date) -> list[Charge]:
    return [c for c in charges if c.kind == "recurring" and c.period_start == starts_on]


def _figures(charges: list[Charge], tier: int, is_seller: bool) -> Figures:
    price = sum((c.net for c in charges if c.tier == tier), Decimal(0))
    if not is_seller:
        return Figures(price, None)
    if tier > 1:
        return Figures(price, sum((c.net for c in charges if c.tier == tier - 1), Decimal(0)))
    return Figures(price, sum((_vendor_cost(c) for c in charges if c.tier == 1), Decimal(0)))


def _vendor_cost(charge: Charge) -> Decimal:
    unit = STORAGE_COST if charge.kind == "overuse" else SEAT_COST
    exact = unit * charge.quantity * charge.num / charge.den
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
