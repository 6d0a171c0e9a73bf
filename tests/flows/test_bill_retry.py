"""Trying quarantined subscriptions again between two runs."""

from datetime import date

import pytest

from entrepot.domain.billing.lifecycle import QuarantineReason, RunStep
from entrepot.domain.billing.models import BillingRun, Charge, Invoice, Quarantine
from entrepot.domain.resale.commands import set_margin_rule
from entrepot.domain.resale.models import MarginBasis, MarginRule
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.flows.bill import bill
from entrepot.flows.retry import RetryRefused, retry_quarantined
from tests.domain.resale.shop import EPOCH, START, Shop, shop
from tests.support.people import NOW, SETUP

SECOND = date(2026, 3, 2)


@pytest.fixture
def store(transactional_db) -> Shop:
    """Ria has no margin rule, so nobody knows her price to Sven."""
    store = shop()
    MarginRule.objects.filter(seller_id=store.people.ria.account_id).delete()
    return store


@pytest.fixture
def sub(store) -> int:
    number = store.subscribe("5")
    bill_day(START)
    return number


def bill_day(day: date):
    return bill(now=NOW, today=day, actor_name="test", until=day)


def retry(*numbers: int):
    return retry_quarantined(subscription_ids=numbers or None, actor=SETUP, now=NOW)


def correct(store: Shop) -> None:
    set_margin_rule(
        seller_id=store.people.ria.account_id,
        basis=MarginBasis.RETAIL,
        percent_ppm=-200_000,
        valid_from=EPOCH,
        actor=SETUP,
        now=NOW,
    )


def test_what_is_still_wrong_stays_in_quarantine_with_one_try_more(sub):
    (result,) = retry(sub)

    assert (result.subscription_id, result.reason) == (sub, QuarantineReason.NO_PRICE)
    assert Quarantine.objects.get().tries == 2
    assert not Charge.objects.exists()
    assert SubBilling.objects.get(pk=sub).due_on == START


def test_what_was_corrected_is_billed_and_its_documents_come_with_the_next_run(store, sub):
    correct(store)

    (result,) = retry()

    assert result.reason is None
    assert Quarantine.objects.get().resolved_on is not None
    charges = Charge.objects.all()
    # The period is the old one; the statement is that of the business date.
    assert {(c.period_start, c.billed_on, c.statement_on) for c in charges} == {
        (START, SECOND, SECOND)
    }
    assert not Invoice.objects.exists()

    done = bill_day(SECOND)
    assert done.days[0].findings == 0
    assert Invoice.objects.count() == 3


def test_one_fault_does_not_keep_the_others_back(store, sub):
    carl = MarginRule.objects.filter(seller_id=store.people.sven.account_id)
    other = store.subscribe("1", START)
    bill_day(SECOND)
    assert Quarantine.objects.filter(resolved_on=None).count() == 2
    correct(store)
    carl.update(valid_from=date(2026, 3, 2))
    SubBilling.objects.filter(pk=other).update(due_on=SECOND)

    results = {one.subscription_id: one.reason for one in retry(sub, other)}

    # Sven's rule holds from the second day on only: the first subscription started before.
    assert results == {sub: QuarantineReason.NO_PRICE, other: None}


def test_an_unfinished_run_is_not_disturbed(store, sub):
    correct(store)
    BillingRun.objects.create(
        day=SECOND, first_day=SECOND, step=RunStep.POST, chunk_size=1, started_at=NOW
    )

    with pytest.raises(RetryRefused) as caught:
        retry(sub)

    assert caught.value.code == "retry_run_open"
    assert not Charge.objects.exists()


def test_a_subscription_that_is_not_in_quarantine_is_refused(sub):
    with pytest.raises(RetryRefused) as caught:
        retry(999_999)

    assert caught.value.code == "retry_not_quarantined"


def test_without_quarantine_nothing_happens(transactional_db):
    assert retry() == ()


def test_progress_counts_the_subscriptions(store, sub):
    store.subscribe("1", START)
    bill_day(SECOND)
    seen = []

    retry_quarantined(actor=SETUP, now=NOW, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(1, 2), (2, 2)]
