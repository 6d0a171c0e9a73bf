"""One action on many ticked subscriptions: the review says what will come of each row, the result what came."""

from datetime import date

import pytest

from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START = date(2026, 3, 1)
URL = "/reseller/subscriptions/together/"


@pytest.fixture
def subs(store) -> list[int]:
    """Three running subscriptions of Cleo's; the third one is on hold."""
    numbers = [store.shop.subscribe("5") for _ in range(3)]
    run_within(day=START, now=NOW)
    commands.hold_subscription(
        subscription_id=numbers[2], reason="asked", actor=SETUP, now=NOW, business_date=START
    )
    return numbers


@pytest.fixture
def sven(store, at):
    return at(store.people.sven)


def keys(numbers) -> list[str]:
    found = dict(SubBilling.objects.values_list("subscription_id", "version"))
    return [f"{number}:{found[number]}" for number in numbers]


def held() -> set[int]:
    return set(Subscription.objects.filter(admin_hold=True).values_list("id", flat=True))


def test_ticked_rows_are_reviewed_and_held_one_by_one(sven, store, subs):
    text = sven.get("/reseller/subscriptions/?tab=all").content.decode()
    for shown in (URL, "Hold…", "Release…", "Renewal off…", "Renewal on…"):
        assert shown in text

    asked = {"act": "hold", "ids": [*subs, 999_999]}
    text = sven.get(URL, asked).content.decode()
    assert text.count("can be done") == 2
    assert f"SUB-{subs[2]} is already on administrative hold." in text
    assert "Hold 2 subscriptions" in text
    assert "SUB-999999" not in text
    assert held() == {subs[2]}
    assert AuditEntry.objects.filter(action="subscription_held").count() == 1

    posted = {"act": "hold", "rows": keys(subs)}
    answer = sven.post(URL, {**posted, "reason": ""})
    assert answer.status_code == 422
    assert held() == {subs[2]}

    answer = sven.post(URL, {**posted, "reason": "Asked by <phone>"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "2 done · 1 refused" in text
    assert held() == set(subs)
    entries = AuditEntry.objects.filter(action="subscription_held", reason="Asked by <phone>")
    assert sorted(entries.values_list("object_id", flat=True)) == subs[:2]

    again = sven.post(URL, {**posted, "reason": "Asked by <phone>"}).content.decode()
    assert "0 done · 3 refused" in again
    assert "changed by somebody else" in again
    answer = sven.post(URL, {"act": "release", "rows": keys(subs), "reason": "Settled"})
    assert "3 done" in answer.content.decode()
    assert held() == set()


def test_renewal_of_many_is_switched_by_customers_too_but_never_a_hold(at, store, subs):
    cleo = at(store.people.cleo)
    url = "/customer/subscriptions/together/"
    assert cleo.get(url, {"act": "hold", "ids": subs}).status_code == 404
    text = cleo.get("/customer/subscriptions/").content.decode()
    assert "Renewal off…" in text
    assert "Hold…" not in text

    answer = cleo.post(url, {"act": "renewal-off", "rows": keys(subs[:2])})
    assert "2 done · 0 refused" in answer.content.decode()
    off = Subscription.objects.filter(auto_renew=False).values_list("id", flat=True)
    assert sorted(off) == subs[:2]
    text = cleo.get(url, {"act": "renewal-off", "ids": subs}).content.decode()
    assert text.count("is so already") == 2
    assert text.count("can be done") == 1


def test_empty_foreign_odd_and_long_selections_do_nothing(sven, at, store, subs):
    assert "No subscription is chosen" in sven.get(URL, {"act": "hold"}).content.decode()
    assert sven.get(URL, {"act": "destroy", "ids": subs}).status_code == 404
    answer = sven.get(URL, {"act": "hold", "ids": list(range(1, 202))})
    assert answer.status_code == 422
    assert "201 subscriptions are too many at once. Choose 200 at most." in answer.content.decode()
    odd = {"act": "renewal-off", "rows": ["x", f"{subs[0]}", f"{subs[0]}:x", f"{subs[0]}:99"]}
    assert "0 done · 1 refused" in sven.post(URL, odd).content.decode()
    rex = at(store.people.rex)
    answer = rex.post(URL, {"act": "renewal-off", "rows": keys(subs)})
    assert "No subscription is chosen" in answer.content.decode()
    assert not Subscription.objects.filter(auto_renew=False).exists()
