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
from django.utils.translation import pgettext_lazy


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
        "ordered": Badge(info, pgettext_lazy("state", "Ordered"), "package"),
        "active": Badge(good, pgettext_lazy("state", "Active"), "circle-check"),
        "trial": Badge(info, pgettext_lazy("state", "Trial"), "hourglass"),
        "on_hold": Badge(warn, pgettext_lazy("state", "On hold"), "circle-pause"),
        "graced": Badge(warn, pgettext_lazy("state", "In grace period"), "timer"),
        "scheduled": Badge(info, pgettext_lazy("state", "Scheduled"), "calendar-clock"),
        "renews": Badge(info, pgettext_lazy("state", "Renews"), "repeat"),
        "ends": Badge(warn, pgettext_lazy("state", "Ends"), "calendar-x"),
        "expired": Badge(neutral, pgettext_lazy("state", "Expired"), "calendar-x-2"),
        "cancelled": Badge(neutral, pgettext_lazy("state", "Cancelled"), "ban"),
        "terminated": Badge(neutral, pgettext_lazy("state", "Removed"), "circle-stop"),
        "inactive": Badge(neutral, pgettext_lazy("state", "Inactive"), "circle-minus"),
        "closed": Badge(neutral, pgettext_lazy("state", "Closed"), "lock"),
        "pending": Badge(info, pgettext_lazy("state", "Pending"), "clock"),
        "provisioning": Badge(info, pgettext_lazy("state", "Being provisioned"), "loader"),
        "removing": Badge(info, pgettext_lazy("state", "Being removed"), "loader"),
        # users
        "ready": Badge(good, pgettext_lazy("state", "Ready"), "circle-check"),
        "locked": Badge(warn, pgettext_lazy("state", "Locked"), "lock"),
        "not_activated": Badge(info, pgettext_lazy("state", "Not activated"), "mail"),
        "disabled": Badge(neutral, pgettext_lazy("state", "Disabled"), "ban"),
        # holds
        "held": Badge(warn, pgettext_lazy("state", "Held"), "circle-pause"),
        "released": Badge(good, pgettext_lazy("state", "Released"), "circle-check"),
        # orders and approvals
        "waiting": Badge(warn, pgettext_lazy("state", "Waiting for approval"), "clock-alert"),
        "approved": Badge(good, pgettext_lazy("state", "Approved"), "circle-check"),
        "declined": Badge(bad, pgettext_lazy("state", "Declined"), "circle-x"),
        "submitted": Badge(info, pgettext_lazy("state", "Submitted"), "clock"),
        "waiting_for_payment": Badge(
            warn, pgettext_lazy("state", "Waiting for payment"), "circle-dashed"
        ),
        "accepted": Badge(info, pgettext_lazy("state", "Accepted"), "clock"),
        "processing": Badge(info, pgettext_lazy("state", "Processing"), "loader"),
        "provisioning_failed": Badge(
            bad, pgettext_lazy("state", "Failed at the vendor"), "circle-x"
        ),
        "error": Badge(bad, pgettext_lazy("state", "Error"), "circle-x"),
        "completed": Badge(good, pgettext_lazy("state", "Completed"), "circle-check"),
        # invoices and payments
        "draft": Badge(neutral, pgettext_lazy("state", "Draft"), "pencil-line"),
        "issued": Badge(info, pgettext_lazy("state", "Issued"), "file-check"),
        "unpaid": Badge(warn, pgettext_lazy("state", "Unpaid"), "circle-dashed"),
        "partly_paid": Badge(warn, pgettext_lazy("state", "Partly paid"), "circle-dot-dashed"),
        "paid": Badge(good, pgettext_lazy("state", "Paid"), "circle-check"),
        "overdue": Badge(bad, pgettext_lazy("state", "Overdue"), "circle-alert"),
        "settled": Badge(good, pgettext_lazy("state", "Settled"), "circle-check"),
        "credited": Badge(neutral, pgettext_lazy("state", "Credited"), "undo-2"),
        "refunded": Badge(neutral, pgettext_lazy("state", "Refunded"), "undo-2"),
        "voided": Badge(neutral, pgettext_lazy("state", "Voided"), "ban"),
        # states of a run, a job or an import
        "queued": Badge(neutral, pgettext_lazy("state", "Queued"), "clock"),
        "running": Badge(info, pgettext_lazy("state", "Running"), "loader"),
        "finished": Badge(good, pgettext_lazy("state", "Finished"), "circle-check"),
        "finished_with_exceptions": Badge(
            warn, pgettext_lazy("state", "Finished with exceptions"), "triangle-alert"
        ),
        "done": Badge(good, pgettext_lazy("state", "Done"), "circle-check"),
        "applied": Badge(good, pgettext_lazy("state", "Applied"), "circle-check"),
        "applied_with_rejects": Badge(
            warn, pgettext_lazy("state", "Applied with exceptions"), "triangle-alert"
        ),
        "refused": Badge(bad, pgettext_lazy("state", "Refused"), "circle-x"),
        "failed": Badge(bad, pgettext_lazy("state", "Failed"), "circle-x"),
        "stopped": Badge(neutral, pgettext_lazy("state", "Stopped"), "circle-stop"),
        "open": Badge(warn, pgettext_lazy("state", "Open"), "circle-dashed"),
        "proved": Badge(good, pgettext_lazy("state", "Holds"), "shield-check"),
        "refuted": Badge(bad, pgettext_lazy("state", "Does not hold"), "shield-x"),
        "rehearsal": Badge(info, pgettext_lazy("state", "Rehearsal"), "flask-conical"),
        # prices and price lists
        "current": Badge(good, pgettext_lazy("state", "Current"), "circle-check"),
        "superseded": Badge(neutral, pgettext_lazy("state", "Superseded"), "history"),
        "published": Badge(good, pgettext_lazy("state", "Published"), "circle-check"),
        "withdrawn": Badge(neutral, pgettext_lazy("state", "Withdrawn"), "ban"),
        # credit
        "within_limit": Badge(good, pgettext_lazy("state", "Within limit"), "circle-check"),
        "near_limit": Badge(warn, pgettext_lazy("state", "Near the limit"), "triangle-alert"),
        "over_limit": Badge(bad, pgettext_lazy("state", "Over the limit"), "circle-alert"),
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
