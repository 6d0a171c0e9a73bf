"""Every act publishes an event of a declared type, and every type has words for people."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import entrepot
from entrepot.domain.catalog.events import PlanChanged, PlanSwitchChanged
from entrepot.domain.resale.events import SellerPriceSet
from entrepot.flows.event_types import event_types
from entrepot.infra.audit.acts import announced
from entrepot.infra.audit.recorder import Actor, Entry, record_all
from entrepot.kernel.events import bus
from entrepot.web.screens.tasks.event_words import event

SOURCE = Path(entrepot.__file__).parent
NOBODYS_ACT = {"demo": "playing the demo's history; each act of it publishes its own event"}
OWN_EVENTS = {
    # `recording` writes entries with other statements at once, so their events are published there.
    "domain/ordering/commands/moves.py": "OrdersMoved",
    "domain/subscriptions/commands/history.py": "SubscriptionsOrdered",
}


def _calls(path: Path) -> list[ast.Call]:
    return [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _literals(call: ast.Call, name: str) -> set[str]:
    """Give the texts that an argument may be, none for one that is worked out elsewhere."""
    given = next((word.value for word in call.keywords if word.arg == name), None)
    found = {given.value} if isinstance(given, ast.Constant) else set()
    if isinstance(given, ast.IfExp):
        found = {one.value for one in (given.body, given.orelse) if isinstance(one, ast.Constant)}
    return {str(one) for one in found}


def test_every_kind_of_object_with_an_audit_entry_has_a_type_of_event():
    kinds, actions = announced()
    without = {}
    for path in SOURCE.rglob("*.py"):
        place = path.relative_to(SOURCE).as_posix()
        for call in _calls(path):
            done = _literals(call, "action")
            if _called(call) not in ("record", "Entry") or (done and done <= set(actions)):
                continue
            for kind in _literals(call, "object_kind") - set(kinds) - set(NOBODYS_ACT):
                without[place] = kind
    # Lines of a subscription's history publish SubscriptionChanged beside them, see `OWN_EVENTS`.
    assert without == {place: "subscription" for place in OWN_EVENTS if "subscr" in place} | {
        place: "order" for place in OWN_EVENTS if "ordering" in place
    }


def test_who_writes_entries_past_the_recorder_publishes_an_event_itself():
    past = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(_called(call) == "recording" for call in _calls(path))
    }
    assert past - {"infra/audit/recorder.py"} == set(OWN_EVENTS)
    for place, event_type in OWN_EVENTS.items():
        published = [
            _called(call.args[0])
            for call in _calls(SOURCE / place)
            if isinstance(call.func, ast.Attribute)
            and call.func.attr == "publish"
            and isinstance(call.args[0], ast.Call)
        ]
        assert event_type in published


def test_commands_whose_kind_of_object_varies_use_kinds_that_have_a_type():
    kinds, _ = announced()
    given = {
        kind
        for package in ("catalog", "tax")
        for path in (SOURCE / "domain" / package).rglob("*.py")
        for call in _calls(path)
        for kind in _literals(call, "kind")
        if _called(call) in {"add_row", "change_row", "locked", "add", "change"}
    }
    assert given, "the helpers have other names now"
    assert given <= set(kinds)


def test_every_type_is_declared_once_and_has_words():
    types = event_types()
    names = [one.__name__ for one in types]
    assert len(names) == len(set(names))
    assert [name for name in names if event(name) == name] == []
    assert set(announced()[0].values()) <= set(types)


@pytest.mark.django_db
def test_an_act_is_published_in_the_type_of_its_action_or_else_of_its_object(monkeypatch):
    seen: list[Any] = []
    monkeypatch.setattr(bus, "publish", seen.append)
    acts = [
        ("plan_changed", "plan"),
        ("switch_allowed", "plan"),
        ("seller_price_set", "account"),
        ("credit_held", "billing_account"),
        ("demo_day_played", "demo"),
    ]
    entries = [Entry(action, kind, 7, 3) for action, kind in acts]
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    ids = record_all(entries=entries, actor=Actor(user_id=1, name="Vera"), now=now)

    # The credit package publishes CreditHoldMoved itself; the demo's entry is nobody's act.
    assert seen == [
        PlanChanged(ids[0], "plan_changed", 7, 3, "Vera", now),
        PlanSwitchChanged(ids[1], "switch_allowed", 7, 3, "Vera", now),
        SellerPriceSet(ids[2], "seller_price_set", 7, 3, "Vera", now),
    ]
