"""Acting on behalf: who may, what it allows, and when it ends."""

from datetime import timedelta

import pytest

from entrepot.domain.parties.acting import (
    ACTING_MINUTES,
    FORBIDDEN,
    acting_viewer,
    begin_acting,
    end_acting,
)
from entrepot.domain.parties.commands import disable_user, set_role
from entrepot.domain.parties.errors import NoSuchObject, PartyInput, PartyRefused
from entrepot.domain.parties.kinds import AccountStatus, EndCause, RoleCode
from entrepot.domain.parties.models import Account, AccountEvent, ActingSession
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW, SETUP, Person, account, user

LATER = NOW + timedelta(minutes=5)


def _viewer(person: Person) -> Viewer:
    return build_viewer(user_id=person.user_id, account_id=None, now=NOW)


def _begin(viewer: Viewer, account_id: int, reason: str = "Ticket 4711") -> int:
    return begin_acting(viewer, account_id=account_id, reason=reason, actor=viewer.actor(), now=NOW)


def _now(number: int, person: Person, at=LATER):
    return acting_viewer(acting_id=number, user_id=person.user_id, now=at)


def test_a_reseller_acts_for_its_customer_and_both_are_named(people):
    sven = _viewer(people.sven)
    number = _begin(sven, people.cleo.account_id, "  Ticket 4711:\n new seats ")

    acting = _now(number, people.sven)

    assert isinstance(acting, Viewer)
    assert (acting.account_id, acting.panel.value, acting.user_name) == (
        people.cleo.account_id,
        "customer",
        "Sven Subreseller",
    )
    assert acting.acting.ends_at == NOW + timedelta(minutes=ACTING_MINUTES)
    actor = acting.actor(request_id="r1")
    assert (actor.user_id, actor.name, actor.on_behalf_of_id) == (
        people.sven.user_id,
        "Sven Subreseller (Sven Systems)",
        people.cleo.account_id,
    )
    entry = AuditEntry.objects.get(action="acting_began")
    assert (entry.actor_name, entry.on_behalf_of_id, entry.reason) == (
        "Sven Subreseller (Sven Systems)",
        people.cleo.account_id,
        "Ticket 4711: new seats",
    )
    line = AccountEvent.objects.get(account_id=people.cleo.account_id, act="acted_for")
    assert (line.actor_name, line.reason) == (entry.actor_name, entry.reason)


def test_rights_on_behalf_are_the_accounts_and_never_more_than_at_home(people):
    helper = user(people.sven.account_id, "sven.helps", "Hal Helper", role=RoleCode.SUPPORT)
    viewer = build_viewer(user_id=helper, account_id=None, now=NOW)
    number = _begin(viewer, people.cleo.account_id)

    acting = acting_viewer(acting_id=number, user_id=helper, now=LATER)
    boss = _now(_begin(_viewer(people.sven), people.cleo.account_id), people.sven)

    assert acting.can(Capability.MANAGE_SUBSCRIPTIONS)
    assert not acting.can(Capability.VIEW_INVOICES)
    assert not acting.can(Capability.ADMINISTER_USERS)
    assert boss.can(Capability.VIEW_INVOICES)
    assert boss.can(Capability.ADMINISTER_USERS)
    assert not (acting.capabilities | boss.capabilities) & FORBIDDEN


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("sven", "sven"),  # the own account
        ("ria", "sven"),  # a reseller of a reseller
        ("ria", "cleo"),  # a customer of a reseller's reseller
        ("harbor", "harbor"),
    ],
)
def test_nobody_acts_but_for_those_below_them(people, who, whom):
    with pytest.raises(PartyRefused) as refusal:
        _begin(_viewer(getattr(people, who)), getattr(people, whom).account_id)
    assert refusal.value.code == "acting_not_allowed"


@pytest.mark.parametrize(("who", "whom"), [("sven", "carl"), ("cleo", "sven"), ("rex", "cleo")])
def test_accounts_elsewhere_do_not_exist(people, who, whom):
    with pytest.raises(NoSuchObject):
        _begin(_viewer(getattr(people, who)), getattr(people, whom).account_id)


def test_the_provider_acts_for_everybody_below_but_not_through_one_of_them(people):
    harbor = _viewer(people.harbor)
    number = _begin(harbor, people.sven.account_id)
    acting = _now(number, people.harbor)

    with pytest.raises(PartyRefused) as refusal:
        _begin(acting, people.cleo.account_id)
    assert refusal.value.code == "acting_not_allowed"
    second = _begin(harbor, people.cleo.account_id)

    assert _now(second, people.harbor).account_id == people.cleo.account_id
    assert _now(number, people.harbor) is None
    assert ActingSession.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 301])
def test_a_reason_is_needed(people, reason):
    with pytest.raises(PartyInput) as refusal:
        _begin(_viewer(people.sven), people.cleo.account_id, reason)
    assert refusal.value.code == "acting_reason_missing"
    assert not ActingSession.objects.exists()


def test_it_ends_by_the_person_and_after_an_hour_and_belongs_to_one_person(people):
    number = _begin(_viewer(people.sven), people.cleo.account_id)
    last = NOW + timedelta(minutes=ACTING_MINUTES)

    assert isinstance(_now(number, people.sven, last - timedelta(seconds=1)), Viewer)
    assert _now(number, people.sven, last) is EndCause.TIME
    assert _now(number, people.rex) is None

    end = {"acting_id": number, "actor": SETUP, "now": LATER, "cause": EndCause.PERSON}
    end_acting(user_id=people.rex.user_id, **end)
    assert isinstance(_now(number, people.sven), Viewer)
    end_acting(user_id=people.sven.user_id, **end)
    end_acting(user_id=people.sven.user_id, **end)
    assert _now(number, people.sven) is None
    assert AuditEntry.objects.filter(action="acting_ended").count() == 1


def test_it_ends_at_once_when_the_right_or_the_tree_changes(people):
    number = _begin(_viewer(people.sven), people.cleo.account_id)
    cleo, sven = people.cleo.account_id, people.sven.account_id
    user(sven, "sven.two", "Sam Second")
    change = {"actor": SETUP, "now": LATER}

    Account.objects.filter(pk=cleo).update(admin_hold=True)
    held = _now(number, people.sven)
    assert held.capabilities
    assert all(one.is_reading for one in held.capabilities)
    Account.objects.filter(pk=cleo).update(admin_hold=False)

    Account.objects.filter(pk=sven).update(admin_hold=True)
    assert _now(number, people.sven) is EndCause.RIGHTS
    Account.objects.filter(pk=sven).update(admin_hold=False)

    other = account("reseller", people.ria.account_id, "Other Systems")
    path = Account.objects.get(pk=other).path
    before = Account.objects.values("parent_id", "path").get(pk=cleo)
    Account.objects.filter(pk=cleo).update(parent_id=other, path=f"{path}{cleo}.")
    assert _now(number, people.sven) is EndCause.ACCOUNT
    Account.objects.filter(pk=cleo).update(**before)

    Account.objects.filter(pk=cleo).update(status=AccountStatus.CANCELLED)
    assert _now(number, people.sven) is EndCause.ACCOUNT
    Account.objects.filter(pk=cleo).update(status=AccountStatus.ACTIVE)

    billing = {"account_id": sven, "role": RoleCode.BILLING}
    set_role(user_id=people.sven.user_id, **billing, **change)
    assert _now(number, people.sven) is EndCause.RIGHTS
    set_role(user_id=people.sven.user_id, account_id=sven, role=RoleCode.SUPPORT, **change)
    assert isinstance(_now(number, people.sven), Viewer)
    disable_user(user_id=people.sven.user_id, **change)
    assert _now(number, people.sven) is EndCause.RIGHTS
