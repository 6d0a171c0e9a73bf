"""What the middleware adds to a request, and how screens get at it."""

from datetime import datetime
from typing import Protocol, cast

from django.http import HttpRequest

from entrepot.domain.parties.realms import Realm, realm_of_host
from entrepot.domain.parties.viewer import Viewer


class KnownRequest(HttpRequest):
    """A request after the middleware: `viewer` is None for people who are not signed in.

    `acting_over`: this request found that acting for another account has ended.
    """

    viewer: Viewer | None
    now: datetime
    request_id: str
    acting_over: bool


class SignedInRequest(HttpRequest):
    """A request as a screen behind `guards.screen` gets it."""

    viewer: Viewer
    now: datetime
    request_id: str


class _WithRealm(Protocol):
    known_realm: Realm | None


def known(request: HttpRequest) -> KnownRequest:
    """Return the request with the attributes that the middleware has set."""
    return cast("KnownRequest", request)


def realm_of(request: HttpRequest) -> Realm | None:
    """Return the brand behind the request's host, asked once per request; None before there is a brand."""
    if not hasattr(request, "known_realm"):
        cast("_WithRealm", request).known_realm = realm_of_host(request.get_host())
    return cast("_WithRealm", request).known_realm
