"""Sign-in, sign-out, forgotten passwords."""

from typing import Any

from allauth.account.views import LoginView
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from entrepot.domain.parties.commands import Password
from entrepot.domain.parties.errors import PartyInput, PartyRefused
from entrepot.domain.parties.resets import is_valid, use_ticket
from entrepot.flows.messages.announcing import ask_reset_link
from entrepot.web.access.adapter import AccessAdapter, may_try, too_many
from entrepot.web.access.forms import NewPasswordForm, ResetRequestForm, SignInForm
from entrepot.web.access.portals import offers
from entrepot.web.access.requests import known, realm_of

form_view = require_http_methods(["GET", "HEAD", "POST"])


@method_decorator(never_cache, name="dispatch")
class SignInView(LoginView):  # type: ignore[misc]
    """The sign-in page of the brand behind the address."""

    form_class = SignInForm
    template_name = "screens/access/sign_in.html"
    http_method_names = ("get", "head", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send people on who are signed in already."""
        if known(request).viewer is not None:
            return HttpResponseRedirect(reverse("start"))
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        """Show the form again; what is wrong stands on it."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the brand; the library's own addition names pages that we do not have."""
        context: dict[str, Any] = super(LoginView, self).get_context_data(**kwargs)
        return {**context, "realm": realm_of(self.request), **offers(self.request)}


sign_in = sensitive_post_parameters("password")(SignInView.as_view())


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and have the browser forget its pages."""
    auth.logout(request)
    response = HttpResponseRedirect(reverse("sign-in"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@never_cache
@form_view
def ask_reset(request: HttpRequest) -> HttpResponse:
    """Take a login name and send its person a link; the answer is the same for every name."""
    form = ResetRequestForm(request.POST or None)
    realm = realm_of(request)
    context = {"form": form, "realm": realm}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "screens/access/reset_ask.html", context, status=status)
    login = form.cleaned_data["login"].strip().lower()
    network = AccessAdapter(request).get_client_ip(request)
    host = realm.host if realm else ""
    if not may_try(request, action="reset_password", key=f"{host}/{login} {network}"):
        return too_many(request)
    ask_reset_link(realm=host, login=login, at=known(request).now)
    return HttpResponseRedirect(reverse("password-sent"))


@require_http_methods(["GET", "HEAD"])
def reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way if the login name exists."""
    return render(request, "screens/access/reset_sent.html", {"realm": realm_of(request)})


@never_cache
@form_view
@sensitive_post_parameters("password", "again")
def set_new_password(request: HttpRequest, user_key: str, token: str) -> HttpResponse:
    """Take a new password from the person who holds the link."""
    realm = realm_of(request)
    if not is_valid(user_key=user_key, token=token, now=known(request).now):
        return render(request, "screens/access/reset_expired.html", {"realm": realm}, status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            use_ticket(
                user_key=user_key,
                token=token,
                password=Password(form.cleaned_data["password"]),
                now=known(request).now,
            )
        except PartyInput as refusal:
            form.add_error("password", refusal.text(translate=gettext))
        except PartyRefused:
            return render(
                request, "screens/access/reset_expired.html", {"realm": realm}, status=410
            )
        else:
            messages.success(request, gettext("Your password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("sign-in"))
    context = {"form": form, "realm": realm, "hint": password_hint()}
    status = 422 if request.method == "POST" else 200
    return render(request, "screens/access/reset_set.html", context, status=status)


def password_hint() -> str:
    """Say what a password needs."""
    return ngettext(
        "At least %(count)d character. A sentence is easier to keep in mind than a riddle.",
        "At least %(count)d characters. A sentence is easier to keep in mind than a riddle.",
        15,
    ) % {"count": 15}
