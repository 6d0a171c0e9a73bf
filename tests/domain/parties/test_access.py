"""Who sees whose rows: every member of the cast is asked about everybody's."""

import pytest
from django.apps import apps
from django.db import connection

from entrepot.domain.parties.access import one, visible, where
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.places import PLACES, Facet, Kind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import (
    Condition,
    Scope,
    Side,
    document_scope,
    subscription_scope,
)
from entrepot.kernel.ids import IdKind

DEEP = Capability.VIEW_DOWNSTREAM_PRICES

SEES = {
    "harbor": {"harbor", "ria", "sven", "cleo", "rex", "carl"},
    "ria": {"ria", "sven", "cleo"},
    "sven": {"sven", "cleo"},
    "cleo": {"cleo"},
    "rex": {"rex", "carl"},
    "carl": {"carl"},
}


@pytest.mark.parametrize("who", SEES)
def test_accounts_are_the_own_one_and_those_below(people, who):
    names = {person.account_id: name for name, person in people.all.items()}

    rows = visible(people.all[who].viewer(), Account)

    assert {names[row.id] for row in rows} == SEES[who]


@pytest.mark.parametrize("who", SEES)
def test_people_are_those_of_the_visible_accounts(people, who):
    viewer = people.all[who].viewer()
    expected = {people.all[name].user_id for name in SEES[who]}

    assert set(visible(viewer, Membership).values_list("user_id", flat=True)) == expected
    assert set(visible(viewer, User).values_list("id", flat=True)) == expected


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("table", ["account", "membership", "party_user"])
def test_written_sql_selects_the_same_rows_as_the_queryset(people, who, table):
    viewer = people.all[who].viewer()
    model = {m._meta.db_table: m for m in apps.get_models()}[table]
    condition = where(viewer, table, alias="t")

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM {table} AS t WHERE {condition.text}",
            dict(condition.params) or None,
        )
        found = {row[0] for row in cursor.fetchall()}

    assert found == set(visible(viewer, model).values_list("pk", flat=True))
    assert found


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("whose", SEES)
def test_a_foreign_account_is_refused_in_the_words_of_a_missing_one(people, who, whose):
    viewer, wanted = people.all[who].viewer(), people.all[whose].account_id
    if whose in SEES[who]:
        assert one(viewer, Account, pk=wanted, kind=IdKind.ACCOUNT).id == wanted
        return

    with pytest.raises(NoSuchObject) as foreign:
        one(viewer, Account, pk=wanted, kind=IdKind.ACCOUNT)
    with pytest.raises(NoSuchObject) as missing:
        one(viewer, Account, pk=987_654_321, kind=IdKind.ACCOUNT)

    said = foreign.value.text().replace(str(wanted), "N")
    assert said == missing.value.text().replace("987654321", "N")


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_numbers_that_no_row_can_have_are_missing_rows(people, number):
    with pytest.raises(NoSuchObject):
        one(people.harbor.viewer(), Account, pk=number, kind=IdKind.ACCOUNT)


def test_every_place_names_real_tables_and_columns():
    columns = {
        model._meta.db_table: {field.attname for field in model._meta.concrete_fields}
        for model in apps.get_models()
    }
    wrong = [
        (table, name)
        for table, place in PLACES.items()
        for name in [*place.columns.values(), *([place.via.column] if place.via else [])]
        if name not in columns.get(table, set())
    ] + [
        (table, place.via.table)
        for table, place in PLACES.items()
        if place.via and place.via.select not in columns.get(place.via.table, set())
    ]

    assert wrong == []


def test_every_place_can_be_asked_by_everybody(people):
    for person in people.all.values():
        viewer = person.viewer()
        for model in apps.get_models():
            if model._meta.db_table in PLACES:
                assert visible(viewer, model).count() >= 0


# Tables of the hub that belong to nobody, and those that are read through their own queries only.
WITHOUT_PLACE = {
    "agreed_price": "read per tier with `sight`",
    "brand": "shown to everybody before they sign in",
    "brand_logo": "shown to everybody before they sign in",
    "factor_rule": "read when somebody signs in, of the accounts above too; who may change it says its command",
    "exchange_rate": "the same for everybody",
    "hub": "the same for everybody",
    "number_series": "drawn from by billing only",
    "open_session": "read by its own person only",
    "order_series": "drawn from by orders only",
    "plan": "the catalogue is the same for everybody",
    "plan_change": "read for the sellers of the viewer's own path",
    "plan_overlay": "a view, read for the sellers of a path",
    "plan_period": "the catalogue is the same for everybody",
    "plan_switch": "the catalogue is the same for everybody",
    "plan_need": "the catalogue is the same for everybody",
    "resource_part": "the catalogue is the same for everybody",
    "plan_resource": "the catalogue is the same for everybody",
    "resource": "the catalogue is the same for everybody",
    "sales_category": "the catalogue is the same for everybody",
    "service": "the catalogue is the same for everybody",
    "tax_category": "the same for everybody",
    "tax_rule": "the same for everybody",
    "tax_zone": "the same for everybody",
    "vendor": "the catalogue is the same for everybody",
}


def test_every_table_of_ours_has_a_place_or_a_reason():
    ours = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("entrepot.")
    }

    assert ours - set(PLACES) == set(WITHOUT_PLACE)


@pytest.mark.parametrize("who", set(SEES) - {"harbor"})
def test_operations_and_audit_are_the_providers(people, who):
    viewer = people.all[who].viewer()

    assert where(viewer, "billing_run").text == "FALSE"
    assert where(viewer, "parked_sub_account").text == "FALSE"
    assert where(viewer, "audit_entry").text == "FALSE"
    assert where(people.harbor.viewer(), "audit_entry").text == "TRUE"


def test_documents_are_those_of_the_own_sales_and_purchases(people):
    ria = people.ria.viewer()

    assert document_scope(ria) == Scope(
        Kind.DOCUMENT,
        tenant_id=people.ria.account_id,
        any_of=(
            Condition(Facet.SELLER, account_id=people.ria.account_id),
            Condition(Facet.BUYER, account_id=people.ria.account_id),
        ),
    )
    bought = where(ria, "invoice", scope=document_scope(ria, side=Side.BOUGHT))
    # One side of the own account lies inside its tenant.
    assert bought.text == "(invoice.buyer_id = %(scope_account)s)"
    assert bought.params == {"scope_account": people.ria.account_id}


def test_one_side_of_subscriptions_is_what_the_account_itself_sells_or_uses(people):
    sven = people.sven.viewer()

    sold = where(sven, "subscription", alias="s", scope=subscription_scope(sven, side=Side.SOLD))
    used = where(sven, "subscription", alias="s", scope=subscription_scope(sven, side=Side.BOUGHT))

    assert (sold.text, sold.params) == (
        "(s.seller_id = %(scope_account)s)",
        {"scope_account": people.sven.account_id},
    )
    assert used.text == "(s.customer_id = %(scope_account)s)"


def test_the_subtree_of_a_tenant_is_its_tenant(people):
    # Ria is the provider's direct child; Sven below her is in her tenant and keeps his path.
    assert where(people.ria.viewer(), "account").text == "(account.tenant_id = %(scope_account)s)"
    assert where(people.sven.viewer(), "account").text == (
        "(account.tenant_id = %(scope_tenant)s AND (account.path LIKE %(scope_path)s))"
    )


def test_the_provider_sees_its_own_sales_only_without_the_privilege(people):
    own = where(people.harbor.viewer(), "invoice")
    assert own.text == (
        "(invoice.seller_id = %(scope_account)s OR invoice.buyer_id = %(scope_account)s)"
    )
    assert where(people.harbor.viewer_with(DEEP), "invoice").text == "TRUE"


def test_the_privilege_adds_sales_of_lower_sellers_but_not_purchases(people):
    ria = people.ria.viewer_with(DEEP)

    assert "scope_path" in where(ria, "charge").params
    assert (
        "scope_path" not in where(ria, "charge", scope=document_scope(ria, side=Side.BOUGHT)).params
    )


def test_a_scope_of_another_kind_is_a_bug(people):
    ria = people.ria.viewer()

    with pytest.raises(ValueError, match="cannot select"):
        visible(ria, Account, scope=document_scope(ria))
    with pytest.raises(LookupError, match="no rule says"):
        where(ria, "django_session")
