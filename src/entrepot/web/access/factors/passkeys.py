"""Passkeys on the own page of security: add one, give it another name."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties import queries
from entrepot.domain.parties.commands import NewPasskey, add_passkey, rename_passkey
from entrepot.domain.parties.factors import FACTOR_NAME_MAX
from entrepot.domain.parties.kinds import FactorKind
from entrepot.domain.parties.passkeys import Options, ask_new, check_new
from entrepot.kernel.errors import DomainError
from entrepot.web.access.factors.checking import keep_state, plain, site_of, take_state
from entrepot.web.access.factors.own import added, crumbs, own_factor
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest


class PasskeyForm(forms.Form):
    """What a person calls a passkey."""

    name = forms.CharField(
        label=_("Name"),
        max_length=FACTOR_NAME_MAX,
        help_text=_("Such as the name of the device, so that you know it again."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@screen(None, methods=("GET", "POST"), fresh=True)
def new_passkey(request: SignedInRequest) -> HttpResponse:
    """Have the device make a passkey, and keep it under a name."""
    form, status = PasskeyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _add(request, form.cleaned_data["name"])
            except DomainError as error:
                _refuse(form, error)
            else:
                return added(request, gettext("Your passkey is added."))
    context = {
        "title": gettext("Add a passkey"),
        "form": form,
        "options": _options(request),
        "button": gettext("Add the passkey"),
        "crumbs": crumbs(),
    }
    return render(request, "screens/access/security_passkey.html", context, status=status)


@screen(None, methods=("GET", "POST"), fresh=True)
def passkey(request: SignedInRequest, number: int) -> HttpResponse:
    """Give a passkey another name."""
    viewer = request.viewer
    factor = own_factor(request, number)
    if factor.kind is not FactorKind.PASSKEY:
        raise Http404
    form, status = PasskeyForm(request.POST or None, initial={"name": factor.name}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rename_passkey(
                    user_id=viewer.user_id,
                    factor_id=number,
                    name=form.cleaned_data["name"],
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                _refuse(form, error)
            else:
                messages.success(request, gettext("The passkey has a new name."))
                return HttpResponseRedirect(reverse("own-security"))
    context = {
        "title": gettext("Rename a passkey"),
        "form": form,
        "button": gettext("Save"),
        "crumbs": crumbs(),
    }
    return render(request, "screens/access/security_passkey.html", context, status=status)


def _add(request: SignedInRequest, name: str) -> None:
    answer = request.POST.get("answer", "")
    credential = check_new(answer=answer, state=take_state(request), site=site_of(request))
    add_passkey(
        user_id=request.viewer.user_id,
        made=NewPasskey(name, credential),
        actor=request.viewer.actor(request_id=request.request_id),
        now=request.now,
    )


def _options(request: SignedInRequest) -> Options:
    viewer = request.viewer
    options, state = ask_new(
        user_id=viewer.user_id,
        login=queries.profile(user_id=viewer.user_id).login,
        name=viewer.user_name,
        site=site_of(request),
    )
    keep_state(request, state)
    return plain(options)


def _refuse(form: PasskeyForm, error: DomainError) -> None:
    field = getattr(error, "field", "")
    form.add_error("name" if field == "name" else None, error.text(translate=gettext))
