"""The audit trail of a subscription in words: what was done, by whom and through which door."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from entrepot.domain.subscriptions.queries import AuditLine, HistoryLine
from entrepot.web.screens.subscriptions import words

_PREFIX = "subscription_"


@dataclass(frozen=True, slots=True)
class AuditShown:
    """One entry of the trail."""

    at: datetime
    text: str
    by: str


def audit_shown(line: AuditLine) -> AuditShown:
    """Write an entry as the history writes its events, with what was before where that is known."""
    return AuditShown(line.at, words.event(_as_history(line)), _by(line))


def _as_history(line: AuditLine) -> HistoryLine:
    kind = line.action.removeprefix(_PREFIX)
    facts = {**line.after, "reason": line.reason}
    before = line.before.get("quantity")
    if kind == "change_ordered" and before is not None:
        kind = "quantity_changed"
        facts |= {"from": before, "to": line.after.get("quantity")}
    return HistoryLine(
        id=0,
        on_day=line.at.date(),
        kind=kind,
        actor_name=line.actor_name,
        is_hidden_actor=False,
        item=gettext("Quantity"),
        facts=facts,
    )


def _by(line: AuditLine) -> str:
    doors = {
        "screen": pgettext("way of an act", "on screen"),
        "api": pgettext("way of an act", "through the API"),
        "command": pgettext("way of an act", "by a command"),
        "task": pgettext("way of an act", "by a job"),
    }
    return f"{line.actor_name} · {doors.get(line.channel, line.channel)}"
