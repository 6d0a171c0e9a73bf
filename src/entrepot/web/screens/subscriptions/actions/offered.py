"""Which actions a person finds on a subscription, and where they lead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.plan_switches import switch_options

_GOING = (Status.TRIAL, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Offer:
    """One button; "…" at the end of a label means that another step follows. `is_rare` leaves it out of the drawer."""

    label: str
    url: str
    kind: Literal["", "bad"] = ""
    is_rare: bool = False


OWN_NAME = "own-subscription"


def may_hold(facts: SubscriptionFacts) -> bool:
    """Tell whether the viewer stands above the customer: nobody puts what they bought themselves on hold."""
    return not facts.is_own


def offers(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> list[Offer]:
    """List the actions that are legal now: renewal and term, hold or release, cancel or go on, removal."""
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return []

    def to(act: str) -> str:
        return reverse(f"{viewer.panel.value}:{name}-{act}", args=[facts.id])

    is_seller = may_hold(facts) and name != OWN_NAME
    if facts.status not in RUNNING:
        return _of_ended(facts, to, is_seller=is_seller)
    found = _of_term(viewer, facts, to)
    if is_seller:
        hold = (gettext("Release…"), "release") if facts.admin_hold else (gettext("Hold…"), "hold")
        found.append(Offer(hold[0], to(hold[1])))
    if facts.dates.cancel_on is not None:
        found.append(Offer(gettext("Do not cancel…"), to("go-on")))
    else:
        found.append(Offer(gettext("Cancel…"), to("cancel"), "bad"))
    return found


def _of_term(viewer: Viewer, facts: SubscriptionFacts, to: Callable[[str], str]) -> list[Offer]:
    """Offer what goes on after the term, and where it ends."""
    if facts.status is Status.GRACED:
        return [Offer(gettext("Renew again…"), to("restart"))]
    if facts.dates.cancel_on is not None:
        return []
    label = gettext("Renewal off…") if facts.auto_renew else gettext("Renewal on…")
    found = [Offer(label, to("renewal"))]
    if facts.status is Status.TRIAL:
        return found
    if facts.renews_once:
        found.append(Offer(gettext("No more term…"), to("renew-withdraw"), is_rare=True))
    elif not facts.auto_renew:
        found.append(Offer(gettext("Renew once…"), to("renew")))
    if switch_options(facts=facts):
        found.append(Offer(gettext("Change plan…"), to("plan"), is_rare=True))
    if queries.movable_between(facts=facts, today=viewer.today) and not facts.plan.is_usage:
        found.append(Offer(gettext("Align term…"), to("align"), is_rare=True))
    return found


def _of_ended(
    facts: SubscriptionFacts, to: Callable[[str], str], *, is_seller: bool
) -> list[Offer]:
    """Offer to begin again, and to sellers to remove for good."""
    if facts.status not in (Status.EXPIRED, Status.CANCELLED):
        return []
    found = []
    if facts.status is Status.EXPIRED or not facts.plan.destroys_on_cancel:
        found.append(Offer(gettext("Renew again…"), to("restart")))
    if is_seller:
        found.append(Offer(gettext("Remove for good…"), to("destroy"), "bad"))
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
