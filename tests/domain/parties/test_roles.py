"""Which role may do what."""

import pytest

from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.roles import (
    CAPABILITY_AT,
    PRIVILEGES,
    ROLES_OF,
    Capability,
    Level,
    Privilege,
    capabilities_at,
    capabilities_of,
    levels_of,
    levels_offered,
)

C = Capability
OPERATIONS = {
    C.RUN_BILLING,
    C.VIEW_BILLING_RUNS,
    C.IMPORT_PRICES,
    C.VIEW_PRICE_LISTS,
    C.IMPORT_USAGE,
    C.VIEW_USAGE_IMPORTS,
    C.VIEW_TASKS,
    C.MANAGE_TASKS,
    C.VIEW_AUDIT,
}


def test_every_kind_of_account_has_an_answer_for_every_role():
    assert set(PRIVILEGES) == {(kind, role) for kind in AccountKind for role in RoleCode}


def test_nobody_sees_resale_prices_of_lower_tiers_by_role_alone():
    assert not [key for key, granted in PRIVILEGES.items() if C.VIEW_DOWNSTREAM_PRICES in granted]


@pytest.mark.parametrize("kind", [AccountKind.RESELLER, AccountKind.CUSTOMER])
@pytest.mark.parametrize("role", list(RoleCode))
def test_running_the_hub_is_the_providers_alone(kind, role):
    assert not capabilities_of(kind=kind, role=role) & OPERATIONS


@pytest.mark.parametrize("kind", list(AccountKind))
def test_read_only_people_change_nothing(kind):
    granted = capabilities_of(kind=kind, role=RoleCode.READ_ONLY)

    assert granted
    assert all(capability.is_reading for capability in granted)


@pytest.mark.parametrize("kind", list(AccountKind))
def test_support_sees_no_money(kind):
    granted = capabilities_of(kind=kind, role=RoleCode.SUPPORT)

    assert not granted & {C.VIEW_PRICES, C.VIEW_INVOICES, C.VIEW_CREDIT, C.VIEW_PRICE_LISTS}
    assert C.MANAGE_PRICES not in granted


@pytest.mark.parametrize("kind", list(AccountKind))
def test_only_administrators_make_people_and_support_helps_them(kind):
    makers = {role for role in RoleCode if C.ADMINISTER_USERS in PRIVILEGES[kind, role]}
    helpers = {role for role in RoleCode if C.MANAGE_USERS in PRIVILEGES[kind, role]}

    assert makers == {RoleCode.ADMINISTRATOR}
    assert helpers == {RoleCode.ADMINISTRATOR, RoleCode.SUPPORT}


@pytest.mark.parametrize("kind", list(AccountKind))
@pytest.mark.parametrize("role", list(RoleCode))
def test_every_role_contains_read_only_of_what_it_may_change(kind, role):
    granted = PRIVILEGES[kind, role]
    pairs = {
        C.MANAGE_ACCOUNTS: C.VIEW_ACCOUNTS,
        C.MANAGE_SUBSCRIPTIONS: C.VIEW_SUBSCRIPTIONS,
        C.MANAGE_ORDERS: C.VIEW_ORDERS,
        C.ACCEPT_PAYMENTS: C.VIEW_ORDERS,
        C.IMPORT_PRICES: C.VIEW_PRICE_LISTS,
        C.MANAGE_PRICES: C.VIEW_PRICES,
        C.IMPORT_USAGE: C.VIEW_USAGE_IMPORTS,
        C.RUN_BILLING: C.VIEW_BILLING_RUNS,
        C.MANAGE_CREDIT: C.VIEW_CREDIT,
        C.MANAGE_USERS: C.VIEW_USERS,
        C.ADMINISTER_USERS: C.MANAGE_USERS,
        C.ADMINISTER_ACCOUNTS: C.MANAGE_ACCOUNTS,
        C.MANAGE_MESSAGES: C.VIEW_MESSAGES,
    }

    assert not [act for act, look in pairs.items() if act in granted and look not in granted]


def test_an_administrative_hold_leaves_reading_only():
    held = capabilities_of(
        kind=AccountKind.RESELLER, role=RoleCode.ADMINISTRATOR, on_admin_hold=True
    )

    assert held == {
        C.VIEW_ACCOUNTS,
        C.VIEW_SUBSCRIPTIONS,
        C.VIEW_ORDERS,
        C.VIEW_INVOICES,
        C.VIEW_CREDIT,
        C.VIEW_PRICES,
        C.VIEW_USERS,
        C.VIEW_MESSAGES,
    }


def test_nobody_accepts_the_payment_of_the_own_purchase():
    assert not [
        role for role in RoleCode if C.ACCEPT_PAYMENTS in PRIVILEGES[AccountKind.CUSTOMER, role]
    ]
    holders = {
        role for role in RoleCode if C.ACCEPT_PAYMENTS in PRIVILEGES[AccountKind.RESELLER, role]
    }
    assert holders == {RoleCode.ADMINISTRATOR, RoleCode.BILLING}


def test_every_capability_has_one_place_among_privileges_and_levels():
    assert set(CAPABILITY_AT) == set(Capability)
    assert len(set(CAPABILITY_AT.values())) == len(Capability)
    assert {privilege for privilege, _ in CAPABILITY_AT.values()} == set(Privilege)
    for capability, (_, level) in CAPABILITY_AT.items():
        assert capability.is_reading == (level is Level.VIEW), capability


@pytest.mark.parametrize("kind", list(AccountKind))
def test_every_built_in_role_can_be_said_in_levels(kind):
    for role in ROLES_OF[kind]:
        granted = PRIVILEGES[kind, role]
        levels = {privilege.value: int(level) for privilege, level in levels_of(granted).items()}

        assert capabilities_at(kind=kind, levels=levels) == granted, role


def test_an_own_role_gets_what_its_levels_say_and_nothing_its_kind_is_not_offered():
    levels = {"orders": Level.MANAGE, "invoices": Level.VIEW, "billing": Level.MANAGE}

    granted = capabilities_of(kind=AccountKind.CUSTOMER, role=RoleCode.OWN, levels=levels)
    held = capabilities_of(
        kind=AccountKind.CUSTOMER, role=RoleCode.OWN, levels=levels, on_admin_hold=True
    )

    assert granted == {C.VIEW_ORDERS, C.MANAGE_ORDERS, C.VIEW_INVOICES}
    assert held == {C.VIEW_ORDERS, C.VIEW_INVOICES}
    assert capabilities_of(kind=AccountKind.CUSTOMER, role=RoleCode.OWN) == frozenset()
    assert Privilege.BILLING not in levels_offered(AccountKind.CUSTOMER)
    assert Privilege.DOWNSTREAM_PRICES not in levels_offered(AccountKind.CUSTOMER)
    assert levels_offered(AccountKind.RESELLER)[Privilege.DOWNSTREAM_PRICES] == (0, 1)


def test_a_customers_user_may_do_nothing_for_the_account():
    assert PRIVILEGES[AccountKind.CUSTOMER, RoleCode.USER] == frozenset()
    assert RoleCode.USER not in ROLES_OF[AccountKind.RESELLER]
