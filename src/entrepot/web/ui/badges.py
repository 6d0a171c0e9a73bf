"""The one map from the name of a state to its tone, word and icon.

Names are those of the domain's state enums, so a state reads the same on every screen. One icon
has one meaning everywhere: circle-check done, circle-pause hold, hourglass trial, calendar-clock
scheduled, circle-x failed, circle-alert overdue, circle-dashed unpaid, triangle-alert finished
with exceptions, repeat renews, calendar-x ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tone(StrEnum):
    """What a colour says; never the only carrier of it."""

    NEUTRAL = "neutral"
    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as the screen shows it; `label` is translated when it is rendered."""

    tone: Tone
    label: str | Promise
    icon: str


def _badges() -> dict[str, Badge]:
    neutral, good, info, warn, bad = Tone
    return {
        # subscriptions and accounts
        "ordered": Badge(info, _("Ordered"), "package"),
        "active": Badge(good, _("Active"), "circle-check"),
        "trial": Badge(info, _("Trial"), "hourglass"),
        "on_hold": Badge(warn, _("On hold"), "circle-pause"),
        "graced": Badge(warn, _("In grace period"), "timer"),
        "scheduled": Badge(info, _("Scheduled"), "calendar-clock"),
        "renews": Badge(info, _("Renews"), "repeat"),
        "ends": Badge(warn, _("Ends"), "calendar-x"),
        "expired": Badge(neutral, _("Expired"), "calendar-x-2"),
        "cancelled": Badge(neutral, _("Cancelled"), "ban"),
        "terminated": Badge(neutral, _("Terminated"), "circle-stop"),
        "inactive": Badge(neutral, _("Inactive"), "circle-minus"),
        "closed": Badge(neutral, _("Closed"), "lock"),
        "pending": Badge(info, _("Pending"), "clock"),
        "provisioning": Badge(info, _("Being provisioned"), "loader"),
        "removing": Badge(info, _("Being removed"), "loader"),
        # holds
        "held": Badge(warn, _("Held"), "circle-pause"),
        "released": Badge(good, _("Released"), "circle-check"),
        # orders and approvals
        "waiting": Badge(warn, _("Waiting for approval"), "clock-alert"),
        "approved": Badge(good, _("Approved"), "circle-check"),
        "declined": Badge(bad, _("Declined"), "circle-x"),
        "completed": Badge(good, _("Completed"), "circle-check"),
        # invoices and payments
        "draft": Badge(neutral, _("Draft"), "pencil-line"),
        "issued": Badge(info, _("Issued"), "file-check"),
        "unpaid": Badge(warn, _("Unpaid"), "circle-dashed"),
        "partly_paid": Badge(warn, _("Partly paid"), "circle-dot-dashed"),
        "paid": Badge(good, _("Paid"), "circle-check"),
        "overdue": Badge(bad, _("Overdue"), "circle-alert"),
        "settled": Badge(good, _("Settled"), "circle-check"),
        "credited": Badge(neutral, _("Credited"), "undo-2"),
        "refunded": Badge(neutral, _("Refunded"), "undo-2"),
        "voided": Badge(neutral, _("Voided"), "ban"),
        # states of a run, a job or an import
        "queued": Badge(neutral, _("Queued"), "clock"),
        "running": Badge(info, _("Running"), "loader"),
        "finished": Badge(good, _("Finished"), "circle-check"),
        "finished_with_exceptions": Badge(warn, _("Finished with exceptions"), "triangle-alert"),
        "done": Badge(good, _("Done"), "circle-check"),
        "applied": Badge(good, _("Applied"), "circle-check"),
        "applied_with_rejects": Badge(warn, _("Applied with exceptions"), "triangle-alert"),
        "refused": Badge(bad, _("Refused"), "circle-x"),
        "failed": Badge(bad, _("Failed"), "circle-x"),
        "stopped": Badge(neutral, _("Stopped"), "circle-stop"),
        "open": Badge(warn, _("Open"), "circle-dashed"),
        "proved": Badge(good, _("Holds"), "shield-check"),
        "refuted": Badge(bad, _("Does not hold"), "shield-x"),
        "rehearsal": Badge(info, _("Rehearsal"), "flask-conical"),
        # prices and price lists
        "current": Badge(good, _("Current"), "circle-check"),
        "superseded": Badge(neutral, _("Superseded"), "history"),
        "published": Badge(good, _("Published"), "circle-check"),
        "withdrawn": Badge(neutral, _("Withdrawn"), "ban"),
        # credit
        "within_limit": Badge(good, _("Within limit"), "circle-check"),
        "near_limit": Badge(warn, _("Near the limit"), "triangle-alert"),
        "over_limit": Badge(bad, _("Over the limit"), "circle-alert"),
    }


BADGES: Mapping[str, Badge] = MappingProxyType(_badges())


def badge_of(state: str) -> Badge:
    """Find the badge of a state; spelling with `-`, spaces or capitals does not matter.

    Raises: KeyError for a state that the map does not know, so that a new one is added here.
    """
    name = str(state).strip().lower().replace("-", "_").replace(" ", "_")
    try:
        return BADGES[name]
    except KeyError:
        raise KeyError(f"no badge for the state {state!r}: add it to BADGES") from None
