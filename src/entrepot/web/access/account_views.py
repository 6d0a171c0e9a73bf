"""What signed-in people do about themselves: profile, password, language, account; and the address `/`."""

from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from entrepot.domain.parties import queries
from entrepot.domain.parties.commands import Password, edit_profile, set_password
from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.names import LANGUAGES
from entrepot.domain.parties.phones import shown_phone
from entrepot.domain.parties.realms import logo_content
from entrepot.web.access import sessions
from entrepot.web.access.adapter import AccessAdapter
from entrepot.web.access.forms import PasswordChangeForm, ProfileForm
from entrepot.web.access.guards import screen, to_sign_in
from entrepot.web.access.menu import home_address
from entrepot.web.access.requests import SignedInRequest, known, realm_of
from entrepot.web.ui.brand import brand_css

ACCOUNTS_SHOWN_MAX = 200
_LANGUAGE_SECONDS = 365 * 24 * 60 * 60


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send people to their panel, or to the sign-in page."""
    viewer = known(request).viewer
    return to_sign_in(request) if viewer is None else HttpResponseRedirect(home_address(viewer))


@screen(None, methods=("GET", "POST"))
def profile(request: SignedInRequest) -> HttpResponse:
    """Show and store what a person says about themselves."""
    facts = queries.profile(user_id=request.viewer.user_id)
    fields = ("display_name", "email", "phone", "language", "timezone")
    initial = {name: getattr(facts, name) for name in fields}
    initial["phone"] = shown_phone(facts.phone, country="").international
    form = ProfileForm(request.POST or None, initial=initial)
    if facts.kept_by:
        form.shut("display_name", "email", "phone")
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in fields}
        if wanted["email"] != facts.email and not _is_own(request, form.cleaned_data["current"]):
            form.add_error("current", gettext("This is not your present password."))
        elif _stored(request, form, wanted):
            messages.success(request, gettext("Your profile is saved."))
            response = HttpResponseRedirect(reverse("profile"))
            return _with_language(response, wanted["language"])
    context = {"form": form, "facts": facts}
    return render(request, "screens/access/profile.html", context, status=_status(request))


@sensitive_post_parameters("current", "password", "again")
@screen(None, methods=("GET", "POST"), fresh=True)
def change_password(request: SignedInRequest) -> HttpResponse:
    """Take a new password; all other sessions of the person end, this one gets a new key."""
    facts = queries.profile(user_id=request.viewer.user_id)
    if facts.signs_in_outside:
        return render(request, "screens/access/password_outside.html", {"facts": facts}, status=409)
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _is_own(request, form.cleaned_data["current"]):
            form.add_error("current", gettext("This is not your present password."))
        elif _password_set(request, form):
            user: Any = request.user
            user.refresh_from_db()
            auth.update_session_auth_hash(request, user)
            messages.success(
                request, gettext("Your password is changed. You are signed out everywhere else.")
            )
            return HttpResponseRedirect(reverse("profile"))
    return render(
        request, "screens/access/password_change.html", {"form": form}, status=_status(request)
    )


@screen(None, methods=("GET", "POST"))
def switch(request: SignedInRequest) -> HttpResponse:
    """Show the accounts that a person works for, and work for another one."""
    rows = queries.memberships_of(user_id=request.viewer.user_id, limit=ACCOUNTS_SHOWN_MAX)
    if request.method == "POST":
        wanted = request.POST.get("account", "")
        chosen = next((row for row in rows if str(row.account_id) == wanted), None)
        if chosen is None:
            raise Http404
        sessions.choose_account(request.session, account_id=chosen.account_id, panel=chosen.panel)
        return HttpResponseRedirect(reverse("start"))
    return render(request, "screens/access/switch.html", {"rows": rows})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the posted `language` in a cookie, and with the person if signed in; go back to `next`."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)):
        target = "/"
    response = HttpResponseRedirect(target)
    if language not in LANGUAGES:
        return response
    viewer = known(request).viewer
    if viewer is not None:
        facts = queries.profile(user_id=viewer.user_id)
        edit_profile(
            user_id=viewer.user_id,
            display_name=facts.display_name,
            email=facts.email,
            language=language,
            timezone=facts.timezone,
            actor=viewer.actor(request_id=known(request).request_id),
            now=known(request).now,
        )
    return _with_language(response, language)


@require_GET
def brand_sheet(request: HttpRequest) -> HttpResponse:
    """Give the colours of the brand behind the address."""
    realm = realm_of(request)
    text = "" if realm is None else brand_css(realm.accent)
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_GET
def brand_logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """Give a brand's logo file. Its name changes with its content, so that it may be kept for long."""
    content = logo_content(digest=digest[:64])
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    """Tell whether the program and its database answer: 200 or 503."""
    works = queries.database_answers()
    return JsonResponse({"database": works}, status=200 if works else 503)


def _is_own(request: SignedInRequest, password: str) -> bool:
    """Compare the present password under the same limits as signing in."""
    return bool(password) and bool(AccessAdapter(request).reauthenticate(request.user, password))


def _stored(request: SignedInRequest, form: ProfileForm, wanted: dict[str, str]) -> bool:
    viewer = request.viewer
    actor = viewer.actor(request_id=request.request_id)
    try:
        edit_profile(user_id=viewer.user_id, actor=actor, now=request.now, **wanted)
    except PartyInput as refusal:
        form.add_error(refusal.field, refusal.text(translate=gettext))
        return False
    return True


def _password_set(request: SignedInRequest, form: PasswordChangeForm) -> bool:
    viewer = request.viewer
    try:
        set_password(
            user_id=viewer.user_id,
            password=Password(form.cleaned_data["password"]),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except PartyInput as refusal:
        form.add_error("password", refusal.text(translate=gettext))
        return False
    return True


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_LANGUAGE_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
