"""Renewals and cancellations as orders: numbers, amounts of every sale, one at a time, and what they end."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import Plan, PlanPeriod
from entrepot.domain.ordering.amounts import amounts_of
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.commands.workflows import WorkflowValues, save_workflow
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.ordering.queries import order_of
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_done
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import FollowUp, Operation
from entrepot.domain.resale.commands import Terms
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionEvent
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows import order_approvals
from entrepot.flows import subscription_actions as actions
from entrepot.flows.cancellations import order_cancellation
from entrepot.flows.order_acts import Act, Wish, act_on_order
from entrepot.flows.order_page import order_page
from entrepot.flows.orders import cancel_order, estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.renewals import order_renewal, order_restart
from entrepot.flows.verify import verify
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks.queue import RunningJob
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP, Person
from tests.support.runs import run_within

FIRST = date(2026, 3, 1)
CLEO = Actor(user_id=None, name="Cleo", request_id="r1")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=Terms(statement_day=0, due_days=365))


@pytest.fixture
def sub(store) -> int:
    """Five seats of Cleo's from 1 March for a year, 15.00 a seat and month, billed once."""
    number = store.subscribe("5")
    run_within(day=FIRST, now=at(FIRST))
    return number


def asked(store: Shop, sub: int, day: date, *, key: str = "key", by: str = "sven") -> Any:
    person: Person = store.people.all[by]
    return {
        "facts": subscription_facts(person.viewer(now=at(day)), subscription_id=sub),
        "request_key": key,
        "expected_version": SubBilling.objects.get(pk=sub).version,
        "actor": CLEO,
        "now": at(day),
        "today": day,
    }


def cancel(store: Shop, sub: int, day: date, *, on: date | None = None, **facts: Any) -> Order:
    number = order_cancellation(
        cancel_on=on or day, reason="Too expensive", **{**asked(store, sub, day), **facts}
    )
    return Order.objects.get(pk=number)


def renew(store: Shop, sub: int, day: date, *, by: str = "sven", **facts: Any) -> Order:
    given = {**asked(store, sub, day, by=by), **facts}
    return Order.objects.get(pk=order_renewal(**given))


def restart(store: Shop, sub: int, day: date, **facts: Any) -> Order:
    return Order.objects.get(pk=order_restart(**{**asked(store, sub, day), **facts}))


def sales(order: Order) -> list[tuple[Decimal, Decimal]]:
    """What each sale takes at once and costs its seller, from the provider's on."""
    kept = amounts_of(order.amounts)
    assert kept is not None
    return [(one.price.first, one.cost.first if one.cost else Decimal(-1)) for one in kept.sales]


def steps(order: Order) -> list[tuple[str, str]]:
    rows = OrderEvent.objects.filter(order_id=order.pk).order_by("id")
    return list(rows.values_list("to_code", "comment"))


def history(sub: int, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = SubscriptionEvent.objects.get(subscription_id=sub, kind=kind).facts
    return found


def test_a_cancellation_is_an_order_whose_refund_is_what_is_billed(store, sub):
    """From the 6th 26 of 31 days are given back: 75 x 26/31 = 62.90, 60 -> 50.32, 55 -> 46.13, 50 -> 41.94."""
    day = date(2026, 3, 6)
    run_within(day=date(2026, 3, 5), now=at(FIRST))
    order = cancel(store, sub, day)
    assert (order.number_text, order.code) == ("CL000001", "CP")
    assert (order.first_amount, order.period_amount) == (Decimal("-62.90"), 0)
    assert sales(order) == [
        (Decimal("-46.13"), Decimal("-41.94")),
        (Decimal("-50.32"), Decimal("-46.13")),
        (Decimal("-62.90"), Decimal("-50.32")),
    ]
    assert [code for code, _ in steps(order)] == ["OP", "PD", "CP"]
    facts = history(sub, "cancellation_ordered")
    assert (facts["order"], facts["reason"]) == ("CL000001", "Too expensive")
    trail = AuditEntry.objects.filter(object_kind="order", object_id=order.pk).order_by("id")
    assert [row.action for row in trail] == ["order_placed", "order_accept", "order_complete"]
    assert AuditEntry.objects.get(action="subscription_cancellation_ordered").request_id == "r1"

    again = order_cancellation(
        cancel_on=day, reason="Too expensive", **{**asked(store, sub, day), "expected_version": 1}
    )
    assert (again, Order.objects.count()) == (order.pk, 1)

    run_within(day=day, now=at(day))
    refunds = Charge.objects.filter(subscription_id=sub, kind="refund").order_by("tier")
    assert [row.net for row in refunds] == [price for price, _ in sales(order)]
    assert verify().is_proved


def test_what_a_cancellation_cannot_be_is_refused_and_takes_no_number(store, sub):
    day = date(2026, 3, 6)
    run_within(day=date(2026, 3, 5), now=at(FIRST))
    with pytest.raises(SubscriptionInput, match="is over"):
        cancel(store, sub, day, on=date(2026, 3, 1))
    with pytest.raises(OrderInput, match="no usable key"):
        cancel(store, sub, day, request_key="")
    Account.objects.filter(pk=store.people.cleo.account_id).update(status="cancelled")
    with pytest.raises(OrderRefused, match="is cancelled"):
        cancel(store, sub, day)
    with pytest.raises(OrderRefused, match="is cancelled"):
        renew(store, sub, day)
    Account.objects.filter(pk=store.people.cleo.account_id).update(status="active")
    Account.objects.filter(pk=store.people.cleo.account_id).update(admin_hold=True)
    with pytest.raises(OrderRefused, match="on hold"):
        renew(store, sub, day)
    with pytest.raises(OrderRefused, match="on hold"):
        cancel(store, sub, day)
    assert not Order.objects.exists()
    Account.objects.update(admin_hold=False)
    order = cancel(store, sub, day)
    assert order.number_text == "CL000001"
    with pytest.raises(TransitionRefused, match="already cancelled"):
        cancel(store, sub, day, request_key="other")
    with pytest.raises(OrderConflict, match="CL000001"):
        renew(store, sub, day)
    with pytest.raises(TransitionRefused, match="is cancelled as of"):
        renew(store, sub, day, request_key="other")


def test_one_more_term_is_an_order_that_takes_its_first_period(store, sub):
    day = date(2026, 3, 6)
    commands.set_auto_renew(
        subscription_id=sub, auto_renew=False, actor=SETUP, now=at(day), today=day
    )
    order = renew(store, sub, day, by="cleo")
    assert (order.number_text, order.code) == ("RN000001", "CP")
    assert (order.first_amount, order.period_amount) == (75, 75)
    assert sales(order) == [(55, 50), (60, 55), (75, 60)]
    assert SubBilling.objects.get(pk=sub).renews_once
    assert history(sub, "renewal_ordered") == {"starts_on": "2027-03-01", "order": "RN000001"}
    assert renew(store, sub, day).pk == order.pk
    with pytest.raises(TransitionRefused, match="ordered already"):
        renew(store, sub, day, request_key="other")

    sven, cleo = store.people.sven.viewer(now=at(day)), store.people.cleo.viewer(now=at(day))
    page = order_page(sven, order_id=order.pk, now=at(day))
    assert page.money is not None
    assert (page.money.shown, page.money.cost) == (
        page.row.own.price if page.row.own else None,
        page.row.own.cost if page.row.own else None,
    )
    assert [(one.name, one.quantity) for one in page.items if not one.is_measured] == [("Seat", 5)]
    seen = order_page(cleo, order_id=order.pk, now=at(day))
    assert seen.money is not None
    assert (seen.money.cost, seen.row.own, seen.acts) == (None, None, frozenset())


def test_a_renewal_waits_for_approval_and_payment_and_can_be_cancelled(store, sub):
    day = date(2026, 3, 6)
    save_workflow(
        seller_id=store.people.sven.account_id,
        values=WorkflowValues(
            "Large", Audience.ALL, [[store.people.sven.user_id]], 24, AtTimeout.APPROVE
        ),
        actor=SETUP,
        now=at(day),
    )
    order = renew(store, sub, day)
    assert order.code == "WA"
    assert not SubBilling.objects.get(pk=sub).renews_once
    with pytest.raises(OrderNotPossible, match="RN000001"):
        renew(store, sub, day, request_key="other")
    sven = store.people.sven.viewer(now=at(day))
    version = order_page(sven, order_id=order.pk, now=at(day)).version
    wish = Wish(Act.REJECT, version, "not this year")
    act_on_order(sven, order_id=order.pk, wish=wish, actor=sven.actor(), now=at(day))
    order.refresh_from_db()
    assert (order.code, SubBilling.objects.get(pk=sub).status) == ("CL", Status.ACTIVE)

    # 10 are open to the limit, the first period of the term takes 75.
    BillingAccount.objects.filter(buyer_id=store.people.cleo.account_id).update(
        credit_limit=Decimal(10)
    )
    order = renew(store, sub, day, request_key="two")
    order_approvals.approve_order(order_id=order.pk, comment="", actor=sven.actor(), now=at(day))
    order.refresh_from_db()
    assert (order.number_text, order.code) == ("RN000002", "WP")
    cancel_order(order_id=order.pk, comment="no", actor=SETUP, now=at(day))
    assert Subscription.objects.get(pk=sub).status is Status.ACTIVE

    order = renew(store, sub, day, request_key="three")
    order_approvals.approve_order(order_id=order.pk, comment="", actor=sven.actor(), now=at(day))
    version = order_page(sven, order_id=order.pk, now=at(day)).version
    wish = Wish(Act.ACCEPT, version, "seen")
    act_on_order(sven, order_id=order.pk, wish=wish, actor=sven.actor(), now=at(day))
    order.refresh_from_db()
    assert (order.code, SubBilling.objects.get(pk=sub).renews_once) == ("CP", True)
    # In the name of who asked, whoever approved.
    line = SubscriptionEvent.objects.get(subscription_id=sub, kind="renewal_ordered")
    assert line.actor_name == "Cleo"


def test_a_cancellation_waits_for_nobody_and_ends_a_waiting_renewal(store, sub):
    day = date(2026, 3, 6)
    run_within(day=date(2026, 3, 5), now=at(FIRST))
    save_workflow(
        seller_id=store.people.sven.account_id,
        values=WorkflowValues(
            "All", Audience.ALL, [[store.people.sven.user_id]], 24, AtTimeout.REJECT
        ),
        actor=SETUP,
        now=at(day),
    )
    waiting = renew(store, sub, day)
    order = cancel(store, sub, day, request_key="end")
    waiting.refresh_from_db()
    assert (order.code, waiting.code) == ("CP", "CL")
    assert steps(waiting)[-1] == ("CL", "CL000001")
    assert history(sub, "cancellation_ordered")["overtakes"] == "RN000001"


def test_what_cannot_go_on_when_its_time_is_over_is_rejected_with_the_reason(store, sub):
    day = date(2026, 3, 6)
    save_workflow(
        seller_id=store.people.sven.account_id,
        values=WorkflowValues(
            "All", Audience.ALL, [[store.people.sven.user_id]], 1, AtTimeout.APPROVE
        ),
        actor=SETUP,
        now=at(day),
    )
    order = renew(store, sub, day)
    Account.objects.filter(pk=store.people.cleo.account_id).update(admin_hold=True)

    job = RunningJob(1, 1, None, None, at(date(2026, 3, 7)), lambda: False)
    outcome = order_approvals.do_time_out(job, order_id=order.pk)
    order.refresh_from_db()
    assert (outcome, order.code) == ({"done": "reject"}, "CL")
    assert "on hold" in steps(order)[-1][1]
    assert Subscription.objects.get(pk=sub).status is Status.ACTIVE


def test_what_has_ended_begins_again_by_an_order_and_what_is_destroyed_does_not(store, sub):
    PlanPeriod.objects.update(destroys_on_cancel=False)
    day = date(2026, 3, 2)
    cancel(store, sub, day, request_key="end")
    run_within(day=day, now=at(day))
    day = date(2026, 3, 3)
    order = restart(store, sub, day)
    # 29 of 31 days: 75 x 29/31 = 70.16, Sven pays 60 x 29/31 = 56.13.
    assert (order.number_text, order.code, order.first_amount) == (
        "RN000001",
        "CP",
        Decimal("70.16"),
    )
    assert (sales(order)[-1], order.period_amount) == ((Decimal("70.16"), Decimal("56.13")), 75)
    run_within(day=day, now=at(day))
    charge = Charge.objects.get(subscription_id=sub, tier=3, period_start=day)
    assert charge.net == order.first_amount
    row = order_of(store.people.sven.viewer(now=at(day)), order_id=order.pk)
    assert row.term is not None
    assert (row.term.begins_again, row.term.starts_on) == (True, day)

    day = date(2026, 3, 4)
    cancel(store, sub, day, request_key="again")
    run_within(day=day, now=at(day))
    commands.destroy_subscription(
        subscription_id=sub, reason="gone", actor=SETUP, now=at(day), today=day
    )
    for again, code in (
        (restart, "subscription_not_renewable"),
        (renew, "subscription_not_running"),
    ):
        with pytest.raises(TransitionRefused) as refused:
            again(store, sub, date(2026, 3, 5), request_key="late")
        assert refused.value.code == code
    assert Order.objects.filter(kind="renewal").count() == 1


def made_by_hand(store: Shop) -> int:
    """Five seats from 1 March, made at the vendor's desk."""
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=at(FIRST),
    )
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(5)})])
    amount = estimate_order(cart, now=at(FIRST)).total.first
    (number,) = place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=at(FIRST))
    done(FIRST)
    run_within(day=FIRST, now=at(FIRST))
    return Order.objects.get(pk=number).subscription_id


def done(day: date) -> None:
    number = Operation.objects.get(settled_at=None).id
    mark_done(operation_id=number, comment="done", actor=SETUP, now=at(day))


def test_a_cancellation_ends_a_change_that_the_vendor_is_at(store):
    sub = made_by_hand(store)
    day = date(2026, 3, 6)
    run_within(day=date(2026, 3, 5), now=at(FIRST))
    given = asked(store, sub, day)
    del given["request_key"]
    actions.change_quantity(resource_id=store.seat, quantity=Decimal(7), effective_on=day, **given)
    change = Order.objects.latest("id")
    assert (change.number_text, change.code) == ("CH000001", "PR")
    # Two more seats for 26 of 31 days: 30 x 26/31 = 25.16; Sven pays 24 x 26/31 = 20.13.
    assert sales(change)[-1] == (Decimal("25.16"), Decimal("20.13"))

    order = cancel(store, sub, day)
    change.refresh_from_db()
    assert (order.code, change.code, change.closed_at) == ("CP", "CL", at(day))
    assert steps(change)[-1] == ("CL", "CL000001")
    assert history(sub, "cancellation_ordered")["overtakes"] == "CH000001"
    assert order.first_amount == Decimal("-62.90")
    operation = Operation.objects.get(pk=change.operation_id)
    assert operation.state.value == "withdrawn"
    # The people at the vendor's desk did it nevertheless: somebody looks at it, nothing is billed.
    mark_done(operation_id=operation.pk, comment="too late", actor=SETUP, now=at(day))
    assert FollowUp.objects.get().kind.value == "delivered_after_cancel"
    run_within(day=day, now=at(day))
    kinds = Charge.objects.filter(subscription_id=sub, tier=3).order_by("id")
    assert [str(row.kind) for row in kinds] == ["recurring", "refund"]
    assert verify().is_proved
