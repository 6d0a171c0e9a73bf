"""The second wall: with the application's filter switched off, PostgreSQL still gives nobody a foreign row."""

from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from entrepot.domain.billing.queries.invoices import invoice_facts
from entrepot.domain.documents.queries import document_of, explanation_of, lines
from entrepot.domain.documents.types import Language
from entrepot.domain.parties import access
from entrepot.domain.parties.commands.user_edits import delete_person, disable_person
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.places import Kind
from entrepot.domain.parties.scopes import Scope
from entrepot.domain.parties.viewer import Panel, build_viewer
from entrepot.domain.subscriptions.queries import conditions
from entrepot.infra.db.row_security import WallMissing, declared, require_wall
from entrepot.infra.db.walls import BRANCH_ROLE, TENANT_ROLE, Wall, behind, beyond, standing
from entrepot.web import middleware
from tests.isolation import matrix as cases
from tests.isolation.asking import Matrix
from tests.isolation.oracle import Reader
from tests.isolation.test_isolation import asked, built
from tests.isolation.world import NOW, TREE, World, marker
from tests.support.people import user

__all__ = ["asked", "built"]

# Tables that name an account and stay open to every tenant, and why.
OPEN = {
    "audit_entry": "commands add to it, nobody of a tenant reads it",
    "outbox_event": "commands add to it, nobody of a tenant reads it",
    "provisioning_follow_up": "commands add to it, nobody of a tenant reads it",
    "quarantine": "the engine's own, read by the provider",
    "drift_difference": "found by jobs, read by the provider",
    "number_series": "numbers are drawn for every tier of a sale",
    "order_series": "numbers are drawn for every tier of a sale",
    "account_emailaddress": "empty: the sign-in library's own",
    "plan_overlay": "a view; it is read with the rights of whoever asks",
}
STRANGERS = {
    Panel.RESELLER: ("side", "sidecust", "aliencust"),
    Panel.CUSTOMER: ("sib", "aliencust"),
}
_ENDS = ("account_id", "seller_id", "buyer_id", "customer_id")
_NAMING = {
    "tenant_id",
    "account_id",
    "seller_id",
    "buyer_id",
    "customer_id",
    "owner_id",
    "user_id",
    "billing_account_id",
    "subscription_id",
}

pytestmark = pytest.mark.django_db


def test_every_table_that_names_an_account_is_walled_or_open_for_a_reason(built: World) -> None:
    named = {
        model._meta.db_table
        for model in apps.get_models()
        if _NAMING & {field.column for field in model._meta.local_fields}
    }
    walled = _walled_tables()

    assert named - walled == set(OPEN)
    assert walled == declared()


@pytest.mark.parametrize(
    ("breach", "said"),
    [
        ("DROP POLICY entrepot_branch ON seat", "wall: seat"),
        ("ALTER TABLE invoice DISABLE ROW LEVEL SECURITY", "wall: invoice"),
        ("ALTER POLICY entrepot_tenant ON account USING (true)", "there is an account"),
        ("REVOKE SELECT ON account FROM entrepot_walled", "may not work"),
    ],
)
def test_the_web_program_does_not_start_without_the_wall(
    built: World, breach: str, said: str
) -> None:
    require_wall()
    with transaction.atomic():
        _run(breach)
        with pytest.raises(WallMissing, match=said):
            require_wall()
        transaction.set_rollback(True)


@pytest.mark.parametrize("word", ["north", "mid", "deep", "cust", "leaf", "direct", "alien"])
def test_all_tables_hold_rows_of_the_tree_and_of_those_above_only(built: World, word: str) -> None:
    row = Account.objects.get(pk=built.accounts[word])
    mine = {built.accounts[one] for one in built.below(word)}
    above = {int(part) for part in row.path.rstrip(".").split(".")} - {row.pk}
    # What a seller has noted of a customer stays its own when the customer goes to another one.
    former = {built.accounts["moved"]} if word == "mid" else set()
    seen: dict[str, int] = {}
    with _wall(built, word):
        for table in sorted(_walled_tables()):
            columns = _columns(table)
            seen[table] = len(_run(f"SELECT 1 FROM {table}"))
            if "tenant_id" in columns and table != "account":
                tenants = {one for (one,) in _run(f"SELECT DISTINCT tenant_id FROM {table}")}
                # Work of the hub has no tenant.
                assert tenants <= {row.tenant_id, *({None} if table == "job" else ())}, table
            ends = [one for one in _ENDS if one in columns]
            for found in _run(f"SELECT DISTINCT {', '.join(ends)} FROM {table}") if ends else []:
                assert {*found} - {None} <= mine | above | former, (table, found)
        assert {one for (one,) in _run("SELECT id FROM account")} == mine | above
    # Nothing is walled off altogether.
    assert all(seen[one] for one in ("account", "subscription", "sales_order", "billing_account"))
    assert seen["subscription"] == _count(
        "SELECT 1 FROM subscription WHERE customer_id = ANY (%s)", [*mine]
    )


def test_what_is_foreign_is_not_changed_and_nothing_is_put_there(built: World) -> None:
    other = built.accounts["sib"]
    with _wall(built, "cust"):
        assert _count("UPDATE account SET name = 'taken over' WHERE id = %s", other) == 0
        assert _count("DELETE FROM seller_setup WHERE account_id = %s", other) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            _run(
                "INSERT INTO own_role (account_id, name, levels, version) VALUES (%s, 'Ours', '{}', 1)",
                built.accounts["aliencust"],
            )
    assert Account.objects.get(pk=other).name != "taken over"


def test_commands_about_people_see_what_they_work_for_elsewhere(built: World) -> None:
    viewer, number = (
        build_viewer(user_id=built.people["cust", "administrator"], account_id=None, now=NOW),
        built.accounts["cust"],
    )
    facts: Any = {"account_id": number, "actor": viewer.actor(), "now": NOW}
    with transaction.atomic():
        shared, alone = (user(number, login, f"{login} Pat") for login in ("shared", "alone"))
        Membership.objects.create(
            user_id=shared,
            account_id=built.accounts["aliencust"],
            role="administrator",
            name_key="x",
        )
        with _wall(built, "cust"):
            with pytest.raises(PartyRefused, match="not yours"):
                disable_person(viewer, user_id=shared, **facts)
            delete_person(viewer, user_id=shared, **facts)
            delete_person(viewer, user_id=alone, **facts)
        assert User.objects.get(pk=shared).deleted_at is None
        assert User.objects.get(pk=alone).login == f"#{alone}"
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("narrower", "panel", "only"),
    [
        (
            "ALTER POLICY entrepot_branch ON subscription USING (false)",
            Panel.CUSTOMER,
            "/customer/subscriptions/<int:number>/$",
        ),
        (
            "CREATE POLICY narrow ON promotion AS RESTRICTIVE FOR UPDATE TO entrepot_branch USING (false)",
            Panel.RESELLER,
            "/promotions/<int:number>/end/$",
        ),
        ("", Panel.RESELLER, "/reseller/invoices/<int:number>/$"),
    ],
    ids=["a page misses something", "a command changes nothing", "a door is not there"],
)
def test_a_wall_that_is_too_narrow_is_found(
    asked: Matrix, narrower: str, panel: Panel, only: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = cases.PEOPLE[panel]
    cases.objects_of_addresses(asked, panel, only=only, of=(mine,))
    assert (asked.found, asked.comparison.compared > 3) == ([], True)

    with transaction.atomic():
        if narrower:
            _run(narrower)
        else:
            monkeypatch.setattr(lines, "beyond", lambda _why: nullcontext())
        cases.objects_of_addresses(asked, panel, only=only, of=(mine,))
        transaction.set_rollback(True)

    assert any("behind the wall" in one[-1] for one in asked.found)


def test_a_document_is_whole_though_one_of_its_customers_has_moved(built: World) -> None:
    viewer = build_viewer(user_id=built.people["mid", "administrator"], account_id=None, now=NOW)
    number = int(built.ids["invoice"]["mid"])
    whole = document_of(viewer, invoice_id=number)
    assert marker("moved") in str(whole.annexes)
    with _wall(built, "mid"):
        assert document_of(viewer, invoice_id=number) == whole
        facts = invoice_facts(viewer, invoice_id=number)
        for line in range(1, facts.lines + 1):
            told = explanation_of(viewer, facts, line_no=line, language=Language.EN)
            assert told.line_no == line


def test_without_settings_the_roles_have_no_row_of_anybody(built: World) -> None:
    for role in (TENANT_ROLE, BRANCH_ROLE):
        with transaction.atomic():
            _run("SELECT set_config('role', %s, true)", role)
            assert [
                _run(f"SELECT 1 FROM {one} LIMIT 1") for one in ("account", "invoice", "job")
            ] == [
                [],
                [],
                [],
            ]
            transaction.set_rollback(True)


def test_the_wall_ends_with_its_block_whatever_happens(built: World) -> None:
    assert standing() is None
    with _wall(built, "cust"):
        assert _role() == BRANCH_ROLE
        with beyond("a test looks further"):
            assert _role() == "none"
            assert len(_run("SELECT 1 FROM account")) == len(TREE) + 1
        assert _role() == BRANCH_ROLE
        with pytest.raises(ProgrammingError), transaction.atomic(), beyond("a test fails there"):
            _run("SELECT no_such_column")
        assert _role() == BRANCH_ROLE
    assert (_role(), standing()) == ("none", None)

    with pytest.raises(ProgrammingError), _wall(built, "mid"):
        _run("SELECT no_such_column")
    assert (_role(), standing()) == ("none", None)
    with pytest.raises(KeyError), _wall(built, "north"):
        raise KeyError("what the block raised")
    assert (_role(), _run("SELECT current_setting('entrepot.path', true)")) == ("none", [("",)])


@pytest.mark.slow
@pytest.mark.parametrize("panel", [Panel.RESELLER, Panel.CUSTOMER])
def test_with_the_filter_switched_off_nobody_gets_a_foreign_row(
    asked: Matrix, panel: Panel, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    switch_filter_off(monkeypatch)
    asked.compares = False

    # One's own, and of each kind of stranger one; who may be asked for everybody is the first wall's matrix.
    mine = cases.PEOPLE[panel]
    cases.objects_of_addresses(asked, panel, of=(mine, *STRANGERS[panel]))
    cases.lists_and_searches(asked, panel)

    record_property("cases", asked.cases)
    assert asked.cases > 300
    assert foreign(asked, Reader(cases.PEOPLE[panel])) == []


def test_without_the_wall_the_same_finds_foreign_rows(
    asked: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_filter_off(monkeypatch)
    monkeypatch.setattr(middleware, "behind", lambda _wall: nullcontext())

    cases.objects_of_addresses(asked, Panel.CUSTOMER, only="/orders/<int:number>/")

    assert foreign(asked, Reader("cust"))


def switch_filter_off(patch: pytest.MonkeyPatch) -> None:
    """Let the application filter nothing: everybody sees every row of every kind, in lists as well."""

    def everything(_viewer: object, place: Any, _given: object) -> Scope:
        return Scope(place.kind, everything=True)

    def all_sales(*_asked: object) -> Scope:
        return Scope(Kind.SUBSCRIPTION, everything=True)

    patch.setattr(access, "_scope", everything)
    patch.setattr(conditions, "_scope", all_sales)


def foreign(matrix: Matrix, reader: Reader) -> list[tuple[str, ...]]:
    """Return what was found of accounts that are neither in the reader's tree nor above it."""
    world = matrix.world
    line = world.below(reader.word) | {
        one for one in (*TREE, "harbor") if reader.word in world.below(one)
    }
    return [one for one in matrix.found if not _owners(matrix, one[-1]) & line]


def _owners(matrix: Matrix, finding: str) -> set[str]:
    kind, _, rest = finding.partition(" ")
    if kind == "name":
        return {rest.removeprefix("of ")}
    if kind == "number":
        return matrix.secrets.numbers[int(rest)]
    if kind == "document":
        return matrix.secrets.papers[rest]
    if kind == "amount":
        amount = Decimal(rest.replace(",", "")).normalize()
        return {word for word, _kind in matrix.secrets.amounts[amount]}
    # Of an object that is not as what never existed, its account is named: "sib: not as what never existed (200)".
    return {kind.removesuffix(":")}


def _wall(built: World, word: str) -> Any:
    row = Account.objects.get(pk=built.accounts[word])
    person = built.people[word, "administrator"]
    assert row.kind is not AccountKind.PROVIDER
    return behind(Wall(tenant_id=row.tenant_id, path=row.path, user_id=person))


def _walled_tables() -> set[str]:
    return {one for (one,) in _run("SELECT DISTINCT tablename FROM pg_policies")}


def _columns(table: str) -> set[str]:
    return {
        one
        for (one,) in _run(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", table
        )
    }


def _role() -> str:
    ((found,),) = _run("SELECT current_setting('role')")
    return str(found)


def _run(text: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []


def _count(text: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return int(cursor.rowcount)
