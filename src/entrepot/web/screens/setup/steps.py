"""The frame of the wizard: its steps, where one is, and where one goes on."""

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import Setup, setup_of
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import SetupStep
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.seller_setup import unfinished
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.ui.parts import Step

NAMES: Mapping[SetupStep, object] = {
    SetupStep.COMPANY: _("Company and currency"),
    SetupStep.PLANS: _("Plans"),
    SetupStep.PRICES: _("Prices"),
    SetupStep.BRAND: _("Brand"),
}


def setup_url(viewer: Viewer) -> str:
    """Return where a reseller goes on with its set-up, empty when there is nothing to set up or for others to do."""
    if not viewer.can(Capability.MANAGE_ACCOUNTS) or unfinished(viewer) is None:
        return ""
    return links.address(viewer, "setup")


def step_url(viewer: Viewer, step: SetupStep) -> str:
    """Return the address of a step."""
    return links.address(viewer, f"setup-{step.value}")


def frame(viewer: Viewer, setup: Setup, *, here: SetupStep | None) -> dict[str, object]:
    """Give what every page of the wizard shows: the steps, the number of this one, and the way back."""
    order = list(SetupStep)
    place = order.index(here) if here is not None else len(order)
    return {
        "steps": [
            Step(
                str(NAMES[step]),
                "running" if step is here else "done" if step in setup.done else "todo",
            )
            for step in order
        ],
        "step_number": place + 1,
        "step_count": len(order),
        "step_name": NAMES[here] if here is not None else "",
        "back_url": step_url(viewer, order[place - 1]) if 0 < place <= len(order) - 1 else "",
        "home_url": links.address(viewer, "home"),
        "leave_url": links.address(viewer, "marketplace"),
        "sales_currency": setup.sales_currency,
    }


def onward(viewer: Viewer, setup: Setup, *, after: SetupStep) -> HttpResponseRedirect:
    """Go to the next step that is not done, or to the end."""
    order = list(SetupStep)
    later = [one for one in order[order.index(after) + 1 :] if one not in setup.done]
    following = later[0] if later else setup.next_step
    return HttpResponseRedirect(
        links.address(viewer, "setup") if following is None else step_url(viewer, following)
    )


@screen(Capability.MANAGE_ACCOUNTS)
def overview(request: SignedInRequest) -> HttpResponse:
    """Say what the set-up is about and where it stands; at its end, offer the first order as a try-out."""
    viewer = request.viewer
    setup = setup_of(account_id=viewer.account_id)
    if setup is None:
        raise NoSuchObject(object="set-up")
    following = setup.next_step
    context = {
        **frame(viewer, setup, here=following),
        "setup": setup,
        "title": gettext("Your set-up is finished") if setup.is_finished else gettext("Set-up"),
        "next_url": "" if following is None else step_url(viewer, following),
        "is_begun": bool(setup.done),
        "try_url": links.address(viewer, "marketplace", **{"for": str(viewer.account_id)}),
        "customer_url": links.address(viewer, "customer-new"),
        "prices_url": links.address(viewer, "prices"),
    }
    return render(request, "screens/setup/overview.html", context)
