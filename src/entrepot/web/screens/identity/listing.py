"""Sign-in portals of the own account: the list, and one with its people and what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.identity.commands import PORTALS_MAX
from entrepot.domain.identity.portals import (
    PortalPage,
    acts_of_portal,
    list_portals,
    people_from,
    portal_page,
)
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.addresses import public_address
from entrepot.web.access.guards import screen
from entrepot.web.access.portals import redirect_address
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.identity import words
from entrepot.web.screens.users.words import role
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

PEOPLE_SHOWN = 50
ACTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One portal in the list."""

    name: str
    url: str
    issuer: str
    is_on: bool
    people: str
    last: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who came through a portal."""

    name: str
    login: str
    url: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One line of the timeline."""

    when: str
    iso: str
    by: str
    text: str


@screen(Capability.MANAGE_IDENTITY, while_acting=False)
def portals(request: SignedInRequest) -> HttpResponse:
    """List the portals of the own account."""
    viewer = request.viewer
    rows = list_portals(viewer)
    context = {
        "crumbs": crumbs(viewer)[:1],
        "columns": [
            Column(gettext("Portal")),
            Column(gettext("State"), 130),
            Column(gettext("Users"), 130),
            Column(gettext("Last sign-in"), 190),
        ],
        "rows": [
            Line(
                one.name,
                address(viewer, "portal", one.id),
                one.issuer,
                one.is_on,
                people(one.people),
                home_words.day(one.last_at, "stamp") if one.last_at else "–",
            )
            for one in rows
        ],
        "directory_url": address(viewer, "directory"),
        "new_url": address(viewer, "portal-new") if len(rows) < PORTALS_MAX else "",
    }
    return render(request, "screens/identity/list.html", context)


@screen(Capability.MANAGE_IDENTITY, while_acting=False)
def portal(request: SignedInRequest, number: int) -> HttpResponse:
    """Show one portal."""
    page = portal_page(request.viewer, portal_id=number)
    return render(request, "screens/identity/page.html", page_context(request, page))


def page_context(request: SignedInRequest, page: PortalPage) -> Mapping[str, object]:
    """Return what the page of a portal shows."""
    viewer, number = request.viewer, page.row.id
    return {
        "row": page.row,
        "crumbs": crumbs(viewer),
        "redirect": redirect_address(page.realm, page.row.slug),
        "sign_in": public_address(page.realm) + reverse("portal", args=[page.row.slug]),
        "client_id": page.client_id,
        "scopes": page.scopes,
        "claim": page.login_claim,
        "role": role(page.role),
        "domains": ", ".join(page.domains) or "–",
        "second_factor": page.checks_second_factor,
        "people": people(page.row.people),
        "edit_url": address(viewer, "portal-edit", number),
        "test_url": address(viewer, "portal-test", number),
        "switch_url": address(viewer, "portal-switch", number),
        "delete_url": address(viewer, "portal-delete", number),
        "person_columns": [
            Column(gettext("Name")),
            Column(gettext("Login name")),
            Column(gettext("First sign-in"), 190),
            Column(gettext("Last sign-in"), 190),
        ],
        "persons": [
            PersonLine(
                one.name,
                one.login,
                address(viewer, "user", one.user_id),
                home_words.day(one.first_at, "stamp"),
                home_words.day(one.last_at, "stamp"),
            )
            for one in people_from(viewer, portal_id=number, limit=PEOPLE_SHOWN)
        ],
        "acts": [
            ActLine(home_words.day(one.at, "stamp"), one.at.isoformat(), one.by, words.act(one))
            for one in acts_of_portal(viewer, portal_id=number, limit=ACTS_SHOWN)
        ],
    }


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to the pages of portals."""
    return [
        Link(gettext("Users"), address(viewer, "users")),
        Link(gettext("Sign-in"), address(viewer, "portals")),
    ]


def people(count: int) -> str:
    """Say how many people."""
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": home_words.number(count)}
