"""Roles that accounts make themselves."""

import pytest

from entrepot.domain.parties.commands import add_own_role, change_own_role, remove_own_role
from entrepot.domain.parties.errors import (
    NoSuchObject,
    PartyConflict,
    PartyInput,
    PartyRefused,
)
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership, OwnRole
from entrepot.domain.parties.roles import Capability, Level
from entrepot.domain.parties.viewer import build_viewer
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW, SETUP, user

WHO = {"actor": SETUP, "now": NOW}
LEVELS = {"orders": Level.MANAGE, "subscriptions": Level.VIEW, "tasks": Level.DISABLED}


def _viewer(user_id: int):
    return build_viewer(user_id=user_id, account_id=None, now=NOW)


def _with_role(account_id: int, role_id: int, login: str) -> int:
    number = user(account_id, login, login.title(), role=RoleCode.SUPPORT)
    Membership.objects.filter(user_id=number).update(role=RoleCode.OWN, own_role_id=role_id)
    return number


def test_an_own_role_holds_from_the_next_request_on(people):
    boss = _viewer(people.sven.user_id)
    number = add_own_role(boss, name=" Order  desk ", levels=LEVELS, **WHO)
    person = _with_role(people.sven.account_id, number, "desk.one")

    viewer = _viewer(person)
    assert viewer.role is RoleCode.OWN
    assert viewer.capabilities == {
        Capability.VIEW_ORDERS,
        Capability.MANAGE_ORDERS,
        Capability.VIEW_SUBSCRIPTIONS,
    }

    levels = {"downstream_prices": Level.VIEW, "prices": Level.VIEW}
    change = {"role_id": number, "name": "Prices", **WHO}
    with pytest.raises(PartyRefused) as refusal:
        change_own_role(boss, version=1, levels=levels, **change)
    assert refusal.value.code == "role_beyond_own"
    change_own_role(boss, version=1, levels={"prices": Level.VIEW}, **change)
    assert _viewer(person).capabilities == {Capability.VIEW_PRICES}
    with pytest.raises(PartyConflict) as refusal:
        change_own_role(boss, version=1, levels=LEVELS, **change)
    assert refusal.value.code == "changed_meanwhile"

    with pytest.raises(PartyRefused) as refusal:
        remove_own_role(boss, role_id=number, **WHO)
    assert refusal.value.code == "role_in_use"
    Membership.objects.filter(user_id=person).update(role=RoleCode.SUPPORT, own_role=None)
    remove_own_role(boss, role_id=number, **WHO)
    assert not OwnRole.objects.exists()
    acts = AuditEntry.objects.filter(object_kind="role").order_by("id")
    assert list(acts.values_list("action", flat=True)) == [
        "role_added",
        "role_changed",
        "role_removed",
    ]


@pytest.mark.parametrize(
    "levels",
    [
        {},
        {"orders": Level.DISABLED},
        {"orders": 4},
        {"orders": Level.ADMIN},  # nothing of orders is kept for administrators
        {"billing": Level.VIEW},  # the provider's
        {"nonsense": 1},
    ],
)
def test_levels_that_are_not_offered_are_refused(people, levels):
    with pytest.raises(PartyInput) as refusal:
        add_own_role(_viewer(people.sven.user_id), name="X", levels=levels, **WHO)
    assert refusal.value.code == "role_unusable"


def test_names_are_unique_in_an_account_and_roles_are_its_own(people):
    sven, ria = _viewer(people.sven.user_id), _viewer(people.ria.user_id)
    number = add_own_role(sven, name="Desk", levels=LEVELS, **WHO)
    add_own_role(ria, name="Desk", levels=LEVELS, **WHO)

    with pytest.raises(PartyConflict) as refusal:
        add_own_role(sven, name="desk", levels=LEVELS, **WHO)
    assert refusal.value.code == "role_name_taken"
    for other in (ria, _viewer(people.rex.user_id)):
        with pytest.raises(NoSuchObject):
            remove_own_role(other, role_id=number, **WHO)
