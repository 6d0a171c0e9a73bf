"""What happened to an account, for people: who, when, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.domain.parties.account_queries import ActRow, acts_of
from entrepot.domain.parties.kinds import AccountAct
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.home.accounts import HoldLine
from entrepot.web.screens.customers.company_form import CONTACT_NAMES, CompanyForm
from entrepot.web.screens.home import words

SHOWN = 50

_HOLDS: Mapping[str, object] = {
    "held": pgettext_lazy("what happened", "Put on credit hold"),
    "released": _("Released"),
    "released_until": _("Released until"),
}
# What the daily run writes into the history as its name and its reasons.
_OF_THE_RUN: Mapping[str, object] = {
    "billing run": _("by the daily run"),
    "overdue": _("overdue"),
    "nothing overdue": _("nothing is overdue"),
}
_ACTS: Mapping[AccountAct, object] = {
    AccountAct.OPENED: pgettext_lazy("what happened", "Account opened"),
    AccountAct.EDITED: pgettext_lazy("what happened", "Data changed"),
    AccountAct.CONTACTS_EDITED: pgettext_lazy("what happened", "Contacts changed"),
    AccountAct.ADMIN_HELD: pgettext_lazy("what happened", "Put on administrative hold"),
    AccountAct.ADMIN_RELEASED: pgettext_lazy("what happened", "Administrative hold released"),
    AccountAct.CONVERTED: pgettext_lazy("what happened", "Customer became a reseller"),
    AccountAct.USER_CREATED: pgettext_lazy("what happened", "User created"),
    AccountAct.LINK_ISSUED: pgettext_lazy("what happened", "Activation link shown"),
    AccountAct.SET_UP: pgettext_lazy("what happened", "Set-up finished"),
    AccountAct.ACTED_FOR: pgettext_lazy("what happened", "Somebody acted on its behalf"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a history."""

    text: str
    when: str
    iso: str
    by: str


def hold_events(lines: Sequence[HoldLine]) -> list[Event]:
    """Write the entries of credit holds."""
    return [_hold(line) for line in lines]


def history(
    viewer: Viewer, *, account_id: int, holds: Sequence[HoldLine], only_status: bool
) -> list[Event]:
    """Write the newest lines of an account's timeline together with its credit holds, the newest first."""
    zone = ZoneInfo(viewer.timezone)
    acts = acts_of(viewer, account_id=account_id, limit=SHOWN, only_status=only_status)
    dated: list[tuple[date, int, Event]] = [
        (row.at.astimezone(zone).date(), -place, _act(row)) for place, row in enumerate(acts)
    ]
    # Holds carry no time; on their day they stand before what has one.
    dated += [(line.on_day, SHOWN - place, _hold(line)) for place, line in enumerate(holds)]
    return [event for *_place, event in sorted(dated, key=lambda one: one[:2], reverse=True)][
        :SHOWN
    ]


def _act(row: ActRow) -> Event:
    about = ", ".join(_fields(row.fields)) or row.person
    text = str(_ACTS[row.act])
    for more in (about, row.reason):
        text = f"{text}: {more}" if more else text
    return Event(text, when=_stamp(row.at), iso=row.at.isoformat(), by=row.actor_name)


def _fields(names: Sequence[str]) -> list[str]:
    """Name what was edited as the form does; a field that no form has any more keeps its own name."""
    known = {
        **{kind.value: str(name) for kind, name in CONTACT_NAMES.items()},
        **{name: str(field.label) for name, field in CompanyForm.base_fields.items()},
    }
    return [known.get(name, name) for name in names]


def _stamp(at: datetime) -> str:
    return words.day(at, "stamp")


def _hold(one: HoldLine) -> Event:
    what = str(_HOLDS[one.act])
    if one.until is not None:
        what = f"{what} {words.day(one.until, 'long')}"
    reason = str(_OF_THE_RUN.get(one.reason, one.reason))
    return Event(
        text=f"{what} ({one.currency}){': ' if reason else ''}{reason}",
        when=words.day(one.on_day, "short"),
        iso=one.on_day.isoformat(),
        by=str(_OF_THE_RUN.get(one.by, one.by)),
    )
