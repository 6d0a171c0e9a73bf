"""Each view and order of a list is read along an index: PostgreSQL sorts nothing but a page."""

import json
from datetime import date

import pytest
from django.db import connection

from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.roles import capabilities_of
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions.queries import (
    ORDERS,
    Book,
    Filters,
    Place,
    Tab,
    Wanted,
    list_page,
    lists,
    tab_counts,
)
from entrepot.ops.bench.world import make_world

DAY = date(2026, 3, 15)
SORTS = {"Sort", "Incremental Sort"}


@pytest.fixture
def world(db):
    """Three thousand subscriptions, one in twenty a trial, one in ten not renewing."""
    make_world(subscriptions=3_000, due_percent=10, day=DAY, resellers=40)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE subscription SET auto_renew = FALSE WHERE id % 10 = 0")
        cursor.execute(
            "UPDATE subscription SET status = 'trial', trial_end = %s WHERE id %% 20 = 1", [DAY]
        )
        cursor.execute(
            "UPDATE term_calendar AS calendar SET auto_renew = wide.auto_renew, "
            "ends_on = CASE WHEN wide.status = 'active' THEN wide.term_end END "
            "FROM subscription AS wide WHERE wide.id = calendar.subscription_id"
        )
        cursor.execute("ANALYZE subscription, term_calendar")
        # The world is small; these are what a large one would not choose either.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")


def viewer(kind: AccountKind) -> Viewer:
    """Make somebody of the provider, of the largest reseller, or of one of its customers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, tenant_id, path, name FROM account WHERE kind = %s::account_kind "
            "ORDER BY (SELECT count(*) FROM subscription AS s WHERE account.id IN (s.seller_id, s.customer_id)) "
            "DESC, id LIMIT 1",
            [kind.value],
        )
        number, tenant, path, name = cursor.fetchone()
    return Viewer(
        user_id=1, user_name="Bea Bench", account_id=number, account_name=name, account_kind=kind,
        account_path=path, tenant_id=tenant, provider_id=1, role=RoleCode.ADMINISTRATOR,
        capabilities=capabilities_of(kind=kind, role=RoleCode.ADMINISTRATOR), language="en",
        timezone="UTC", today=DAY, panel=Panel(kind.value),
    )  # fmt: skip


def nodes(plan: dict) -> list[dict]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def plans_of(monkeypatch, action) -> list[dict]:
    """Explain every statement of a read; give each one's plan."""
    run, found = lists.rows_of, []

    def explained(sql, values):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
            plan = cursor.fetchone()[0]
        found.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        return run(sql, values)

    monkeypatch.setattr(lists, "rows_of", explained)
    action()
    return found


def picking(plans: list[dict]) -> dict:
    """Find the part that chooses the rows of a page."""
    (plan,) = [
        node for plan in plans for node in nodes(plan) if node.get("Subplan Name") == "CTE picked"
    ]
    return plan


@pytest.mark.parametrize(
    ("kind", "book"),
    [
        (AccountKind.PROVIDER, Book.CUSTOMERS),
        (AccountKind.RESELLER, Book.CUSTOMERS),
        (AccountKind.CUSTOMER, Book.OWN),
    ],
)
def test_every_view_and_order_is_read_along_an_index_forward_and_back(
    world, monkeypatch, kind, book
):
    who = viewer(kind)
    # A few hundred rows are sorted at no cost; the question is whether they must be.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    cases = [
        (tab, order, down)
        for tab, orders in ORDERS[book].items()
        for order in orders
        for down in (False, True)
    ]
    for tab, order, down in cases:
        wanted = Wanted(book=book, tab=tab, today=DAY, within_days=90, order=order, descending=down)
        key = "2026-04-01" if order.value == "ends" else "customer 00000100"
        for place, last in (
            (None, False),
            (None, True),
            (Place(key, 500), False),
            (Place(key, 500, before=True), False),
        ):
            with monkeypatch.context() as patch:
                plans = plans_of(
                    patch,
                    lambda w=wanted, p=place, z=last: list_page(
                        who, wanted=w, limit=25, place=p, last=z
                    ),
                )
            kinds = [node["Node Type"] for node in nodes(picking(plans))]
            assert not SORTS & set(kinds), (tab, order, down, place, last, kinds)
            assert {"Index Scan", "Index Only Scan"} & set(kinds), (tab, order, kinds)
            assert "Seq Scan" not in kinds, (tab, order, kinds)


def test_several_sellers_are_read_along_one_index_each(world, monkeypatch):
    who = viewer(AccountKind.PROVIDER)
    wanted = Wanted(
        book=Book.CUSTOMERS, tab=Tab.RENEWING, today=DAY, filters=Filters(seller_ids=(2, 3, 4))
    )

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")

    plan = picking(plans_of(monkeypatch, lambda: list_page(who, wanted=wanted, limit=25)))

    inner = [node for node in nodes(plan) if node["Node Type"] == "Limit"][-1]
    assert not SORTS & {node["Node Type"] for node in nodes(inner)}
    assert "term_calendar_sold" in {node.get("Index Name") for node in nodes(inner)}


@pytest.mark.parametrize("kind", [AccountKind.PROVIDER, AccountKind.RESELLER])
def test_counts_of_tabs_read_indexes_and_stop(world, monkeypatch, kind):
    book = Wanted(book=Book.CUSTOMERS, tab=Tab.ALL, today=DAY)

    (plan,) = plans_of(monkeypatch, lambda: tab_counts(viewer(kind), wanted=book))

    tables = {"subscription", "term_calendar"}
    scans = [node for node in nodes(plan) if node.get("Relation Name") in tables]
    assert len(scans) == len(Tab)
    assert {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan"}
    assert sum(node["Node Type"] == "Limit" for node in nodes(plan)) == len(Tab)


def test_a_rare_word_is_found_by_the_search_index(world, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = on")
        # So few rows are read as quickly from the index that carries the text.
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
    wanted = Wanted(book=Book.CUSTOMERS, tab=Tab.ALL, today=DAY, filters=Filters(search="sub-2999"))
    words = Wanted(
        book=Book.CUSTOMERS, tab=Tab.ALL, today=DAY, filters=Filters(search="customer 00000777")
    )
    who = viewer(AccountKind.PROVIDER)

    assert [row.id for row in list_page(who, wanted=wanted, limit=5).rows] == [2999]
    plans = plans_of(monkeypatch, lambda: list_page(who, wanted=words, limit=5))

    names = {node.get("Index Name") for plan in plans for node in nodes(plan)}
    assert "subscription_search_ix" in names
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
