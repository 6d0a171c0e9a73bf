"""Roles that an account makes itself, on screens."""

import pytest
from django.test import Client
from django.urls import reverse

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership, OwnRole
from entrepot.domain.parties.roles import Level
from tests.support.clients import signed_in
from tests.support.people import Cast, Person, cast, user
from tests.web.access.conftest import german, own_counters  # noqa: F401


@pytest.fixture
def people(db: None) -> Cast:
    return cast()


def at(name: str, *args: int) -> str:
    return reverse(f"reseller:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


def colleague(people: Cast, login: str, role: RoleCode) -> Client:
    number = user(people.sven.account_id, login, login.title(), role=role)
    return signed_in(Person(people.sven.account_id, number, login, people.sven.host, login))


def test_a_role_is_made_changed_given_and_removed(people):
    sven = signed_in(people.sven)
    page = text(sven.get(at("roles")))
    assert "No own roles yet" in page
    assert "Administrator" in page
    assert "Subscriptions: Manage" in page

    form = text(sven.get(at("role-new")))
    assert "Resale prices of lower tiers" in form
    assert "Billing runs" not in form
    nothing = sven.post(at("role-new"), {"name": "Desk"})
    assert nothing.status_code == 422
    assert 'value="Desk"' in text(nothing)
    beyond = sven.post(at("role-new"), {"name": "Desk", "downstream_prices": "1"})
    assert "This role may do more than you may." in text(beyond)
    made = {"name": "Desk", "orders": "2", "billing": "2", "users": "1"}
    assert "The role is there." in text(sven.post(at("role-new"), made, follow=True))
    row = OwnRole.objects.get()
    assert row.levels == {"orders": Level.MANAGE, "users": Level.VIEW}
    assert "Orders: Manage · Users and their services: View" in text(sven.get(at("roles")))

    clerk = user(people.sven.account_id, "desk.one", "Desk One", role=RoleCode.SUPPORT)
    desk = signed_in(Person(people.sven.account_id, clerk, "desk.one", people.sven.host, "Desk"))
    Membership.objects.filter(user_id=clerk).update(role=RoleCode.OWN, own_role=row)
    assert desk.get(at("orders")).status_code == 200
    assert desk.get(at("subscriptions")).status_code == 403
    assert "Desk" in text(desk.get(at("roles")))
    assert desk.get(at("role", row.pk)).status_code == 403
    assert "Given to 1 person" in text(sven.get(at("role", row.pk)))

    changed = {"name": "Desk", "subscriptions": "1", "version": "1"}
    assert "The role is changed." in text(sven.post(at("role", row.pk), changed, follow=True))
    assert desk.get(at("subscriptions")).status_code == 200
    assert desk.get(at("orders")).status_code == 403
    stale = sven.post(at("role", row.pk), {**changed, "orders": "1"})
    assert "changed by somebody else" in text(stale)

    used = sven.post(at("role-remove", row.pk))
    assert "The role Desk is still given, to 1." in text(used)
    Membership.objects.filter(user_id=clerk).update(role=RoleCode.SUPPORT, own_role=None)
    assert "The role is removed." in text(sven.post(at("role-remove", row.pk), follow=True))
    assert not OwnRole.objects.exists()


def test_roles_of_others_do_not_exist_and_only_administrators_make_them(people):
    sven = signed_in(people.sven)
    sven.post(at("role-new"), {"name": "Desk", "orders": "1"})
    number = OwnRole.objects.get().pk
    for other in (people.ria, people.rex):
        stranger = signed_in(other)
        assert stranger.get(at("role", number)).status_code == 404
        assert stranger.post(at("role-remove", number)).status_code == 404
        assert "Desk" not in text(stranger.get(at("roles")))
    support = colleague(people, "sven.helps", RoleCode.SUPPORT)
    assert support.get(at("roles")).status_code == 200
    assert "New role…" not in text(support.get(at("roles")))
    for name in ("role-new",):
        assert support.post(at(name), {"name": "X", "orders": "1"}).status_code == 403
    billing = colleague(people, "sven.bills", RoleCode.BILLING)
    assert billing.get(at("roles")).status_code == 403
