"""Orders from the cart to the first invoice: what is confirmed is what is ordered, delivered once and billed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge, Invoice
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice, Plan, PlanPeriod, PlanResource
from entrepot.domain.ordering import payment
from entrepot.domain.ordering.amounts import amounts_of
from entrepot.domain.ordering.commands import Cart, Line, accept_payment
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_done, mark_failed
from entrepot.domain.provisioning.errors import ProvisioningRefused
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.commands import change_quantity
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.flows.daily_billing import run_day
from entrepot.flows.orders import cancel_order, estimate_order, place_order, resubmit_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.verify import verify
from entrepot.flows.verify.report import report_text
from tests.domain.resale.shop import Shop, add_period, add_price, shop
from tests.support.people import SETUP

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture
def store(db) -> Shop:
    return shop()


def _cart(store: Shop, *quantities: str, **facts: Any) -> Cart:
    lines = [Line(store.period, {store.seat: Decimal(quantity)}) for quantity in quantities]
    return Cart(store.people.cleo.account_id, lines, **facts)


def _place(
    cart: Cart, *, key: str = "one", confirmed: str | None = None, **facts: Any
) -> list[int]:
    amount = Decimal(confirmed) if confirmed else estimate_order(cart, now=NOW).total.first
    return place_order(
        cart,
        request_key=key,
        confirmed=amount,
        actor=SETUP,
        now=NOW,
        **facts,
    )


def _manual(store: Shop) -> None:
    vendor = Plan.objects.get(pk=store.plan).service.vendor_id
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=vendor,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )


def _code(number: int) -> Code:
    return Code(Order.objects.get(pk=number).code)


def test_the_estimate_names_every_tier_and_the_first_invoices_carry_it(store):
    cart = _cart(store, "5")
    seen = estimate_order(cart, now=NOW)
    (line,) = seen.lines
    assert {tier: bill.first for tier, bill in line.bills.items()} == {
        1: Decimal("55.00"),
        2: Decimal("60.00"),
        3: Decimal("75.00"),
    }
    assert line.costs[3].first == line.bills[2].first
    assert (seen.total.first, seen.total.period, seen.currency) == (75, 75, "EUR")

    (number,) = _place(cart)
    order = Order.objects.get(pk=number)
    run_day(day=TODAY, now=NOW)
    charges = Charge.objects.filter(subscription_id=order.subscription_id)
    assert {c.tier: c.net for c in charges} == {t: b.first for t, b in line.bills.items()}


def test_setup_fees_are_in_the_first_amount_only(store):
    add_price(store.period, store.seat, kind=PriceKind.SETUP, cost="4")
    seen = estimate_order(_cart(store, "5"), now=NOW)
    assert (seen.total.first, seen.total.period) == (Decimal("81.00"), Decimal("75.00"))


def test_without_a_connector_an_order_is_delivered_at_once(store):
    (number,) = _place(_cart(store, "5", purchase_order="PO 77"))
    order = Order.objects.get(pk=number)
    assert (order.code, order.number_text, order.first_amount) == ("CP", "SO000001", 75)
    assert order.closed_at == NOW
    wide = Subscription.objects.get(pk=order.subscription_id)
    assert (wide.status, wide.started_on, wide.purchase_order) == (Status.ACTIVE, TODAY, "PO 77")
    steps = list(
        OrderEvent.objects.filter(order_id=number).order_by("id").values_list("to_code", flat=True)
    )
    assert steps == ["OP", "PD", "CP"]


def test_an_order_waits_for_its_vendor_and_starts_when_the_service_is_there(store):
    _manual(store)
    (number,) = _place(_cart(store, "5"))
    order = Order.objects.get(pk=number)
    assert _code(number) is Code.PROVISIONING
    assert Subscription.objects.get(pk=order.subscription_id).status is Status.ORDERED
    assert not SubBilling.objects.filter(pk=order.subscription_id).exists()
    run_day(day=TODAY, now=NOW)
    assert not Charge.objects.exists()

    later = datetime(2026, 3, 12, 9, tzinfo=UTC)
    mark_done(operation_id=order.operation_id, comment="made by hand", actor=SETUP, now=later)
    assert _code(number) is Code.COMPLETED
    # Billing has reached the 11th: the customer is charged from the day that is billed next, not from the order.
    assert SubBilling.objects.get(pk=order.subscription_id).due_on == date(2026, 3, 11)


def test_nothing_is_ordered_while_the_vendors_connector_rests(store):
    _manual(store)
    Connector.objects.update(is_active=False)
    with pytest.raises(ProvisioningRefused) as refused:
        _place(_cart(store, "5"))
    assert refused.value.code == "connector_inactive"
    assert not Order.objects.exists()
    assert not Subscription.objects.exists()


def test_what_is_ordered_and_not_started_is_no_finding(store):
    _manual(store)
    _place(_cart(store, "5"))
    run_day(day=TODAY, now=NOW)
    report = verify()
    assert report.is_proved, report_text(report)


def test_what_a_person_ended_at_the_vendor_can_only_be_cancelled(store):
    _manual(store)
    (number,) = _place(_cart(store, "5"))
    order = Order.objects.get(pk=number)
    for comment in ("wrong domain", "there is no such domain"):
        mark_failed(operation_id=order.operation_id, comment=comment, actor=SETUP, now=NOW)
        order.refresh_from_db()
        assert (order.code, order.error) == ("PF", "wrong domain")

    cancel_order(order_id=number, comment="ordered again", actor=SETUP, now=NOW)
    assert _code(number) is Code.CANCELLED
    wide = Subscription.objects.get(pk=order.subscription_id)
    assert (wide.status, wide.ended_on) == (Status.CANCELLED, TODAY)
    with pytest.raises(OrderNotPossible, match="status CL") as refused:
        cancel_order(order_id=number, comment="again", actor=SETUP, now=NOW)
    assert refused.value.code == "order_step_impossible"


def test_an_order_at_the_vendor_is_not_cancelled_under_its_feet(store):
    _manual(store)
    (number,) = _place(_cart(store, "5"))
    with pytest.raises(OrderNotPossible):
        cancel_order(order_id=number, comment="changed my mind", actor=SETUP, now=NOW)
    assert _code(number) is Code.PROVISIONING
    with pytest.raises(OrderNotPossible):
        resubmit_order(order_id=number, actor=SETUP, now=NOW)


def test_one_request_places_its_orders_once(store):
    cart = _cart(store, "5", "1")
    first = _place(cart)
    assert _place(cart) == first
    assert Order.objects.count() == Subscription.objects.count() == 2
    assert [o.number_text for o in Order.objects.order_by("id")] == ["SO000001", "SO000002"]
    for other in (_cart(store, "5"), _cart(store, "5", "2")):
        with pytest.raises(OrderConflict) as refused:
            _place(other)
        assert refused.value.code == "order_key_reused"


def test_a_price_that_changed_since_it_was_seen_asks_again_and_leaves_nothing(store):
    cart = _cart(store, "5")
    CatalogPrice.objects.update(retail_price=Decimal(16), unit_cost=Decimal(11))
    with pytest.raises(OrderConflict) as refused:
        _place(cart, confirmed="75.00")
    assert refused.value.code == "order_price_changed"
    assert "80.00 EUR" in str(refused.value)
    assert not Order.objects.exists()
    assert not Subscription.objects.exists()


def test_an_order_that_costs_nothing_is_confirmed_once_more_unless_it_is_a_trial(store):
    CatalogPrice.objects.update(retail_price=0, unit_cost=0)
    with pytest.raises(OrderNotPossible) as refused:
        _place(_cart(store, "5"), confirmed="0")
    assert refused.value.code == "order_zero_unconfirmed"
    assert _place(_cart(store, "5"), confirmed="0", is_free_confirmed=True)

    trial = add_period(store.plan, store.seat, trial_days=14, term_months=1)
    CatalogPrice.objects.update(retail_price=0, unit_cost=0)
    cart = Cart(store.people.cleo.account_id, [Line(trial, {store.seat: Decimal(1)})])
    (number,) = _place(cart, key="trial", confirmed="0")
    wide = Subscription.objects.get(pk=Order.objects.get(pk=number).subscription_id)
    assert wide.status is Status.TRIAL


def test_beyond_its_credit_limit_an_order_waits_until_staff_let_it_go_on(store):
    account = store.account_of(store.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=Decimal(100))
    first, second = _place(_cart(store, "5", "5"))
    assert (_code(first), _code(second)) == (Code.COMPLETED, Code.WAITING_FOR_PAYMENT)
    wide = Subscription.objects.get(pk=Order.objects.get(pk=second).subscription_id)
    assert wide.status is Status.ORDERED

    with pytest.raises(OrderInput):
        accept_payment(order_id=second, comment=" ", actor=SETUP, now=NOW)
    accept_payment(order_id=second, comment="seen on the statement", actor=SETUP, now=NOW)
    assert _code(second) is Code.COMPLETED
    assert OrderEvent.objects.filter(order_id=second, comment="seen on the statement").exists()


def test_what_is_complete_takes_room_until_it_is_paid(store):
    """5 units of 15.00 leave no room for 2 more while they wait for the run, and then for the invoice."""
    account = store.account_of(store.people.cleo.account_id)
    terms = BillingAccount.objects.filter(pk=account.pk)
    terms.update(credit_limit=Decimal("104.99"), statement_day=20)

    def ordered(key: str) -> Code:
        (number,) = _place(_cart(store, "2"), key=key)
        code = _code(number)
        if code is Code.WAITING_FOR_PAYMENT:
            cancel_order(order_id=number, comment="tried only", actor=SETUP, now=NOW)
        return code

    (first,) = _place(_cart(store, "5"))
    assert _code(first) is Code.COMPLETED
    assert ordered("before the run") is Code.WAITING_FOR_PAYMENT

    run_day(day=TODAY, now=NOW)
    assert not Invoice.objects.filter(billing_account_id=account.pk).exists()
    # With its tax of 19 % it is 89.25 now, and counted once.
    terms.update(credit_limit=Decimal("119.24"))
    assert ordered("before the invoice") is Code.WAITING_FOR_PAYMENT
    terms.update(credit_limit=Decimal("119.25"))
    assert ordered("with room") is Code.COMPLETED


def test_another_payment_condition_decides_which_orders_wait(store):
    """Prepaid up to 60.00 for an order, whatever is owed: 75.00 waits, 45.00 goes on beyond the limit of the terms."""
    asked = []

    class Prepaid:
        def go_on(self, orders, *, billing_account_id):
            asked.append((billing_account_id, [one.amount for one in orders]))
            return frozenset(one.order_id for one in orders if one.amount <= 60)

    account = store.account_of(store.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=Decimal(0))
    terms = payment.use(Prepaid())
    try:
        first, second = _place(_cart(store, "5", "3"))
    finally:
        payment.use(terms)

    assert isinstance(terms, payment.OnTerms)
    assert asked == [(account.pk, [75, 45])]
    assert (_code(first), _code(second)) == (Code.WAITING_FOR_PAYMENT, Code.COMPLETED)
    accept_payment(order_id=first, comment="the card was charged", actor=SETUP, now=NOW)
    assert _code(first) is Code.COMPLETED


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1000000000"])
def test_quantities_that_nobody_can_mean_are_refused(store, quantity):
    with pytest.raises(SubscriptionInput):
        _place(
            _cart(store, quantity), confirmed=str(15 * Decimal(quantity)), is_free_confirmed=True
        )
    assert not Order.objects.exists()
    assert not Subscription.objects.exists()


def test_units_outside_what_the_plan_sells_are_refused(store):
    PlanResource.objects.filter(plan_id=store.plan, resource_id=store.seat).update(
        minimum=5, maximum=300
    )
    for quantity in ("4", "301"):
        with pytest.raises(SubscriptionInput, match="5 to 300"):
            _place(_cart(store, quantity))
    (number,) = _place(_cart(store, "5"))
    with pytest.raises(SubscriptionInput, match="5 to 300"):
        change_quantity(
            subscription_id=Order.objects.get(pk=number).subscription_id,
            resource_id=store.seat,
            quantity=Decimal(4),
            effective_on=TODAY,
            actor=SETUP,
            now=NOW,
        )


def test_a_held_account_orders_nothing(store):
    Account.objects.filter(pk=store.people.cleo.account_id).update(credit_hold=True)
    with pytest.raises(OrderRefused) as refused:
        _place(_cart(store, "5"))
    assert refused.value.code == "account_on_hold"
    assert not Order.objects.exists()


def test_a_plan_that_was_taken_off_sale_meanwhile_is_refused(store):
    PlanPeriod.objects.update(is_active=False)
    with pytest.raises(OrderRefused) as refused:
        _place(_cart(store, "5"))
    assert refused.value.code == "plan_not_sold"


def test_a_plan_without_a_price_is_not_ordered(store):
    CatalogPrice.objects.all().delete()
    with pytest.raises(OrderNotPossible) as refused:
        _place(_cart(store, "5"), confirmed="0")
    assert refused.value.code == "order_price_missing"


def test_a_cart_is_neither_empty_nor_endless_and_has_a_key(store):
    with pytest.raises(OrderInput):
        estimate_order(_cart(store), now=NOW)
    with pytest.raises(OrderInput):
        estimate_order(_cart(store, *["1"] * 51), now=NOW)
    for key in ("", "x" * 65, "a\nb"):
        with pytest.raises(OrderInput) as refused:
            _place(_cart(store, "1"), key=key)
        assert refused.value.code == "order_key_unusable"


def test_an_order_keeps_what_the_prices_of_the_day_make_of_it_on_which_it_starts(store):
    """Ordered on the 10th at 10.00, done on the 12th at 11.00: 5 x 11.00 at cost, + 10 % for Ria; retail stays."""
    _manual(store)
    (number,) = _place(_cart(store, "5"))
    order = Order.objects.get(pk=number)

    def kept() -> list[tuple[Decimal, Decimal | None]]:
        found = amounts_of(Order.objects.get(pk=number).amounts)
        assert found is not None
        return [(one.price.first, one.cost and one.cost.first) for one in found.sales]

    assert kept() == [(55, 50), (60, 55), (75, 60)]
    CatalogPrice.objects.update(retail_price=Decimal(16), unit_cost=Decimal(11))
    run_day(day=TODAY, now=NOW)
    run_day(day=date(2026, 3, 11), now=NOW)
    later = datetime(2026, 3, 12, 9, tzinfo=UTC)
    mark_done(operation_id=order.operation_id, comment="made by hand", actor=SETUP, now=later)
    # Ria pays 11 x 1.1 = 12.10, Sven 16 less 20 % = 12.80, Cleo 16.00 a seat.
    expected = [Decimal("60.50"), Decimal("64.00"), Decimal("80.00")]
    assert [price for price, _ in kept()] == expected
    assert kept()[-1] == (Decimal("80.00"), Decimal("64.00"))
    assert Order.objects.get(pk=number).first_amount == 75
    run_day(day=date(2026, 3, 12), now=NOW)
    charges = Charge.objects.filter(subscription_id=order.subscription_id).order_by("tier")
    assert [charge.net for charge in charges] == expected
