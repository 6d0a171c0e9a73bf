"""The page between password and session: a code, a passkey or a recovery code."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from entrepot.domain.parties.factors import factors_of
from entrepot.domain.parties.kinds import SignInOutcome
from entrepot.web.access.adapter import AccessAdapter, too_many
from entrepot.web.access.factors.checking import is_right, may_check, offer_passkey
from entrepot.web.access.factors.forms import CodeForm
from entrepot.web.access.factors.stage import SecondFactorStage
from entrepot.web.access.requests import known, realm_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code", "answer")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Take the second factor of the person whose password was right, and begin the session."""
    if known(request).viewer is not None:
        return HttpResponseRedirect(reverse("start"))
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    user: Any = stage.login.user if stage else None
    if stage is None or user is None or not user.is_active:
        clear_login(request)
        return HttpResponseRedirect(reverse("sign-in"))
    form, status = CodeForm(request.POST if "code" in request.POST else None), 200
    if request.method == "POST":
        adapter = AccessAdapter(request)
        if not may_check(request, user_id=user.pk):
            adapter.note(request, user.username, SignInOutcome.LOCKED)
            return too_many(request)
        # What is no code, such as an empty field or a text of thousands of characters, is not compared.
        if (not form.is_bound or form.is_valid()) and is_right(request, user_id=user.pk):
            adapter.note(request, user.username, SignInOutcome.FACTOR_PASSED)
            answer: HttpResponse = stage.exit()
            return answer
        adapter.note(request, user.username, SignInOutcome.FACTOR_WRONG)
        form, status = _refused(form), 422
    factors = factors_of(user_id=user.pk)
    context = {
        "form": form,
        "realm": realm_of(request),
        "options": offer_passkey(request, user_id=user.pk),
        "has_app": factors.app is not None,
        "codes_left": factors.codes_left,
    }
    return render(request, "screens/access/second_factor.html", context, status=status)


@require_http_methods(["POST"])
def give_up(request: HttpRequest) -> HttpResponse:
    """Forget the password that was right, and begin again."""
    clear_login(request)
    return HttpResponseRedirect(reverse("sign-in"))


def _refused(form: CodeForm) -> CodeForm:
    """Say that it was not right, in one sentence for wrong, old and used ones; what was typed is not shown again."""
    fresh = CodeForm({"code": ""})
    fresh.full_clean()
    fresh.errors.clear()
    is_passkey = not form.is_bound
    text = (
        gettext("Your device has not given a passkey that belongs to you.")
        if is_passkey
        else gettext("This code is not right, or it was used already.")
    )
    fresh.add_error(None if is_passkey else "code", text)
    return fresh
