"""Roles of the own account: the built-in ones and those that it has made itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.commands import (
    ROLE_NAME_MAX,
    add_own_role,
    change_own_role,
    remove_own_role,
)
from entrepot.domain.parties.own_roles import OwnRoleRow, own_role, own_roles
from entrepot.domain.parties.roles import (
    PRIVILEGES,
    ROLES_OF,
    Capability,
    Level,
    Privilege,
    levels_of,
    levels_offered,
)
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.roles import words
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.screens.users.words import ROLES
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class Line:
    """One role as the list shows it."""

    name: str
    url: str
    rights: str
    people: str


@dataclass(frozen=True, slots=True)
class Field:
    """One privilege of the form: its levels as pairs of value and word, and the one that is chosen."""

    name: str
    label: str
    hint: str
    options: list[tuple[str, str]]
    value: str


@screen(Capability.VIEW_USERS)
def roles(request: SignedInRequest) -> HttpResponse:
    """List the roles that people of the own account can have."""
    viewer = request.viewer
    may = viewer.can(Capability.ADMINISTER_USERS)
    context = {
        "crumbs": crumbs(viewer)[:1],
        "columns": [
            Column(gettext("Role")),
            Column(gettext("May")),
            Column(gettext("People"), 120),
        ],
        "own": [
            Line(
                row.name,
                address(viewer, "role", row.id) if may else "",
                _rights({Privilege(key): Level(level) for key, level in row.levels.items()}),
                _people(row.people),
            )
            for row in own_roles(viewer)
        ],
        "built_in": [
            Line(
                str(ROLES[role]), "", _rights(levels_of(PRIVILEGES[viewer.account_kind, role])), ""
            )
            for role in ROLES_OF[viewer.account_kind]
        ],
        "new_url": address(viewer, "role-new") if may else "",
    }
    return render(request, "screens/roles/list.html", context)


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), fresh=True)
def new_role(request: SignedInRequest) -> HttpResponse:
    """Make a role."""
    viewer = request.viewer
    if request.method != "POST":
        return _form(request, None, name="", levels={})
    name, levels = _typed(request)
    try:
        add_own_role(
            viewer,
            name=name,
            levels=levels,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _form(request, None, name=name, levels=levels, refusal=refusal)
    messages.success(request, gettext("The role is there. Give it to people on their pages."))
    return HttpResponseRedirect(address(viewer, "roles"))


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), fresh=True)
def role(request: SignedInRequest, number: int) -> HttpResponse:
    """Change a role; it holds for its people from their next page on."""
    viewer = request.viewer
    row = own_role(viewer, role_id=number)
    if request.method != "POST":
        return _form(request, row, name=row.name, levels=row.levels)
    name, levels = _typed(request)
    try:
        change_own_role(
            viewer,
            role_id=number,
            version=number_in(request.POST.get("version", "")) or 0,
            name=name,
            levels=levels,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _form(request, row, name=name, levels=levels, refusal=refusal)
    messages.success(request, gettext("The role is changed."))
    return HttpResponseRedirect(address(viewer, "roles"))


@screen(Capability.ADMINISTER_USERS, methods=("POST",), fresh=True)
def remove(request: SignedInRequest, number: int) -> HttpResponse:
    """Remove a role that nobody has."""
    viewer = request.viewer
    row = own_role(viewer, role_id=number)
    try:
        remove_own_role(
            viewer,
            role_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _form(request, row, name=row.name, levels=row.levels, refusal=refusal)
    messages.success(request, gettext("The role is removed."))
    return HttpResponseRedirect(address(viewer, "roles"))


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to the pages of roles."""
    return [
        Link(gettext("Users"), address(viewer, "users")),
        Link(gettext("Roles"), address(viewer, "roles")),
    ]


def _typed(request: SignedInRequest) -> tuple[str, dict[str, int]]:
    levels = {
        one.value: number_in(request.POST.get(one.value, "")) or 0
        for one in levels_offered(request.viewer.account_kind)
    }
    return request.POST.get("name", "")[: ROLE_NAME_MAX + 1], levels


def _form(
    request: SignedInRequest,
    row: OwnRoleRow | None,
    *,
    name: str,
    levels: Mapping[str, int],
    refusal: DomainError | None = None,
) -> HttpResponse:
    viewer = request.viewer
    fields = [
        Field(
            name=one.value,
            label=str(words.PRIVILEGES[one]),
            hint=str(words.HINTS.get(one, "")),
            options=[(str(int(level)), str(words.LEVELS[level])) for level in marks],
            value=str(int(levels.get(one.value, 0))),
        )
        for one, marks in levels_offered(viewer.account_kind).items()
    ]
    context = {
        "title": row.name if row else gettext("New role"),
        "crumbs": crumbs(viewer),
        "name": name,
        "name_max": ROLE_NAME_MAX,
        "fields": fields,
        "version": row.version if row else "",
        "refusal": refusal.text(translate=gettext) if refusal else "",
        "people": _people(row.people) if row else "",
        "back_url": address(viewer, "roles"),
        "remove_url": address(viewer, "role-remove", row.id) if row and not row.people else "",
        "trail": trail(viewer, object_kind="role", object_id=row.id) if row else [],
    }
    status = 200 if refusal is None else 422
    return render(request, "screens/roles/form.html", context, status=status)


def _rights(levels: Mapping[Privilege, Level]) -> str:
    """Say what levels allow, in the order of privileges."""
    texts = [
        f"{words.PRIVILEGES[one]}: {words.LEVELS[levels[one]]}"
        for one in Privilege
        if levels.get(one)
    ]
    return " · ".join(texts) or gettext("Only the own services and profile")


def _people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": home_words.number(count)}
