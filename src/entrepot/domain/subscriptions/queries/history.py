"""What happened to a subscription: the lines of its history, and for auditors who did what and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from entrepot.domain.parties import access
from entrepot.domain.parties.models import User
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions.models import SubscriptionEvent, SubscriptionItem, Term
from entrepot.domain.subscriptions.queries.facts import SubscriptionFacts
from entrepot.infra.audit.models import AuditEntry

HISTORY_SHOWN_MAX = 200
AUDIT_SHOWN_MAX = 50
_ITEMS_NAMED_MAX = 200
# What goes on by itself has the name of its program.
_PROGRAMS = frozenset({"provisioning", "time-out"})


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event. `actor_name` is empty for the daily run and for what goes on by itself.

    `is_hidden_actor` marks a person of a seller above, whose name is not told. `item` names the
    resource of a quantity change.
    """

    id: int
    on_day: date
    kind: str
    actor_name: str
    is_hidden_actor: bool
    item: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act as the audit trail keeps it."""

    at: datetime
    actor_name: str
    channel: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """The newest events; `is_cut` tells that there are more."""

    lines: tuple[HistoryLine, ...]
    is_cut: bool
    total: int
    terms: int


def history(viewer: Viewer, *, facts: SubscriptionFacts, limit: int) -> History:
    """Give the newest events of a subscription's page, at most `limit` (200).

    People are named if they work for the viewer's account or one below it. The reason of a hold or a
    removal, and that an account's hold kept a term from being renewed, is told to sellers only.
    """
    size = min(max(limit, 1), HISTORY_SHOWN_MAX)
    events = SubscriptionEvent.objects.filter(subscription_id=facts.id)
    rows = list(events.order_by("-on_day", "-id")[: size + 1])
    names_of_rows = {row.actor_name for row in rows if row.actor_name}
    # Nobody stands above the provider, so what is no person there is a program and is named too.
    is_top = viewer.panel is Panel.PROVIDER
    known = names_of_rows if is_top else _known_people(viewer, names_of_rows)
    items = {row.facts["item"] for row in rows if "item" in row.facts}
    names = dict(
        SubscriptionItem.objects.filter(
            subscription_id=facts.id, pk__in=list(items)[:_ITEMS_NAMED_MAX]
        ).values_list("id", "resource__name")
    )
    return History(
        lines=tuple(
            HistoryLine(
                id=row.id,
                on_day=row.on_day,
                kind=row.kind,
                actor_name=row.actor_name if row.actor_name in known else "",
                is_hidden_actor=bool(row.actor_name) and row.actor_name not in known | _PROGRAMS,
                item=names.get(row.facts.get("item"), ""),
                facts=_told(row.facts, kind=row.kind, is_seller=not facts.is_own),
            )
            for row in rows[:size]
        ),
        is_cut=len(rows) > size,
        total=events.count(),
        terms=Term.objects.filter(subscription_id=facts.id).count(),
    )


def audit_lines(viewer: Viewer, *, facts: SubscriptionFacts) -> tuple[AuditLine, ...]:
    """Give the newest entries of the audit trail, at most 50; none without the privilege."""
    if not viewer.can(Capability.VIEW_AUDIT):
        return ()
    entries = access.visible(viewer, AuditEntry).filter(
        object_kind="subscription", object_id=facts.id
    )
    return tuple(
        AuditLine(e.at, e.actor_name, e.channel, e.action, e.before, e.after, e.reason)
        for e in entries.order_by("-at", "-id")[:AUDIT_SHOWN_MAX]
    )


def _known_people(viewer: Viewer, names: set[str]) -> set[str]:
    people = access.visible(viewer, User).filter(display_name__in=names)
    return set(people.values_list("display_name", flat=True))


def _told(facts: Mapping[str, Any], *, kind: str, is_seller: bool) -> Mapping[str, Any]:
    hidden = {"account_held"}
    if kind in ("held", "released", "destroyed"):
        hidden.add("reason")
    return facts if is_seller else {k: value for k, value in facts.items() if k not in hidden}
