"""Signing in through a portal of one's account (OpenID Connect): finding it, the way there, and back.

What ties the answer to the browser that began (state, nonce, proof key) is kept in the session, for one use within ten
minutes. The way there is a link and no form, because forms may only lead to this site.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from entrepot.domain.identity.claims import read_claims
from entrepot.domain.identity.commands import arrive, note_refusal
from entrepot.domain.identity.errors import SignInRefused, refused
from entrepot.domain.identity.openid import Attempt, WayOut, address_of, described, exchanged
from entrepot.domain.identity.portals import (
    PortalPlace,
    Relied,
    has_other_portals,
    offered_portals,
    portal_at,
    portal_for,
    portal_of_person,
    relied_on,
)
from entrepot.flows.addresses import public_address
from entrepot.web.access import sessions
from entrepot.web.access.adapter import AccessAdapter, may_try, too_many
from entrepot.web.access.requests import known, realm_of

_ATTEMPTS, _HINT = "portal_attempts", "portal_hint"
_ATTEMPTS_MAX = 5
_VALID = timedelta(minutes=10)
_METHOD = "portal"
_TEXT_MAX = 2_000
_STATUS = {"portal_unreachable": 503}


class FindForm(forms.Form):
    """A mail address, or the short name of a portal."""

    name = forms.CharField(
        label=_("Mail address or short name of the portal"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


@dataclass(frozen=True, slots=True)
class Back:
    """An attempt that has come back: which portal it was for, where to go then, and whether it only proves again."""

    portal_id: int
    attempt: Attempt
    target: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_portal(request: HttpRequest) -> HttpResponse:
    """Take a mail address or the short name of a portal and lead to the portal's page."""
    form, realm = FindForm(request.POST or None), realm_of(request)
    target, status = _target(request), 200
    if request.method == "POST":
        if not may_try(request, action="portal", key=AccessAdapter(request).get_client_ip(request)):
            return too_many(request)
        status = 422
        if form.is_valid():
            text = form.cleaned_data["name"]
            place = portal_for(realm=realm.host if realm else "", text=text)
            if place is not None:
                request.session[_HINT] = text if "@" in text else ""
                return HttpResponseRedirect(_address("portal", place, target))
            form.add_error(
                "name",
                gettext(
                    "No portal takes this name here. Sign in with login name and password, or ask an administrator "
                    "of your account for the portal's address."
                ),
            )
    context = {"form": form, "realm": realm, "next": target}
    return render(request, "screens/access/portal_find.html", context, status=status)


@never_cache
@require_GET
def portal(request: HttpRequest, slug: str) -> HttpResponse:
    """Say where somebody signs in, with a link there: the sign-in address of an account."""
    place, realm = _place(request, slug), realm_of(request)
    context = {
        "place": place,
        "realm": realm,
        "go_url": _address("portal-go", place, _target(request)),
    }
    return render(request, "screens/access/portal.html", context)


@never_cache
@require_GET
def to_portal(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to the portal. Who is signed in goes there only to prove who they are (`again`)."""
    place, viewer, now = _place(request, slug), known(request).viewer, known(request).now
    realm = realm_of(request)
    if realm is not None and request.get_host().rsplit(":", 1)[0].lower() != realm.host:
        # The portal sends people back to the brand's host, where this browser's session is another one.
        return HttpResponseRedirect(public_address(realm.host) + request.get_full_path())
    proves = viewer is not None and request.GET.get("again") == "1"
    if viewer is not None and not proves:
        return HttpResponseRedirect(reverse("start"))
    if not may_try(request, action="portal", key=AccessAdapter(request).get_client_ip(request)):
        return too_many(request)
    try:
        relied = relied_on(portal_id=place.id)
        there = described(issuer=relied.client.issuer, way=_way())
    except SignInRefused as refusal:
        return _refuse(request, place, refusal, noted=place.is_on)
    attempt = Attempt(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=redirect_address(realm.host if realm else "", place.slug),
        again_since=now if proves else None,
    )
    _keep(request, place, attempt, now)
    hint = str(request.session.get(_HINT, ""))[:254]
    return HttpResponseRedirect(address_of(relied.client, there, attempt, hint=hint))


@never_cache
@require_GET
def from_portal(request: HttpRequest, slug: str) -> HttpResponse:
    """Take what the portal sends with the browser, and sign the person in."""
    place, now = _place(request, slug), known(request).now
    if not may_try(request, action="portal", key=AccessAdapter(request).get_client_ip(request)):
        return too_many(request)
    back = _taken(request, place, now)
    if back is None:
        return _refuse(request, place, _unknown_attempt(), noted=False)
    try:
        relied = relied_on(portal_id=place.id)
        return _let_in(request, relied, back, _code(request, relied))
    except SignInRefused as refusal:
        return _refuse(request, place, refusal, noted=True)


def redirect_address(host: str, slug: str) -> str:
    """Return where a portal sends people back to; administrators enter it at the portal."""
    return public_address(host) + reverse("portal-back", args=[slug])


def way_out() -> WayOut:
    """Return how portals are reached in this installation."""
    return _way()


def offers(request: HttpRequest) -> dict[str, Any]:
    """Give the sign-in page its portals: buttons for the brand's own, and whether others can be looked for."""
    realm = realm_of(request)
    if realm is None:
        return {"portals": [], "find_url": ""}
    target = _target(request)
    finds = has_other_portals(realm=realm.host, account_id=realm.account_id)
    asked = "" if target == "/" else f"?{urlencode({'next': target})}"
    return {
        "portals": [
            (one.name, _address("portal-go", one, target))
            for one in offered_portals(realm=realm.host, account_id=realm.account_id)
        ],
        "find_url": f"{reverse('portal-find')}{asked}" if finds else "",
    }


def again_address(*, user_id: int, target: str) -> str:
    """Return where somebody without a password proves again who they are; empty for who has no portal now."""
    place = portal_of_person(user_id=user_id)
    if place is None:
        return ""
    asked = urlencode({"again": "1", "next": target})
    return f"{reverse('portal-go', args=[place.slug])}?{asked}"


def came_strongly(request: HttpRequest, user: Any) -> bool:
    """Tell whether this sign-in came through a portal that checks a second factor itself."""
    return any(
        one.get("method") == _METHOD and one.get("strong") is True
        for one in get_authentication_records(request, user)
    )


def _let_in(request: HttpRequest, relied: Relied, back: Back, code: str) -> HttpResponse:
    now, viewer = known(request).now, known(request).viewer
    claims = exchanged(
        relied.client,
        back.attempt,
        code=code,
        login_claim=relied.login_claim,
        now=now,
        way=_way(),
    )
    arrival = arrive(
        portal_id=back.portal_id,
        facts=read_claims(claims, login_claim=relied.login_claim, country=relied.country),
        request_id=known(request).request_id,
        now=now,
    )
    if back.attempt.again_since is not None:
        if viewer is None or viewer.user_id != arrival.user_id:
            raise _unknown_attempt()
        sessions.prove(request.session, now=now)
        return HttpResponseRedirect(back.target)
    user = get_user_model().objects.get(pk=arrival.user_id)
    record_authentication(request, user, _METHOD, strong=relied.checks_second_factor)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=back.target))
    return response


def _code(request: HttpRequest, relied: Relied) -> str:
    """Return the code of an answer. Raises: SignInRefused for an answer without one."""
    given = request.GET
    issuer = given.get("iss", relied.client.issuer)
    if issuer != relied.client.issuer:
        raise refused(
            "portal_issuer_differs",
            "The portal calls itself by another name than the one that is stored.",
            next_step="Ask an administrator of your account to look at the portal.",
            detail=f"the answer says issuer {issuer[:200]!r}",
        )
    if given.get("error") or not given.get("code"):
        raise refused(
            "portal_denied",
            "The portal did not let you in.",
            next_step="Sign in there, or ask an administrator of your account whether you may.",
            detail=given.get("error", "no code")[:100],
        )
    return given["code"][:_TEXT_MAX]


def _keep(request: HttpRequest, place: PortalPlace, attempt: Attempt, now: datetime) -> None:
    begun = list(request.session.get(_ATTEMPTS, {}).items())[1 - _ATTEMPTS_MAX :]
    facts = {
        "portal": place.id,
        "nonce": attempt.nonce,
        "verifier": attempt.verifier,
        "redirect": attempt.redirect_uri,
        "again": attempt.again_since is not None,
        "next": _target(request),
        "at": int(now.timestamp()),
    }
    request.session[_ATTEMPTS] = dict([*begun, (attempt.state, facts)])


def _taken(request: HttpRequest, place: PortalPlace, now: datetime) -> Back | None:
    """Take an attempt out of the session: it counts once, for its portal, for ten minutes."""
    begun = dict(request.session.get(_ATTEMPTS, {}))
    state = request.GET.get("state", "")
    facts = begun.pop(state, None)
    if facts is None:
        return None
    request.session[_ATTEMPTS] = begun
    at = datetime.fromtimestamp(facts["at"], tz=now.tzinfo)
    if facts["portal"] != place.id or now - at > _VALID:
        return None
    attempt = Attempt(
        state=state,
        nonce=facts["nonce"],
        verifier=facts["verifier"],
        redirect_uri=facts["redirect"],
        again_since=at if facts["again"] else None,
    )
    return Back(place.id, attempt, facts["next"])


def _place(request: HttpRequest, slug: str) -> PortalPlace:
    realm = realm_of(request)
    found = portal_at(realm=realm.host, slug=slug) if realm else None
    if found is None:
        raise Http404
    return found


def _target(request: HttpRequest) -> str:
    given = request.POST if request.method == "POST" else request.GET
    target = given.get("next", "")[:_TEXT_MAX]
    return target if AccessAdapter(request).is_safe_url(target) else "/"


def _address(name: str, place: PortalPlace, target: str) -> str:
    asked = "" if target == "/" else f"?{urlencode({'next': target})}"
    return f"{reverse(name, args=[place.slug])}{asked}"


def _way() -> WayOut:
    return WayOut(inside=settings.INSIDE_PORTALS, seconds=settings.PORTAL_SECONDS)


def _unknown_attempt() -> SignInRefused:
    return refused(
        "portal_attempt_unknown",
        "This answer of the portal belongs to no sign-in that this browser has begun, or comes too late.",
        next_step="Sign in again.",
    )


def _refuse(
    request: HttpRequest, place: PortalPlace, refusal: SignInRefused, *, noted: bool
) -> HttpResponse:
    if noted:
        note_refusal(
            portal_id=place.id,
            refusal=refusal,
            request_id=known(request).request_id,
            now=known(request).now,
        )
    context = {
        "place": place,
        "realm": realm_of(request),
        "text": refusal.text(translate=gettext),
        "again_url": reverse("portal", args=[place.slug]) if place.is_on else "",
    }
    status = _STATUS.get(refusal.code, 409)
    return render(request, "screens/access/portal_refused.html", context, status=status)
