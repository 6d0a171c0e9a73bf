"""Edit a user, or give another role: one form each, refusals keep the typing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import PersonFacts, edit_person, give_role
from entrepot.domain.parties.names import LANGUAGES
from entrepot.domain.parties.people import PersonPage, RoleChoice, person_page, roles_to_give
from entrepot.domain.parties.phones import shown_phone
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.company_form import LANGUAGE_NAMES
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.users import words
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.shell import Link


class FactsForm(forms.Form):
    """What is known of a user."""

    display_name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.CharField(
        label=_("E-mail for notices"),
        max_length=254,
        required=False,
        help_text=_(
            "It need not be the login name, which stays as it is. Links sent before end with a new one."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("As in its country, or with the country code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )


class RoleForm(forms.Form):
    """The role that a user gets."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Sequence[RoleChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(words.role_key(one), words.role(one)) for one in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


@screen(Capability.MANAGE_USERS, methods=("GET", "POST"))
def edit_user(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Show what is known of a user in a form and store it; a change by somebody else in between is refused."""
    viewer = request.viewer
    team = team_of(viewer, account)
    facts = person_page(viewer, account_id=team.account_id, user_id=number, now=request.now)
    form = FactsForm(request.POST if request.method == "POST" else None, initial=_initial(facts))
    if facts.kept_by:
        for name in ("display_name", "email", "phone"):
            form.fields[name].disabled = True
    status, version = 200, str(facts.version)
    if request.method == "POST":
        status, version = 422, request.POST.get("version", "")
        if form.is_valid():
            try:
                edit_person(
                    viewer,
                    account_id=team.account_id,
                    user_id=number,
                    version=number_in(version) or 0,
                    facts=PersonFacts(**form.cleaned_data),
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status = refuse(form, error)
            else:
                messages.success(request, gettext("The data are saved."))
                return HttpResponseRedirect(team.url("user", number))
    context = {
        **_frame(team, facts, gettext("Edit")),
        "form": form,
        "version": version,
        "login": facts.row.login,
        "kept_by": facts.kept_by,
        "is_stale": status == 409 and version != str(facts.version),
        "reload_url": request.path,
        "button": gettext("Save"),
    }
    return render(request, "screens/users/edit.html", context, status=status)


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), fresh=True)
def set_role(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Give a user another role; it holds from the next request on."""
    viewer = request.viewer
    team = team_of(viewer, account)
    facts = person_page(viewer, account_id=team.account_id, user_id=number, now=request.now)
    roles = roles_to_give(viewer, account_id=team.account_id, kind=facts.account_kind)
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        roles=roles,
        initial={"role": words.role_key(facts.row.role)},
    )
    status = 200
    if request.method == "POST":
        status = 422
        choice = words.chosen(request.POST.get("role", ""), roles)
        if form.is_valid() and choice is not None:
            try:
                give_role(
                    viewer,
                    account_id=team.account_id,
                    user_id=number,
                    role=choice.code,
                    own_role_id=choice.own_role_id,
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status = refuse(form, error)
            else:
                messages.success(
                    request, gettext("The role is %(role)s now.") % {"role": words.role(choice)}
                )
                return HttpResponseRedirect(team.url("user", number))
    context = {
        **_frame(team, facts, gettext("Role")),
        "form": form,
        "lead": gettext("What users may do follows from the role, from their next click on."),
        "button": gettext("Set the role"),
    }
    return render(request, "screens/users/edit.html", context, status=status)


def refuse(form: forms.Form, error: DomainError) -> int:
    """Write a refusal to its field, or to the form; return the status of the answer."""
    field = error.field if isinstance(error, BadInput) else None
    form.add_error(field if field in form.fields else None, error.text(translate=gettext))
    return 422 if isinstance(error, BadInput) else 409


def _frame(team: Team, facts: PersonPage, title: str) -> dict[str, object]:
    back = team.url("user", facts.row.id)
    return {
        "title": title,
        "lead": "",
        "crumbs": team.crumbs(Link(facts.row.name, back)),
        "back_url": back,
    }


def _initial(facts: PersonPage) -> dict[str, str]:
    phone = shown_phone(facts.row.phone, country=facts.country)
    return {
        "display_name": facts.row.name,
        "email": facts.row.email,
        "phone": phone.international if phone.is_foreign else phone.national,
        "language": facts.language,
    }
