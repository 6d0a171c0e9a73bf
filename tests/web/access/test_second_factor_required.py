"""Where a second factor is required, and what happens when somebody has lost theirs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from entrepot.domain.notifications.models import Message
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import FactorRule, OpenSession
from entrepot.flows import wiring
from entrepot.infra.audit.models import AuditEntry
from tests.support.mailbox import tell
from tests.support.people import Person, user
from tests.web.access.conftest import sign_in
from tests.web.access.test_second_factor import add_app

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def wired():
    wiring.connect()


def require(client, panel, **boxes):
    page = client.get(reverse(f"{panel}:factor-demands"))
    assert page.status_code == 200
    return client.post(
        reverse(f"{panel}:factor-demands"), {"version": page.context["version"], **boxes}
    )


def home(client, panel):
    return client.get(reverse(f"{panel}:home"))


def test_a_provider_requires_it_per_kind_of_account(people, signed_in, clock):
    provider = signed_in(people.harbor)
    ria, cleo = signed_in(people.ria), signed_in(people.cleo)
    assert require(provider, "provider", customers="on").status_code == 302
    assert FactorRule.objects.get().customers
    entry = AuditEntry.objects.get(action="factor_rule_set")
    assert (entry.object_id, entry.before["customers"], entry.after["customers"]) == (
        people.harbor.account_id,
        False,
        True,
    )
    # Who is signed in already is led there within a minute, who signs in now at once.
    assert home(cleo, "customer").status_code == 200
    assert home(signed_in(people.carl), "customer").headers["Location"] == reverse("own-security")
    clock.advance(MINUTE)
    assert home(cleo, "customer").headers["Location"] == reverse("own-security")
    assert home(ria, "reseller").status_code == 200
    assert home(provider, "provider").status_code == 200

    page = cleo.get(reverse("own-security"))
    assert "Your account requires a second factor." in page.content.decode()
    for name in ("profile", "own-sessions", "password-change", "switch", "customer:users"):
        assert cleo.get(reverse(name)).headers["Location"] == reverse("own-security"), name
    part = cleo.get(reverse("customer:users"), headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, reverse("own-security"))
    shut = cleo.post(reverse("customer:user-disable", args=[people.cleo.user_id]))
    assert shut.headers["Location"] == reverse("own-security")
    add_app(cleo, clock)
    assert home(cleo, "customer").status_code == 200
    # The last one stays where one is required.
    number = cleo.get(reverse("own-security")).context["app"].id
    kept = cleo.post(reverse("own-factor-remove", args=[number]))
    assert kept.status_code == 409
    assert "Add another one first." in kept.content.decode()
    assert cleo.post(reverse("sign-out")).headers["Location"] == reverse("sign-in")


def test_a_reseller_requires_it_of_itself_and_of_its_own_customers(people, signed_in, clock):
    sven = signed_in(people.sven)
    page = sven.get(reverse("reseller:factor-demands")).content.decode()
    assert "People of customers" in page
    assert "People of all resellers" not in page
    # A box that is not offered is not stored.
    assert require(sven, "reseller", customers="on", resellers="on").status_code == 302
    rule = FactorRule.objects.get()
    assert (rule.account_id, rule.own, rule.resellers, rule.customers) == (
        people.sven.account_id,
        False,
        False,
        True,
    )
    assert home(signed_in(people.cleo), "customer").status_code == 302
    assert home(signed_in(people.carl), "customer").status_code == 200
    assert home(signed_in(people.sven), "reseller").status_code == 200
    assert require(signed_in(people.ria), "reseller", own="on", customers="on").status_code == 302
    # Ria's customers would be those directly below her; Cleo's rule is Sven's, and Sven is nobody's customer.
    assert home(signed_in(people.ria), "reseller").status_code == 302
    assert home(signed_in(people.sven), "reseller").status_code == 200


def test_who_may_say_so_and_that_two_do_not_overwrite_each_other(people, signed_in):
    clerk = user(people.sven.account_id, "sven.support", "Sue", role=RoleCode.SUPPORT)
    sue = Person(people.sven.account_id, clerk, "sven.support", people.sven.host, "Sue")
    assert signed_in(sue).get(reverse("reseller:factor-demands")).status_code == 403
    acting = signed_in(people.sven)
    acting.post(reverse("reseller:account-act", args=[people.cleo.account_id]), {"reason": "T"})
    assert acting.get(reverse("customer:factor-demands")).status_code == 403

    client = signed_in(people.cleo)
    stale = client.get(reverse("customer:factor-demands")).context["version"]
    assert require(client, "customer", own="on").status_code == 302
    late = client.post(reverse("customer:factor-demands"), {"version": stale})
    assert late.status_code == 409
    assert "changed by somebody else meanwhile" in late.content.decode()
    assert FactorRule.objects.get().own


def test_whoever_acts_for_others_and_lacks_a_factor_acts_for_nobody_any_more(
    people, signed_in, clock
):
    acting, page = signed_in(people.sven), reverse("customer:home")
    acting.post(reverse("reseller:account-act", args=[people.cleo.account_id]), {"reason": "T"})
    # What Cleo demands of its own people is not asked of others who act for it.
    assert require(signed_in(people.cleo), "customer", own="on").status_code == 302
    clock.advance(MINUTE)
    assert acting.get(page).status_code == 200
    assert require(signed_in(people.sven), "reseller", own="on").status_code == 302
    clock.advance(MINUTE)

    led = acting.get(page)

    assert led.headers["Location"] == reverse("own-security")
    shown = acting.get(reverse("own-security")).content.decode()
    assert "You work for Sven Systems again: it requires a second factor" in shown
    assert home(acting, "reseller").headers["Location"] == reverse("own-security")
    entry = AuditEntry.objects.get(action="acting_ended")
    assert (entry.actor_id, entry.on_behalf_of_id) == (
        people.sven.user_id,
        people.cleo.account_id,
    )
    add_app(acting, clock)
    assert home(acting, "reseller").status_code == 200
    assert acting.get(page).status_code == 404


def test_an_administrator_resets_what_somebody_has_lost(people, signed_in, at, clock):
    number = user(people.cleo.account_id, "lee.newman", "Lee Newman", role=RoleCode.USER)
    lee = Person(people.cleo.account_id, number, "lee.newman", people.cleo.host, "Lee")
    add_app(signed_in(lee), clock)
    admin = signed_in(people.cleo)
    page = admin.get(reverse("customer:user", args=[number])).content.decode()
    assert reverse("customer:user-factors", args=[number]) in page
    # Neither in the name of somebody else, nor by strangers, nor for oneself.
    acting = signed_in(people.sven)
    address = reverse("reseller:account-user-factors", args=[people.cleo.account_id, number])
    assert signed_in(people.rex).post(address).status_code == 404
    acting.post(reverse("reseller:account-act", args=[people.cleo.account_id]), {"reason": "T"})
    assert acting.post(reverse("customer:user-factors", args=[number])).status_code == 403
    own = admin.post(reverse("customer:user-factors", args=[people.cleo.user_id]))
    assert own.status_code == 409

    done = admin.post(reverse("customer:user-factors", args=[number]))

    assert done.headers["Location"] == reverse("customer:user", args=[number])
    assert OpenSession.objects.filter(user_id=number).count() == 0
    entry = AuditEntry.objects.get(action="factors_reset")
    assert (entry.object_id, entry.actor_id) == (number, people.cleo.user_id)
    client = at("sven")
    assert sign_in(client, "lee.newman").headers["Location"] == "/"
    again = admin.post(reverse("customer:user-factors", args=[number]))
    assert again.status_code == 409
    assert "has no second factor" in again.content.decode()

    tell(now=clock.now())
    told = {one.kind: one for one in Message.objects.filter(user_id=number)}
    assert "an authenticator app was added" in told["factors_changed"].text
    assert "Uma User reset the second factors of lee.newman" in told["factors_reset"].text
