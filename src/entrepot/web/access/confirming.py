"""Asking again who sits there, before what is sensitive: the password, a second factor, or the own portal."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from entrepot.domain.parties.factors import factors_of
from entrepot.domain.parties.hashing import PASSWORD_LENGTH_MAX
from entrepot.domain.parties.kinds import SignInOutcome
from entrepot.domain.parties.queries import profile
from entrepot.web.access import sessions
from entrepot.web.access.adapter import AccessAdapter, too_many
from entrepot.web.access.factors.checking import is_right, may_check, offer_passkey
from entrepot.web.access.factors.forms import CodeForm
from entrepot.web.access.guards import screen
from entrepot.web.access.portals import again_address
from entrepot.web.access.requests import SignedInRequest


class PasswordForm(forms.Form):
    """The present password."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=PASSWORD_LENGTH_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@sensitive_post_parameters("password", "code", "answer")
@screen(None, methods=("GET", "POST"), while_acting=True)
def confirm(request: SignedInRequest) -> HttpResponse:
    """Take the password, a code or a passkey, and go on with `next`, an address on this site."""
    viewer = request.viewer
    given = request.POST if request.method == "POST" else request.GET
    adapter, target = AccessAdapter(request), given.get("next", "")
    if not adapter.is_safe_url(target):
        target = "/"
    form: forms.Form = PasswordForm()
    code_form: forms.Form = CodeForm()
    refusal, status = "", 200
    if request.method == "POST" and "password" in request.POST:
        form, status = PasswordForm(request.POST), 422
        if form.is_valid():
            if adapter.reauthenticate(request.user, form.cleaned_data["password"]):
                return _proved(request, target)
            form.add_error("password", gettext("This is not your present password."))
    elif request.method == "POST":
        if not may_check(request, user_id=viewer.user_id):
            return too_many(request)
        if is_right(request, user_id=viewer.user_id):
            adapter.note(request, request.user.get_username(), SignInOutcome.FACTOR_PASSED)
            return _proved(request, target)
        adapter.note(request, request.user.get_username(), SignInOutcome.FACTOR_WRONG)
        refusal = gettext("This was not right, or it was used already.")
        status = 422
    factors = factors_of(user_id=viewer.user_id)
    context = {
        "form": form,
        "code_form": code_form if factors.has_any else None,
        "options": offer_passkey(request, user_id=viewer.user_id) if factors.passkeys else None,
        "portal_url": again_address(user_id=viewer.user_id, target=target),
        "has_password": not profile(user_id=viewer.user_id).signs_in_outside,
        "refusal": refusal,
        "next": target,
    }
    return render(request, "screens/access/confirm.html", context, status=status)


def _proved(request: SignedInRequest, target: str) -> HttpResponse:
    sessions.prove(request.session, now=request.now)
    return HttpResponseRedirect(target)
