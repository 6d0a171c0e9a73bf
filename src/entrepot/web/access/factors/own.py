"""The own page of security: an authenticator app, passkeys and recovery codes of the person who is signed in."""

import base64
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import qrcode  # type: ignore[import-untyped]
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from entrepot.domain.parties import queries
from entrepot.domain.parties.commands import (
    AppSecret,
    add_app,
    make_recovery_codes,
    recovery_codes,
    remove_factor,
)
from entrepot.domain.parties.factor_seals import opened, sealed
from entrepot.domain.parties.factors import CODE_LENGTH_MAX, Factor, Factors, factors_of
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access import sessions
from entrepot.web.access.adapter import too_many
from entrepot.web.access.factors.checking import forget_attempts, may_check
from entrepot.web.access.factors.enrolment import is_due
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest, realm_of
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_SECRET = "new_app"  # noqa: S105 - a name in the session
_PLATFORM = "Entrepot"
_QR_PIXELS = 220


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One second factor, in words."""

    id: int
    name: str
    added: str
    used: str


class AppForm(forms.Form):
    """The first code of a new authenticator app."""

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH_MAX,
        help_text=_("The six digits that the app shows now."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


@screen(None)
def security(request: SignedInRequest) -> HttpResponse:
    """Show which second factors the person has."""
    factors = factors_of(user_id=request.viewer.user_id)
    context = {
        "factors": factors,
        "app": _line(factors.app) if factors.app else None,
        "passkeys": [_line(one) for one in factors.passkeys],
        "passkey_columns": [
            Column(gettext("Name")),
            Column(gettext("Added"), 180),
            Column(gettext("Last used"), 180),
            Column(gettext("Change"), 240, hidden_label=True),
        ],
        "codes_text": _codes_text(factors),
        "is_due": is_due(request),
        "crumbs": [Link(gettext("Profile"), reverse("profile"))],
        "has_password": not queries.profile(user_id=request.viewer.user_id).signs_in_outside,
    }
    return render(request, "screens/access/security.html", context)


@sensitive_post_parameters("code")
@screen(None, methods=("GET", "POST"), fresh=True)
def add_own_app(request: SignedInRequest) -> HttpResponse:
    """Show the secret of a new app as a picture and as text; take its first code."""
    viewer = request.viewer
    if factors_of(user_id=viewer.user_id).app is not None:
        return HttpResponseRedirect(reverse("own-security"))
    secret, form, status = _secret(request), AppForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if not may_check(request, user_id=viewer.user_id):
            return too_many(request)
        if form.is_valid():
            try:
                add_app(
                    user_id=viewer.user_id,
                    secret=AppSecret(secret),
                    code=form.cleaned_data["code"],
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                field = "code" if isinstance(error, BadInput) else None
                form.add_error(field, error.text(translate=gettext))
            else:
                request.session.pop(_SECRET, None)
                forget_attempts(request, user_id=viewer.user_id)
                return added(request, gettext("Your authenticator app is added."))
    address = _app_address(request, secret)
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": address,
        "picture": _picture(address),
        "pixels": _QR_PIXELS,
        "crumbs": crumbs(),
    }
    return render(request, "screens/access/security_app.html", context, status=status)


@screen(None, methods=("GET", "POST"), fresh=True)
def remove_own(request: SignedInRequest, number: int) -> HttpResponse:
    """Say what follows, then remove an app or a passkey."""
    viewer = request.viewer
    factor = own_factor(request, number)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            remove_factor(
                user_id=viewer.user_id,
                factor_id=number,
                account_id=viewer.account_id,
                actor=viewer.actor(request_id=request.request_id),
                now=request.now,
            )
        except DomainError as error:
            refusal, status = error.text(translate=gettext), 409
        else:
            messages.success(request, gettext("It is removed."))
            return HttpResponseRedirect(reverse("own-security"))
    factors = factors_of(user_id=viewer.user_id)
    is_last = (factors.app is not None) + len(factors.passkeys) == 1
    name = factor.name or gettext("Authenticator app")
    context = {
        "title": gettext("Remove “%(name)s”") % {"name": name},
        "crumbs": crumbs(),
        "kind": "bad",
        "consequences": [
            gettext("You cannot sign in with it any more."),
            *([gettext("Your password alone is enough then. Recovery codes go too.")] * is_last),
        ],
        "refusal": refusal,
        "back_url": reverse("own-security"),
    }
    return render(request, "screens/users/act.html", context, status=status)


@screen(None, methods=("GET", "POST"), fresh=True)
def own_codes(request: SignedInRequest) -> HttpResponse:
    """Show the recovery codes that were just made; else offer to make new ones."""
    viewer = request.viewer
    refusal, status = "", 200
    if request.method == "POST" and "kept" in request.POST:
        sessions.hide_codes(request.session)
        return HttpResponseRedirect(reverse("own-security"))
    if request.method == "POST":
        actor = viewer.actor(request_id=request.request_id)
        try:
            make_recovery_codes(user_id=viewer.user_id, actor=actor, now=request.now)
        except DomainError as error:
            refusal, status = error.text(translate=gettext), 409
        else:
            sessions.show_codes(request.session, now=request.now)
            return HttpResponseRedirect(request.path)
    codes = _shown_codes(request)
    context = {
        "codes": codes,
        "file_url": reverse("own-codes-file"),
        "title": gettext("Recovery codes"),
        "refusal": refusal,
        "consequences": [
            gettext("You get ten new codes, and see them once."),
            gettext("The codes that you have now are void."),
        ],
        "crumbs": crumbs(),
        "back_url": reverse("own-security"),
    }
    return render(request, "screens/access/security_codes.html", context, status=status)


@screen(None, fresh=True)
def own_codes_file(request: SignedInRequest) -> HttpResponse:
    """Give the recovery codes as a text file, as long as their page shows them."""
    codes = _shown_codes(request)
    if not codes:
        raise Http404
    realm = realm_of(request)
    login = queries.profile(user_id=request.viewer.user_id).login
    lines = [
        gettext("Recovery codes of %(login)s for %(brand)s")
        % {"login": login, "brand": realm.display_name if realm else _PLATFORM},
        gettext("Each one works once, instead of your second factor."),
        "",
        *codes,
    ]
    text = "".join(f"{line}\r\n" for line in lines)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def added(request: SignedInRequest, text: str) -> HttpResponse:
    """Go on after a second factor was added: to the recovery codes if these are the first ones."""
    messages.success(request, text)
    actor_id = request.viewer.user_id
    sessions.note_due(
        request.session, account_id=request.viewer.account_id, is_due=False, now=request.now
    )
    factors = factors_of(user_id=actor_id)
    if (factors.app is not None) + len(factors.passkeys) > 1:
        return HttpResponseRedirect(reverse("own-security"))
    sessions.show_codes(request.session, now=request.now)
    return HttpResponseRedirect(reverse("own-codes"))


def own_factor(request: SignedInRequest, number: int) -> Factor:
    """Return an app or a passkey of the person. Raises: Http404 for all others."""
    factors = factors_of(user_id=request.viewer.user_id)
    mine = (*((factors.app,) if factors.app else ()), *factors.passkeys)
    found: Factor | None = next((one for one in mine if one.id == number), None)
    if found is None:
        raise Http404
    return found


def crumbs() -> list[Link]:
    """Lead back to the page of security."""
    return [
        Link(gettext("Profile"), reverse("profile")),
        Link(gettext("Security"), reverse("own-security")),
    ]


def _secret(request: SignedInRequest) -> str:
    """Return the secret of the app that is being added: made once, kept sealed until it has shown a code."""
    kept = request.session.get(_SECRET)
    if isinstance(kept, str):
        return opened(kept)
    secret = str(generate_totp_secret())
    request.session[_SECRET] = sealed(secret)
    return secret


def _app_address(request: SignedInRequest, secret: str) -> str:
    """Write what authenticator apps read: issuer and login, then the secret."""
    realm = realm_of(request)
    issuer = realm.display_name if realm else _PLATFORM
    login = queries.profile(user_id=request.viewer.user_id).login
    label = quote(f"{issuer}:{login}")
    return (
        f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    )


def _picture(address: str) -> str:
    """Draw a text as a QR code, black on white in both themes, as the address of a picture."""
    buffer = BytesIO()
    drawn: Any = qrcode.make(address, image_factory=SvgPathFillImage, border=2)
    drawn.save(buffer)
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _shown_codes(request: SignedInRequest) -> list[str]:
    if not sessions.sees_codes(request.session, now=request.now):
        return []
    found = recovery_codes(user_id=request.viewer.user_id)
    return [f"{code[:4]} {code[4:]}" for code in found]


def _line(one: Factor) -> FactorLine:
    return FactorLine(
        id=one.id,
        name=one.name or gettext("Authenticator app"),
        added=_when(one.added_at),
        used=_when(one.used_at) if one.used_at else gettext("never"),
    )


def _when(at: datetime) -> str:
    zone = timezone.get_current_timezone()
    return formats.day(at, style="stamp", language=get_language() or "en", zone=zone)


def _codes_text(factors: Factors) -> str:
    if factors.codes_left is None:
        return ""
    return ngettext("%(count)d code is left.", "%(count)d codes are left.", factors.codes_left) % {
        "count": factors.codes_left
    }
