"""Add and edit portals: one form; refusals keep the typing, but for the secret."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from entrepot.domain.identity.commands import PortalFacts, add_portal, change_portal
from entrepot.domain.identity.portals import PortalPage, portal_page
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.people import RoleChoice, roles_to_give
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home.links import address
from entrepot.web.screens.identity.listing import crumbs
from entrepot.web.screens.users import words
from entrepot.web.screens.users.editing import refuse
from entrepot.web.ui.shell import Link

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class PortalForm(forms.Form):
    """What administrators say about a portal."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As people see it on the sign-in page.")
    )
    slug = forms.CharField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Part of the addresses below; it cannot be changed later."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        help_text=_(
            "The address that the portal gives itself, such as https://login.company.example."
        ),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    client_id = forms.CharField(
        label=_("Client ID"), max_length=200, widget=forms.TextInput(attrs=_PLAIN)
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    login_claim = forms.CharField(
        label=_("Fact for the login name"),
        max_length=80,
        help_text=_("What the portal calls it: preferred_username, email, upn, …"),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    scopes = forms.CharField(
        label=_("Scopes"), max_length=200, widget=forms.TextInput(attrs=_PLAIN)
    )
    role = forms.ChoiceField(
        label=_("Role of new users"), help_text=_("It can be changed for each of them later.")
    )
    domains = forms.CharField(
        label=_("Mail domains"),
        max_length=2_000,
        required=False,
        help_text=_("Who enters an address there on the sign-in page is led to this portal."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    checks_second_factor = forms.BooleanField(
        label=_("The portal checks a second factor"),
        required=False,
        help_text=_("Then signing in there is enough where a second factor is required here."),
    )

    def __init__(
        self, *args: Any, roles: Sequence[RoleChoice], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(words.role_key(one), words.role(one)) for one in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        if is_new:
            self.fields["client_secret"].required = True
        else:
            del self.fields["slug"]
            self.fields["client_secret"].help_text = gettext(
                "Leave it empty to keep the present one."
            )


@sensitive_post_parameters("client_secret")
@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), while_acting=False, fresh=True)
def new_portal(request: SignedInRequest) -> HttpResponse:
    """Add a portal, switched off."""
    viewer, status = request.viewer, 200
    roles = _roles(request)
    least = RoleCode.USER if viewer.account_kind is AccountKind.CUSTOMER else RoleCode.READ_ONLY
    initial = {
        "scopes": "openid profile email",
        "login_claim": "preferred_username",
        "role": least.value,
    }
    form = PortalForm(_posted(request), roles=roles, is_new=True, initial=initial)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                number = add_portal(
                    viewer,
                    slug=form.cleaned_data["slug"],
                    secret=form.cleaned_data["client_secret"],
                    facts=_facts(form, roles),
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status = refuse(form, error)
            else:
                messages.success(
                    request,
                    gettext(
                        "The portal is there, switched off. Enter the address to come back to, then test it."
                    ),
                )
                return HttpResponseRedirect(address(viewer, "portal", number))
    return _show(request, form, None, status=status)


@sensitive_post_parameters("client_secret")
@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), while_acting=False, fresh=True)
def edit_portal(request: SignedInRequest, number: int) -> HttpResponse:
    """Change a portal; a change by somebody else in between is refused."""
    viewer, status = request.viewer, 200
    page, roles = portal_page(viewer, portal_id=number), _roles(request)
    form = PortalForm(_posted(request), roles=roles, is_new=False, initial=_initial(page))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change_portal(
                    viewer,
                    portal_id=number,
                    version=number_in(request.POST.get("version", "")) or 0,
                    secret=form.cleaned_data["client_secret"],
                    facts=_facts(form, roles),
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status = refuse(form, error)
            else:
                messages.success(request, gettext("The portal is changed."))
                return HttpResponseRedirect(address(viewer, "portal", number))
    return _show(request, form, page, status=status)


def _show(
    request: SignedInRequest, form: PortalForm, page: PortalPage | None, *, status: int
) -> HttpResponse:
    viewer = request.viewer
    version = str(page.version) if page else ""
    typed = request.POST.get("version", version)
    back = address(viewer, "portal", page.row.id) if page else address(viewer, "portals")
    context = {
        "title": page.row.name if page else gettext("New portal"),
        "crumbs": [*crumbs(viewer), *([Link(page.row.name, back)] if page else [])],
        "form": form,
        "version": typed,
        "is_stale": status == 409 and typed != version,
        "reload_url": request.path,
        "back_url": back,
    }
    return render(request, "screens/identity/form.html", context, status=status)


def _posted(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _roles(request: SignedInRequest) -> tuple[RoleChoice, ...]:
    viewer = request.viewer
    return roles_to_give(viewer, account_id=viewer.account_id, kind=viewer.account_kind)


def _facts(form: PortalForm, roles: Sequence[RoleChoice]) -> PortalFacts:
    given = form.cleaned_data
    # The field takes the keys of these roles only.
    choice = next(one for one in roles if words.role_key(one) == given["role"])
    return PortalFacts(
        name=given["name"],
        issuer=given["issuer"],
        client_id=given["client_id"],
        scopes=given["scopes"],
        login_claim=given["login_claim"],
        role=choice.code,
        own_role_id=choice.own_role_id,
        domains=given["domains"],
        checks_second_factor=given["checks_second_factor"],
    )


def _initial(page: PortalPage) -> dict[str, object]:
    return {
        "name": page.row.name,
        "issuer": page.row.issuer,
        "client_id": page.client_id,
        "scopes": page.scopes,
        "login_claim": page.login_claim,
        "role": words.role_key(page.role),
        "domains": " ".join(page.domains),
        "checks_second_factor": page.checks_second_factor,
    }
