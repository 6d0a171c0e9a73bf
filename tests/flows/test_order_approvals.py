"""Orders that wait for their seller's approval: who decides, in which order, once, and what happens without anybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from entrepot.domain.ordering.acts import Act
from entrepot.domain.ordering.approvals import approval_of, waiting_for
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.commands.workflows import WorkflowValues, save_workflow
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import ApprovalWorkflow, Order, OrderApproval, OrderEvent
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.order_acts import Wish, act_on_order
from entrepot.flows.order_approvals import TASK, do_time_out
from entrepot.flows.order_page import order_page
from entrepot.flows.orders import cancel_order, estimate_order, place_order
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job
from entrepot.infra.tasks.queue import RunningJob
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP, user

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(db) -> Shop:
    return shop()


@pytest.fixture
def second(store) -> int:
    """A second person of Cleo's seller who may manage orders."""
    return user(store.people.sven.account_id, "sven.two", "Sam Second", role=RoleCode.SUPPORT)


def workflow(store: Shop, *steps: list[int], seller: int | None = None, **facts) -> int:
    values = {
        "name": "Large orders",
        "audience": Audience.CUSTOMERS,
        "steps": steps,
        "timeout_hours": 24,
        "at_timeout": AtTimeout.REJECT,
        **facts,
    }
    return save_workflow(
        seller_id=seller or store.people.sven.account_id,
        values=WorkflowValues(**values),
        actor=SETUP,
        now=NOW,
    )


def order(store: Shop, quantity: str = "5", key: str = "one") -> int:
    """Order seats for Cleo at 15.00 each."""
    lines = [Line(store.period, {store.seat: Decimal(quantity)})]
    cart = Cart(store.people.cleo.account_id, lines)
    amount = estimate_order(cart, now=NOW).total.first
    (number,) = place_order(cart, request_key=key, confirmed=amount, actor=SETUP, now=NOW)
    return number


def decide(store: Shop, user_id: int, number: int, act: Act, *, version: int | None = None) -> None:
    viewer = build_viewer(user_id=user_id, account_id=store.people.sven.account_id, now=NOW)
    seen = order_page(viewer, order_id=number, now=NOW).version if version is None else version
    wish = Wish(act=act, version=seen, comment="looked at it")
    act_on_order(viewer, order_id=number, wish=wish, actor=viewer.actor(), now=NOW)


def steps(number: int) -> list[str]:
    return list(
        OrderEvent.objects.filter(order_id=number).order_by("id").values_list("to_code", flat=True)
    )


def job(hours: int) -> RunningJob:
    return RunningJob(
        id=1,
        attempt=1,
        owner_id=None,
        account_id=None,
        now=NOW + timedelta(hours=hours),
        stop_asked=lambda: False,
    )


def test_two_steps_approve_one_after_the_other_and_then_the_order_goes_on(store, second):
    sven = store.people.sven
    workflow(store, [sven.user_id], [second])
    number = order(store)
    first = Order.objects.get(pk=number)
    assert (first.code, first.closed_at) == (Code.WAITING_FOR_APPROVAL, None)
    assert Subscription.objects.get(pk=first.subscription_id).status is Status.ORDERED

    # The buyer, another seller and the second step cannot decide now.
    with pytest.raises(OrderNotPossible):
        decide(store, second, number, Act.APPROVE)
    for person in (store.people.cleo, store.people.ria, store.people.harbor):
        acts = order_page(person.viewer(), order_id=number, now=NOW).acts
        assert not {Act.APPROVE, Act.REJECT} & acts
    assert waiting_for(sven.viewer()) == {number}

    decide(store, sven.user_id, number, Act.APPROVE)
    assert waiting_for(sven.viewer()) == frozenset()
    decide(store, second, number, Act.APPROVE)
    assert steps(number) == ["OP", "WA", "WA", "OP", "PD", "CP"]
    names = list(OrderEvent.objects.filter(order_id=number).values_list("actor_name", flat=True))
    assert {"Sven Subreseller", "Sam Second"} <= set(names)
    actions = AuditEntry.objects.filter(object_kind="order", object_id=number)
    assert {"order_ask_approval", "order_endorse", "order_approve"} <= set(
        actions.values_list("action", flat=True)
    )


def test_a_rejected_order_is_cancelled_with_its_subscription(store):
    workflow(store, [store.people.sven.user_id])
    number = order(store)
    decide(store, store.people.sven.user_id, number, Act.REJECT)

    found = Order.objects.get(pk=number)
    assert (found.code, found.closed_at) == (Code.CANCELLED, NOW)
    assert Subscription.objects.get(pk=found.subscription_id).status is Status.CANCELLED
    event = OrderEvent.objects.filter(order_id=number).order_by("-id")[0]
    assert (event.actor_name, event.comment) == ("Sven Subreseller", "looked at it")


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(store, second):
    workflow(store, [store.people.sven.user_id, second])
    number = order(store)
    seen = order_page(store.people.sven.viewer(), order_id=number, now=NOW).version
    decide(store, second, number, Act.REJECT, version=seen)
    with pytest.raises(OrderConflict) as refused:
        decide(store, store.people.sven.user_id, number, Act.APPROVE, version=seen)
    assert refused.value.code == "order_changed_meanwhile"
    assert Order.objects.get(pk=number).code == Code.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_approving_and_cancelling_in_the_same_moment_does_one_of_both():
    store = shop()
    sven = store.people.sven
    workflow(store, [sven.user_id])
    for turn in range(3):
        number = order(store, key=f"turn {turn}")
        seen = order_page(sven.viewer(), order_id=number, now=NOW).version
        ready = Barrier(2)

        def act(what: Act, number: int = number, seen: int = seen, ready: Barrier = ready) -> str:
            try:
                ready.wait(timeout=30)
                decide(store, sven.user_id, number, what, version=seen)
            except (OrderConflict, OrderNotPossible) as refused:
                return refused.code
            else:
                return what.value
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(act, (Act.APPROVE, Act.CANCEL)))

        won = {Act.APPROVE.value, Act.CANCEL.value} & set(said)
        assert len(won) == 1
        assert set(said) - won <= {"order_changed_meanwhile", "order_step_impossible"}
        found = Order.objects.get(pk=number)
        assert found.code == (Code.COMPLETED if won == {"approve"} else Code.CANCELLED)
        status = Subscription.objects.get(pk=found.subscription_id).status
        assert status is (Status.ACTIVE if won == {"approve"} else Status.CANCELLED)


def test_an_approved_order_still_waits_for_payment_beyond_the_limit(store):
    workflow(store, [store.people.sven.user_id])
    number = order(store)
    account = store.account_of(store.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=Decimal("74.99"))
    decide(store, store.people.sven.user_id, number, Act.APPROVE)
    assert steps(number) == ["OP", "WA", "OP", "WP"]


def test_a_workflow_is_for_its_buyers_and_above_its_amount_only(store):
    sven = store.people.sven.user_id
    # 5 x 15.00 = 75.00 is not above 75, 6 x 15.00 = 90.00 is.
    workflow(store, [sven], above_amount=Decimal(75), currency="EUR")
    workflow(store, [sven], audience=Audience.RESELLERS)
    workflow(store, [sven], is_active=False)
    rex = store.people.rex
    workflow(store, [rex.user_id], seller=rex.account_id, audience=Audience.ALL)
    assert Order.objects.get(pk=order(store)).code == Code.COMPLETED
    assert Order.objects.get(pk=order(store, "6", "two")).code == Code.WAITING_FOR_APPROVAL


@pytest.mark.parametrize(
    ("what", "after"), [(AtTimeout.APPROVE, Code.COMPLETED), (AtTimeout.REJECT, Code.CANCELLED)]
)
def test_without_a_decision_the_chosen_action_is_taken_when_the_time_is_over(store, what, after):
    workflow(store, [store.people.sven.user_id], at_timeout=what)
    number = order(store)
    (waiting,) = Job.objects.filter(task=TASK)
    assert waiting.arguments == {"order_id": number}

    assert do_time_out(job(23), order_id=number) == {"done": "nothing"}
    assert do_time_out(job(24), order_id=number) == {"done": what.value}
    assert Order.objects.get(pk=number).code == after
    # The same job again finds nothing to do.
    assert do_time_out(job(25), order_id=number) == {"done": "nothing"}


def test_a_step_gives_the_next_one_the_whole_time(store, second):
    workflow(store, [store.people.sven.user_id], [second])
    number = order(store)
    OrderApproval.objects.filter(pk=number).update(due_at=NOW + timedelta(hours=1))
    decide(store, store.people.sven.user_id, number, Act.APPROVE)
    assert OrderApproval.objects.get(pk=number).due_at == NOW + timedelta(hours=24)
    assert Job.objects.filter(task=TASK).count() == 2


def test_a_buyer_may_cancel_what_waits_and_then_nobody_is_asked(store):
    workflow(store, [store.people.sven.user_id])
    number = order(store)
    cancel_order(order_id=number, comment="by mistake", actor=SETUP, now=NOW)
    assert approval_of(store.people.sven.viewer(), order_id=number) is None
    assert do_time_out(job(99), order_id=number) == {"done": "nothing"}


def test_orders_that_wait_keep_the_workflow_as_it_was(store, second):
    number = workflow(store, [store.people.sven.user_id])
    waiting = order(store)
    values = WorkflowValues(
        name="Other", audience=Audience.ALL, steps=[[second]], timeout_hours=1,
        at_timeout=AtTimeout.APPROVE,
    )  # fmt: skip
    facts = {"seller_id": store.people.sven.account_id, "workflow_id": number, "values": values}
    save_workflow(**facts, version=1, actor=SETUP, now=NOW)
    found = approval_of(store.people.sven.viewer(), order_id=waiting)
    assert found is not None
    assert (found.workflow_name, found.approvers) == ("Large orders", ("Sven Subreseller",))

    with pytest.raises(OrderConflict) as refused:
        save_workflow(**facts, version=1, actor=SETUP, now=NOW)
    assert refused.value.code == "approval_changed_meanwhile"
    with pytest.raises(NoSuchObject):
        save_workflow(
            **{**facts, "seller_id": store.people.rex.account_id}, version=2, actor=SETUP, now=NOW
        )


def test_workflows_with_unusable_values_are_refused(store):
    sven, reader = store.people.sven, store.people.sven.account_id
    may_not = user(reader, "sven.reader", "Rita Reader", role=RoleCode.READ_ONLY)
    for code, steps_, facts in (
        ("approval_name_unusable", [[sven.user_id]], {"name": " "}),
        ("approval_hours_out_of_bounds", [[sven.user_id]], {"timeout_hours": 0}),
        ("approval_hours_out_of_bounds", [[sven.user_id]], {"timeout_hours": 1000}),
        ("approval_amount_unusable", [[sven.user_id]], {"above_amount": Decimal(-1)}),
        ("approval_approver_missing", [[], []], {}),
        ("approval_approver_missing", [[sven.user_id]] * 4, {}),
        ("approval_approver_unknown", [[sven.user_id, may_not]], {}),
        ("approval_approver_unknown", [[store.people.rex.user_id]], {}),
        ("approval_approver_unknown", [[10**30]], {}),
    ):
        with pytest.raises(OrderInput) as refused:
            workflow(store, *steps_, **facts)
        assert refused.value.code == code
    assert not ApprovalWorkflow.objects.exists()
