"""Directories (SCIM) of the own account: tokens, and which role a group gives."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.identity.commands.groups import set_group_role
from entrepot.domain.identity.commands.tokens import DAYS_MAX, NewToken, add_token, revoke_token
from entrepot.domain.identity.directory import GroupRow, TokenRow, list_groups, list_tokens
from entrepot.domain.parties.people import RoleChoice, roles_to_give
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.identity.listing import crumbs, people
from entrepot.web.screens.users.words import chosen, role, role_key
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_DAYS = 365


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token in the list."""

    name: str
    prefix: str
    made: str
    used: str
    expires: str
    state: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group in the list."""

    name: str
    people: str
    role: str
    url: str


@screen(Capability.MANAGE_IDENTITY, while_acting=False)
def directory(request: SignedInRequest) -> HttpResponse:
    """Show tokens and groups of the own account."""
    return _show(request)


@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), while_acting=False, fresh=True)
def new_token(request: SignedInRequest) -> HttpResponse:
    """Make a token and show it once."""
    viewer, refusal = request.viewer, ""
    name = request.POST.get("name", "")[:200]
    days = number_in(request.POST.get("days", "")) or _DAYS
    if request.method == "POST":
        try:
            made = add_token(
                viewer,
                name=name,
                days=days,
                actor=viewer.actor(request_id=request.request_id),
                now=request.now,
            )
        except DomainError as error:
            refusal = error.text(translate=gettext)
        else:
            return _show(request, made=made)
    context = {
        "title": gettext("New token"),
        "crumbs": [*crumbs(viewer), _here(request)],
        "name": name,
        "days": days,
        "days_max": DAYS_MAX,
        "refusal": refusal,
        "back_url": address(viewer, "directory"),
    }
    status = 422 if refusal else 200
    return render(request, "screens/identity/token.html", context, status=status)


@screen(Capability.MANAGE_IDENTITY, methods=("POST",), while_acting=False, fresh=True)
def revoke(request: SignedInRequest, number: int) -> HttpResponse:
    """Make a token void."""
    viewer = request.viewer
    revoke_token(
        viewer,
        token_id=number,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    messages.success(request, gettext("The token is void from now on."))
    return HttpResponseRedirect(address(viewer, "directory"))


@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), while_acting=False, fresh=True)
def group_role(request: SignedInRequest, number: int) -> HttpResponse:
    """Choose the role that a group gives, or none."""
    viewer, refusal = request.viewer, ""
    row = next((one for one in list_groups(viewer) if one.id == number), None)
    if row is None:
        raise Http404
    roles = roles_to_give(viewer, account_id=viewer.account_id, kind=viewer.account_kind)
    wanted = request.POST.get("role", role_key(row.role) if row.role else "")
    if request.method == "POST":
        refusal = _given(request, row, chosen(wanted, roles), is_none=not wanted)
        if not refusal:
            messages.success(request, gettext("The group's role is set."))
            return HttpResponseRedirect(address(viewer, "directory"))
    context = {
        "title": row.name,
        "crumbs": [*crumbs(viewer), _here(request)],
        "options": [("", gettext("none")), *((role_key(one), role(one)) for one in roles)],
        "wanted": wanted,
        "people": people(row.people),
        "refusal": refusal,
        "back_url": address(viewer, "directory"),
    }
    status = 422 if refusal else 200
    return render(request, "screens/identity/group.html", context, status=status)


def _given(
    request: SignedInRequest, row: GroupRow, choice: RoleChoice | None, *, is_none: bool
) -> str:
    """Set the role of a group; return the sentence of a refusal, empty for none."""
    viewer = request.viewer
    if choice is None and not is_none:
        return gettext("Choose a role from the list.")
    try:
        set_group_role(
            viewer,
            group_id=row.id,
            role=choice.code if choice else None,
            own_role_id=choice.own_role_id if choice else None,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        return error.text(translate=gettext)
    return ""


def _show(request: SignedInRequest, made: NewToken | None = None) -> HttpResponse:
    viewer = request.viewer
    context = {
        "crumbs": crumbs(viewer),
        "base": request.build_absolute_uri("/scim/v2"),
        "made": made.text if made else "",
        "new_url": address(viewer, "token-new"),
        "token_columns": [
            Column(gettext("Token")),
            Column(gettext("State"), 130),
            Column(gettext("Made"), 180),
            Column(gettext("Last used"), 180),
            Column(gettext("Valid until"), 180),
            Column(gettext("Revoke"), 130, hidden_label=True),
        ],
        "tokens": [_token(request, one) for one in list_tokens(viewer)],
        "group_columns": [
            Column(gettext("Group")),
            Column(gettext("Users"), 130),
            Column(gettext("Gives the role")),
        ],
        "groups": [
            GroupLine(
                one.name,
                people(one.people),
                role(one.role) if one.role else gettext("none"),
                address(viewer, "group-role", one.id),
            )
            for one in list_groups(viewer)
        ],
    }
    return render(request, "screens/identity/directory.html", context)


def _token(request: SignedInRequest, one: TokenRow) -> TokenLine:
    state = "revoked" if one.revoked_at else "expired" if one.expires_at <= request.now else "valid"
    names = {
        "revoked": pgettext("token", "Revoked"),
        "expired": pgettext("token", "Expired"),
        "valid": pgettext("token", "Valid"),
    }
    is_valid = state == "valid"
    return TokenLine(
        name=one.name,
        prefix=f"{one.prefix}…",
        made=home_words.day(one.made_at, "stamp"),
        used=home_words.day(one.used_at, "stamp") if one.used_at else "–",
        expires=home_words.day(one.expires_at, "stamp"),
        state=names[state],
        revoke_url=address(request.viewer, "token-revoke", one.id) if is_valid else "",
    )


def _here(request: SignedInRequest) -> Link:
    return Link(gettext("Directory"), address(request.viewer, "directory"))
