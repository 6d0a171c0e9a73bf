"""Ask a vendor: look for differences and repair one, or take over what it measured."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.provisioning.commands.repairs import repair_found
from entrepot.flows.drift_jobs import start_look
from entrepot.flows.vendor_usage import start_fetch
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links

_MISSING = "provisioning_object_missing"


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def look(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Start a look at a vendor; while one is under way no second one is started."""
    done = gettext("A task compares the services; load the page again.")
    return _start(request, number, start_look, done=done)


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def usage(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Take over what the vendor measured in the last days; while that waits to begin it is not started twice."""
    done = gettext("A task takes over what the vendor measured.")
    return _start(request, number, start_fetch, done=done)


def _start(
    request: SignedInRequest, number: int, start: Callable[..., object], *, done: str
) -> HttpResponse:
    viewer = request.viewer
    try:
        start(
            viewer,
            connector_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.code == _MISSING:
            raise
        messages.warning(request, refusal.text(translate=gettext))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(links.address(viewer, "connector", number))


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def repair(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Have the vendor made to have what we have."""
    viewer = request.viewer
    try:
        operation = repair_found(
            difference_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.code == _MISSING:
            raise
        messages.warning(request, refusal.text(translate=gettext))
        return HttpResponseRedirect(links.address(viewer, "connectors"))
    messages.success(request, gettext("This operation repairs the difference."))
    return HttpResponseRedirect(links.address(viewer, "operation", operation))
