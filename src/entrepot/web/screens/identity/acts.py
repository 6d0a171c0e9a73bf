"""Test, switch and delete a portal."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.identity.commands import delete_portal, switch_portal
from entrepot.domain.identity.errors import SignInRefused
from entrepot.domain.identity.openid import described
from entrepot.domain.identity.portals import portal_page
from entrepot.domain.parties.roles import Capability
from entrepot.web.access.adapter import may_try, too_many
from entrepot.web.access.guards import screen
from entrepot.web.access.portals import way_out
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.identity.listing import crumbs, page_context, people
from entrepot.web.ui.shell import Link


@screen(Capability.MANAGE_IDENTITY, methods=("POST",), while_acting=False)
def test_portal(request: SignedInRequest, number: int) -> HttpResponse:
    """Ask the portal what it says of itself, and show the answer or the reason why there is none."""
    page = portal_page(request.viewer, portal_id=number)
    if not may_try(request, action="portal", key=f"test {request.viewer.user_id}"):
        return too_many(request)
    context, status = dict(page_context(request, page)), 200
    try:
        found = described(issuer=page.row.issuer, way=way_out(), fresh=True)
    except SignInRefused as refusal:
        said = refusal.text(translate=gettext)
        context["fault"] = f"{said} ({refusal.detail})" if refusal.detail else said
        status = 409
    else:
        context["found"] = [
            (gettext("People are sent to"), found.authorization),
            (gettext("Codes are exchanged at"), found.token),
            (gettext("Keys are read from"), found.keys),
            (gettext("Further facts are read from"), found.userinfo or "–"),
        ]
        context["host"] = urlsplit(found.issuer).hostname or ""
    return render(request, "screens/identity/page.html", context, status=status)


@screen(Capability.MANAGE_IDENTITY, methods=("POST",), while_acting=False, fresh=True)
def switch(request: SignedInRequest, number: int) -> HttpResponse:
    """Switch a portal on or off, as the form says."""
    is_on = request.POST.get("on", "") == "1"
    switch_portal(
        request.viewer,
        portal_id=number,
        is_on=is_on,
        actor=request.viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    messages.success(
        request,
        gettext("The portal is switched on.")
        if is_on
        else gettext("The portal is switched off, and who had come through it is signed out."),
    )
    return HttpResponseRedirect(address(request.viewer, "portal", number))


@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), while_acting=False, fresh=True)
def delete(request: SignedInRequest, number: int) -> HttpResponse:
    """Say what follows, then delete a portal."""
    viewer = request.viewer
    page = portal_page(viewer, portal_id=number)
    if request.method == "POST":
        left = delete_portal(
            viewer,
            portal_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
        messages.success(
            request,
            ngettext(
                "The portal is deleted. %(n)s user needs a password now.",
                "The portal is deleted. %(n)s users need a password now.",
                left,
            )
            % {"n": home_words.number(left)},
        )
        return HttpResponseRedirect(address(viewer, "portals"))
    back = address(viewer, "portal", number)
    context = {
        "title": gettext("Delete"),
        "lead": page.row.name,
        "crumbs": [*crumbs(viewer), Link(page.row.name, back)],
        "kind": "bad",
        "consequences": [
            gettext(
                "Nobody signs in through it any more, and who had come through it is signed out."
            ),
            gettext("%(people)s came through it. They stay with role and services.")
            % {"people": people(page.row.people)},
            gettext(
                "They cannot sign in until each is sent an activation link from their page and sets a password."
            ),
        ],
        "refusal": "",
        "back_url": back,
    }
    return render(request, "screens/users/act.html", context)
