"""Which actions a person finds on a subscription, and where they lead."""

from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.queries import SubscriptionFacts

_GOING = (Status.TRIAL, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Offer:
    """One button; "…" at the end of a label means that another step follows."""

    label: str
    url: str
    kind: Literal["", "bad"] = ""


OWN_NAME = "own-subscription"


def may_hold(facts: SubscriptionFacts) -> bool:
    """Tell whether the viewer stands above the customer: nobody puts what they bought themselves on hold."""
    return not facts.is_own


def offers(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> list[Offer]:
    """List the actions that are legal now: renewal, hold or release, cancel or go on."""
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS) or facts.status not in RUNNING:
        return []

    def to(act: str) -> str:
        return reverse(f"{viewer.panel.value}:{name}-{act}", args=[facts.id])

    found = []
    is_ending = facts.dates.cancel_on is not None
    if facts.status in _GOING and not is_ending:
        label = gettext("Renewal off…") if facts.auto_renew else gettext("Renewal on…")
        found.append(Offer(label, to("renewal")))
    if may_hold(facts) and name != OWN_NAME:
        hold = (gettext("Release…"), "release") if facts.admin_hold else (gettext("Hold…"), "hold")
        found.append(Offer(hold[0], to(hold[1])))
    if is_ending:
        found.append(Offer(gettext("Do not cancel…"), to("go-on")))
    else:
        found.append(Offer(gettext("Cancel…"), to("cancel"), "bad"))
    return found


def quantity_url(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> str:
    """Return the address of the quantity's page, empty where nobody can change one."""
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS) or facts.status not in _GOING:
        return ""
    if facts.plan.is_usage:
        return ""
    return reverse(f"{viewer.panel.value}:{name}-quantity", args=[facts.id])


def withdraw_url(viewer: Viewer, facts: SubscriptionFacts, change_id: int, *, name: str) -> str:
    """Return the address that takes an ordered quantity back, empty for who may not."""
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return ""
    return reverse(f"{viewer.panel.value}:{name}-change-withdraw", args=[facts.id, change_id])
