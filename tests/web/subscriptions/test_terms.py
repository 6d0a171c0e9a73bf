"""Renew once, renew again, align and remove: what the pages show, what the buttons do, and what is billed then."""

from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.ordering.models import Order
from entrepot.domain.subscriptions.commands import Discount
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionEvent
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW
from tests.support.runs import run_within

START, TODAY = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def sub(store) -> int:
    """Five seats of Cleo's since the first of March, billed once: 15.00 a seat, Sven pays 12.00."""
    number = store.shop.subscribe("5")
    run_within(day=START, now=NOW)
    return number


@pytest.fixture
def sven(store, at):
    return at(store.people.sven)


def page(number: int, act: str = "") -> str:
    return f"/reseller/subscriptions/{number}/{act}"


def send(client, number, act, **values):
    usual = {"version": SubBilling.objects.get(pk=number).version}
    return client.post(page(number, act), {**usual, **values})


def read(client, number, act="") -> str:
    answer = client.get(page(number, act))
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(number: int) -> list[str]:
    found = SubscriptionEvent.objects.filter(subscription_id=number)
    return list(found.order_by("id").values_list("kind", flat=True))


def end_it(client, number: int) -> None:
    """Cancel as of today and bill the day, so that it has ended on 3 March."""
    answer = send(client, number, "cancel/", cancel_on="2026-03-02", reason="Too expensive")
    assert answer.status_code == 302
    run_within(day=TODAY, now=NOW)


def test_one_more_term_is_ordered_seen_and_withdrawn(sven, at, store, sub):
    assert "Renew once…" not in read(sven, sub)
    send(sven, sub, "renewal/", auto_renew="no")
    assert "Renew once…" in read(sven, sub)

    # The next term: 5 seats at 15.00, cost 60.00, from 1 March 2027 for a year.
    text = read(sven, sub, "renew/")
    for shown in ("1 Mar 2027 to 1 Mar 2028", "from 1 Mar", "€75.00", "€60.00", "+75.00"):
        assert shown in text
    stale = SubBilling.objects.get(pk=sub).version
    assert send(sven, sub, "renew/").status_code == 302
    assert SubBilling.objects.get(pk=sub).renews_once
    again = sven.post(page(sub, "renew/"), {"version": stale})
    assert again.status_code == 409
    assert "One more term is ordered" in again.content.decode()

    text = read(sven, sub)
    for shown in (
        "One more term ordered",
        "No more term…",
        "One more term ordered from 1 Mar 2027",
    ):
        assert shown in text
    assert "Renew once…" not in text
    assert "−75.00" in read(sven, sub, "renew/withdraw/")

    cleo = at(store.people.cleo)
    url = f"/customer/subscriptions/{sub}/renew/withdraw/"
    assert "€60.00" not in cleo.get(url).content.decode()
    version = SubBilling.objects.get(pk=sub).version
    assert cleo.post(url, {"version": version}).status_code == 302
    assert not SubBilling.objects.get(pk=sub).renews_once
    assert send(sven, sub, "renew/withdraw/").status_code == 409
    assert kinds(sub)[-2:] == ["renewal_ordered", "renewal_withdrawn"]
    assert AuditEntry.objects.get(action="subscription_renewal_withdrawn").actor_name


def test_what_was_cancelled_is_renewed_again_for_the_amount_shown(sven, store, sub):
    PlanPeriod.objects.update(destroys_on_cancel=False)
    assert send(sven, sub, "restart/").status_code == 409
    end_it(sven, sub)
    assert "Renew again…" in read(sven, sub)

    # From 3 March: 29 of 31 days of 75.00 = 70.16, cost 60.00 x 29/31 = 56.13; then 75.00 from April.
    text = read(sven, sub, "restart/")
    for shown in ("The new term starts on 3 Mar 2026", "€70.16", "€56.13", "€75.00", "from 1 Apr"):
        assert shown in text
    assert "Renew from 3 Mar 2026, €70.16" in text
    assert send(sven, sub, "restart/").status_code == 302

    run_within(day=date(2026, 3, 3), now=NOW)
    charge = Charge.objects.get(subscription_id=sub, tier=3, period_start=date(2026, 3, 3))
    assert charge.net == Decimal("70.16")
    assert kinds(sub)[-2:] == ["restart_ordered", "restarted"]
    text = read(sven, sub)
    assert "Renewed again from 3 Mar 2026" in text
    assert "Started again, term until" in text


def test_a_new_term_that_costs_nothing_is_confirmed(sven, store):
    PlanPeriod.objects.update(destroys_on_cancel=False)
    free = {3: Discount(1_000_000, "Free")}
    number = store.shop.subscribe("5", discounts=free)
    run_within(day=START, now=NOW)
    end_it(sven, number)

    answer = send(sven, number, "restart/")
    assert answer.status_code == 409
    assert "Confirm the free change" in answer.content.decode()
    assert SubBilling.objects.get(pk=number).status == "cancelled"
    assert send(sven, number, "restart/", confirmed="free").status_code == 302
    assert SubBilling.objects.get(pk=number).status == "active"


def test_a_service_that_went_with_the_cancellation_is_not_renewed(sven, sub):
    end_it(sven, sub)

    assert "Renew again…" not in read(sven, sub)
    assert "was removed with the cancellation" in read(sven, sub, "restart/")
    assert send(sven, sub, "restart/").status_code == 409
    assert SubBilling.objects.get(pk=sub).status == "cancelled"


def test_ends_of_terms_are_compared_by_cost_and_one_is_chosen(sven, at, store, sub):
    later = store.shop.subscribe("2", start_on=date(2026, 3, 2))
    run_within(day=TODAY, now=NOW)
    assert "Align term…" in read(sven, later)

    # It ends on 2 March 2027. With the other one on 1 March, the period from 2 April ends on 1 May: 29 of 30
    # days of 30.00 = 29.00, so the first bill that differs is 1.00 less; then 30.00 a month from 1 May.
    text = read(sven, later, "align/")
    for shown in (
        "Cost of each choice",
        "as Mail Basic",
        "end of a calendar month",
        "−€1.00",
        "on 2 Apr 2026",
        "€30.00",
        "from 1 May",
        "Let it end on 1 Mar 2027",
        "From 2 Apr 2026 to 2 Mar 2027",
    ):
        assert shown in text, shown
    assert text.count('<th scope="row" class="at-name">') == 5

    for values, status, said in (
        ({"ends_on": "2026-04-01"}, 422, "can end between"),
        ({"ends_on": "2027-03-02"}, 422, "already"),
        ({"ends_on": "soon"}, 422, "This is no day."),
        ({"own": "9999-12-31"}, 422, "not in the years"),
        ({"ends_on": "2027-03-01", "version": "1"}, 409, "You typed"),
    ):
        answer = send(sven, later, "align/", **values)
        assert answer.status_code == status, values
        assert said in answer.content.decode(), values
    assert kinds(later)[-1] == "started"

    assert send(sven, later, "align/", ends_on="2027-03-01").status_code == 302
    assert Subscription.objects.get(pk=later).term_end == date(2027, 3, 1)
    assert "Term now ends on 1 Mar 2027" in read(sven, later)
    cleo = at(store.people.cleo)
    assert cleo.get(f"/customer/subscriptions/{later}/align/").status_code == 200
    run_within(day=date(2026, 4, 2), now=NOW)
    charge = Charge.objects.get(subscription_id=later, tier=3, period_start=date(2026, 4, 2))
    assert charge.net == Decimal("29.00")


def test_what_has_ended_is_removed_for_good_by_a_seller_who_types_its_number(sven, at, store, sub):
    assert "Remove for good…" not in read(sven, sub)
    running = read(sven, sub, "destroy/")
    assert "only what has ended" in running
    PlanPeriod.objects.update(hold_days=14, destroys_after_hold=True)
    end_it(sven, sub)
    text = read(sven, sub)
    for shown in ("Removed for good on", "16 Mar 2026", "14 days on hold, then removed for good"):
        assert shown in text
    drawer = sven.get(f"/reseller/subscriptions/?tab=all&open={sub}").content.decode()
    assert "Remove for good…" in drawer
    assert "Removed for good on" in drawer
    assert "cannot be undone" in read(sven, sub, "destroy/")

    good = {"typed": f"SUB-{sub}", "reason": "Asked <by> letter"}
    for wrong in ({"typed": f"SUB-{sub}0"}, {"typed": ""}, {"reason": ""}):
        answer = send(sven, sub, "destroy/", **{**good, **wrong})
        assert answer.status_code == 422
        assert "Asked &lt;by&gt; letter" in answer.content.decode() or "reason" in wrong
    assert Subscription.objects.get(pk=sub).status == "cancelled"

    assert send(sven, sub, "destroy/", **good).status_code == 302
    assert Subscription.objects.get(pk=sub).status == "terminated"
    text = read(sven, sub)
    for shown in ("Removed for good (Asked &lt;by&gt; letter)", "Removed</span>"):
        assert shown in text
    for hidden in ("Remove for good…", "Renew again…", "Removed for good on"):
        assert hidden not in text
    assert send(sven, sub, "destroy/", **good).status_code == 409
    assert send(sven, sub, "restart/").status_code == 409

    cleo = at(store.people.cleo)
    assert cleo.get(f"/customer/subscriptions/{sub}/destroy/").status_code == 404
    assert "letter" not in cleo.get(f"/customer/subscriptions/{sub}/").content.decode()
    assert sven.get(f"/reseller/account/subscriptions/{sub}/destroy/").status_code == 404
    rex = at(store.people.rex)
    for act in ("renew/", "renew/withdraw/", "restart/", "align/", "destroy/"):
        assert rex.get(page(sub, act)).status_code == 404
        assert send(rex, sub, act, **good).status_code == 404


def test_renewals_and_cancellations_have_numbers_and_a_click_that_comes_twice_orders_once(
    sven, at, store, sub
):
    send(sven, sub, "renewal/", auto_renew="no")
    assert 'name="key"' in read(sven, sub, "renew/")
    key = {"key": "a" * 32}
    answer = sven.post(page(sub, "renew/"), {"version": _version(sub), **key}, follow=True)
    assert "One more term is ordered. (RN000001)" in answer.content.decode()
    assert sven.post(page(sub, "renew/"), {"version": 0, **key}).status_code == 302
    renewal = Order.objects.get()
    assert f'<a href="/reseller/orders/{renewal.pk}/">RN000001</a>' in read(sven, sub)

    listed = sven.get("/reseller/orders/?kind=renewal").content.decode()
    assert "RN000001" in listed
    assert "/reseller/subscriptions/?tab=renewing" in listed
    shown = sven.get(f"/reseller/orders/{renewal.pk}/").content.decode()
    for text in ("First bill of the term", "€75.00", "€60.00", "€15.00", "1 Mar 2027", "Renewal"):
        assert text in shown
    assert send(sven, sub, "renew/withdraw/").status_code == 302
    assert "Withdrawn" in sven.get(f"/reseller/orders/{renewal.pk}/").content.decode()

    key = {"key": "b" * 32, "cancel_on": "2026-03-02", "reason": "Too expensive"}
    assert 'name="key"' in read(sven, sub, "cancel/")
    for _ in range(2):
        answer = sven.post(page(sub, "cancel/"), {"version": _version(sub), **key})
        assert answer.status_code == 302
    ending = Order.objects.get(kind="cancellation")
    cleo = at(store.people.cleo)
    shown = cleo.get(f"/customer/orders/{ending.pk}/").content.decode()
    # 30 of 31 days of 75.00 are given back: 72.58; nobody below learns what Sven gets: 60 x 30/31 = 58.06.
    for text in ("CL000001", "At once", "−€72.58", "Too expensive", "2 Mar 2026"):
        assert text in shown
    assert "58.06" not in shown
    assert "Cancellation ordered for 2 Mar 2026 (Too expensive, CL000001)" in read(sven, sub)
    assert "58.06" in sven.get(f"/reseller/orders/{ending.pk}/").content.decode()
    assert sven.get("/reseller/orders/?q=CL000001").content.decode().count("CL000001") >= 1


def _version(number: int) -> int:
    return SubBilling.objects.get(pk=number).version
