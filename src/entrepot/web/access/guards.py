"""How a screen says who may open it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from entrepot.domain.parties.roles import Capability
from entrepot.web.access.requests import SignedInRequest, known

P = ParamSpec("P")
Screen = Callable[Concatenate[SignedInRequest, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_READING = ("GET", "HEAD")


def screen(
    capability: Capability | None, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Screen[P]], View[P]]:
    """Open a screen to signed-in people with a capability (None: to all of them) for some methods.

    The view carries `capability` and `methods`, from which the test of all addresses by all roles is made. Signed-out
    people are sent to the sign-in page, people without the capability get 403, other methods 405.
    """
    allowed = tuple(dict.fromkeys((*methods, *(["HEAD"] if "GET" in methods else []))))

    def guard(view: Screen[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            viewer = known(request).viewer
            if viewer is None:
                return to_sign_in(request)
            if capability is not None and not viewer.can(capability):
                raise PermissionDenied
            return view(cast("SignedInRequest", request), *args, **kwargs)

        marked: Any = guarded
        marked.capability, marked.methods, marked.is_screen = capability, allowed, True
        return guarded

    return guard


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a signed-out person to the sign-in page, and back afterwards if the request only read."""
    address = reverse("sign-in")
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=401)
        answer.headers["HX-Redirect"] = address
        return answer
    if request.method in _READING and request.path != "/":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)
