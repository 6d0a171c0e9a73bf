"""Acting on behalf, through the panels."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from entrepot.domain.parties.kinds import AccountStatus, RoleCode
from entrepot.domain.parties.models import Account, ActingSession, Membership
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import NOW, Person, user


def _act(client: Client, number: int, reason: str = "Ticket 4711", panel: str = "reseller"):
    return client.post(reverse(f"{panel}:account-act", args=[number]), {"reason": reason})


def _page(client: Client, name: str = "customer:home", **more: str) -> str:
    answer = client.get(reverse(name), follow=True, **more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_reseller_opens_the_panel_of_a_customer_and_comes_back(people, signed_in):
    client, cleo = signed_in(people.sven), people.cleo.account_id
    customer = reverse("reseller:customer", args=[cleo])
    assert "Log in to its panel" in client.get(customer).content.decode()

    assert _act(client, cleo, " ").status_code == 422
    key = client.session.session_key
    opened = _act(client, cleo)
    assert opened.status_code == 302
    assert client.session.session_key != key
    page = _page(client, "start")
    assert "Cleo Clinics" in page
    assert "Sven Subreseller (Sven Systems)" in page
    assert "60 minutes left" in page
    assert reverse("profile") not in page
    # The own panel is that of another kind meanwhile, and so is what people do about themselves.
    assert client.get(customer).status_code == 404
    for name in ("profile", "password-change", "switch"):
        assert client.get(reverse(name)).status_code == 403, name

    back = client.post(reverse("stop-acting"), follow=True)
    assert "You work for Sven Systems again." in back.content.decode()
    assert client.get(customer).status_code == 200
    assert client.get(reverse("customer:home")).status_code == 404
    acts = AuditEntry.objects.filter(action__startswith="acting").order_by("id")
    assert [(one.action, one.actor_name, one.on_behalf_of_id) for one in acts] == [
        ("acting_began", "Sven Subreseller (Sven Systems)", cleo),
        ("acting_ended", "Sven Subreseller (Sven Systems)", cleo),
    ]


def test_what_is_done_on_behalf_carries_both_names(people, signed_in):
    client, rex = signed_in(people.harbor), people.rex.account_id
    _act(client, rex, panel="provider")
    address = reverse("reseller:account-edit", args=[rex])
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    version = Account.objects.get(pk=rex).version

    client.post(address, {**data, "name": "Rex Networks SE", "version": version})

    assert Account.objects.get(pk=rex).name == "Rex Networks SE"
    entry = AuditEntry.objects.filter(object_kind="account", object_id=rex).latest("id")
    assert (entry.actor_id, entry.actor_name, entry.on_behalf_of_id) == (
        people.harbor.user_id,
        "Hanna Harbor (Harbor Distribution)",
        rex,
    )


def test_it_ends_with_the_hour_and_leads_back_to_the_own_panel(people, signed_in, monkeypatch):
    client = signed_in(people.sven)
    _act(client, people.cleo.account_id)
    later = NOW + timedelta(minutes=30)
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(later - timedelta(minutes=1)))
    assert "31 minutes left" in _page(client)
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(later))
    assert "30 minutes left" in _page(client)
    ActingSession.objects.update(ends_at=later)

    page = _page(client)

    assert "Acting on behalf of the other account has ended" in page
    assert "Sven Systems" in page
    assert ActingSession.objects.get().end_cause == "time"
    part = client.get(reverse("customer:home"), headers={"HX-Request": "true"})
    assert part.status_code == 404


@pytest.mark.parametrize("change", ["right", "account"])
def test_it_ends_with_the_next_request_when_the_right_is_gone(people, signed_in, change):
    client = signed_in(people.sven)
    _act(client, people.cleo.account_id)
    if change == "right":
        Membership.objects.filter(user_id=people.sven.user_id).update(role=RoleCode.BILLING)
    else:
        Account.objects.filter(pk=people.cleo.account_id).update(status=AccountStatus.CANCELLED)

    part = client.get(reverse("customer:home"), headers={"HX-Request": "true"})

    assert (part.status_code, part.headers["HX-Redirect"]) == (401, reverse("start"))
    assert "has ended" in _page(client, "start")
    assert ActingSession.objects.get().ended_at is not None


def test_who_may_not_act_finds_no_door(people, signed_in):
    cleo = people.cleo.account_id
    number = user(people.sven.account_id, "sven.bills", "Bea", role=RoleCode.BILLING)
    billing = Person(people.sven.account_id, number, "sven.bills", people.sven.host, "Bea")
    assert _act(signed_in(people.rex), cleo).status_code == 404
    assert _act(signed_in(people.ria), cleo).status_code == 404
    assert _act(signed_in(people.sven), people.sven.account_id).status_code == 404
    assert _act(signed_in(people.harbor), cleo, panel="provider").status_code == 302
    clerk = signed_in(billing)
    assert _act(clerk, cleo).status_code == 403
    address = reverse("reseller:customer", args=[cleo])
    assert "Log in to its panel" not in clerk.get(address).content.decode()
    assert Client(SERVER_NAME="sven.localhost").post(reverse("stop-acting")).status_code == 302
    assert signed_in(people.cleo).post(reverse("stop-acting")).status_code == 302
