"""Facts for messages, put into the outbox in the transaction of what happened.

A fact is one row; who is told what is worked out later by `telling.py`, so that no act waits for it or fails by it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.ordering.lifecycle import SHOWN
from entrepot.domain.parties.events import (
    AccountChanged,
    AccountHoldMoved,
    ActingBegan,
    PeopleInvited,
    UserChanged,
)
from entrepot.domain.parties.names import LOGIN_SHAPE
from entrepot.domain.seats.events import ServiceAssigned, ServiceReleased
from entrepot.infra.outbox.outgoing import put

KINDS = (
    *("orders_moved", "account_held", "account_released"),
    *("password_changed", "role_changed", "password_reset_asked", "activation_asked"),
    *("service_assigned", "service_removed", "acted_on_behalf"),
    *("account_edited", "order_asked"),
    *("factors_changed", "factors_reset"),
)
"""The kinds of facts that are put here."""

_PEOPLE_PER_FACT = 200
_OF_PEOPLE = {
    "password_set": "password_changed",
    "role_set": "role_changed",
    "factor_added": "factors_changed",
    "factor_removed": "factors_changed",
    "recovery_codes_made": "factors_changed",
    "factors_reset": "factors_reset",
}
_OF_HOLDS = {
    "account_admin_held": "account_held",
    "account_admin_released": "account_released",
}


def announce_orders(event: OrdersMoved) -> None:
    """Tell when orders look different to their customers: one fact for all that took the step together."""
    if event.before is not None and SHOWN[event.before] is SHOWN[event.after]:
        return
    facts = {
        "orders": list(event.order_ids),
        "shown": SHOWN[event.after].value,
        "is_new": event.before is None,
    }
    _put("orders_moved", min(event.order_ids), event.tenant_id, event.at, facts)


def ask_buyer(order_ids: Sequence[int], *, tenant_id: int, at: datetime) -> None:
    """Ask a buyer's people about orders that were placed on their behalf: one fact for all of a cart."""
    _put("order_asked", min(order_ids), tenant_id, at, {"orders": list(order_ids)})


def announce_person(event: UserChanged) -> None:
    """Tell a person of a new password, another role, or other second factors."""
    kind = _OF_PEOPLE.get(event.action)
    if kind is not None and event.object_id is not None:
        facts = {"entry": event.entry_id, "by": event.by}
        _put(kind, event.object_id, event.tenant_id, event.at, facts)


def announce_account_hold(event: AccountHoldMoved) -> None:
    """Tell an account of its administrative hold."""
    kind = _OF_HOLDS.get(event.action)
    if kind is not None and event.object_id is not None:
        _put(kind, event.object_id, event.tenant_id, event.at, {})


def ask_reset_link(*, realm: str, login: str, at: datetime) -> None:
    """Have a link for a new password mailed to the person with a login, if there is one.

    For every login that could exist one row is written and nobody is looked up, so that the time of an answer does not
    tell whose exists. The link is made when it is sent; it is asked for again if that takes longer than it is valid.
    """
    name = login.strip().lower()
    if LOGIN_SHAPE.fullmatch(name):
        facts = {"realm": realm, "login": name, "at": at.isoformat()}
        _put("password_reset_asked", 0, None, at, facts)


def announce_invitations(event: PeopleInvited) -> None:
    """Have people sent a link with which to set the first password: one fact for every 200 of them."""
    for first in range(0, len(event.user_ids), _PEOPLE_PER_FACT):
        people = list(event.user_ids[first : first + _PEOPLE_PER_FACT])
        _put("activation_asked", event.account_id, event.tenant_id, event.at, {"people": people})


def announce_services(event: ServiceAssigned | ServiceReleased) -> None:
    """Tell people which service they were given, or lost."""
    kind = "service_assigned" if isinstance(event, ServiceAssigned) else "service_removed"
    if event.object_id is not None:
        _put(kind, event.object_id, event.tenant_id, event.at, {"entry": event.entry_id})


def announce_acting(event: ActingBegan) -> None:
    """Tell an account that somebody of a seller above has begun to act for it. Nobody can switch that off."""
    if event.object_id is not None:
        facts = {"entry": event.entry_id}
        _put("acted_on_behalf", event.object_id, event.tenant_id, event.at, facts)


def announce_edit(event: AccountChanged) -> None:
    """Tell the seller of an account that its company data or contacts were changed."""
    if event.action in ("account_edited", "contacts_set") and event.object_id is not None:
        facts = {"entry": event.entry_id}
        _put("account_edited", event.object_id, event.tenant_id, event.at, facts)


def _put(
    kind: str, object_id: int, tenant_id: int | None, at: datetime, facts: Mapping[str, Any]
) -> None:
    put(kind=kind, object_id=object_id, tenant_id=tenant_id, on_day=at.date(), payload=facts)
