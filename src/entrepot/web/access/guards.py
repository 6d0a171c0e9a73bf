"""How a screen says who may open it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from entrepot.domain.parties.roles import Capability
from entrepot.web.access import sessions
from entrepot.web.access.requests import SignedInRequest, known

P = ParamSpec("P")
Screen = Callable[Concatenate[SignedInRequest, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_READING = ("GET", "HEAD")


def screen(
    capability: Capability | None,
    *,
    methods: tuple[str, ...] = ("GET",),
    while_acting: bool | None = None,
    fresh: bool = False,
) -> Callable[[Screen[P]], View[P]]:
    """Open a screen to signed-in people with a capability (None: to all of them) for some methods.

    Screens of what nobody does on behalf of others are closed `while_acting`: 403, whatever the capability. Those
    without a capability are about the person, and closed unless they say otherwise.

    A `fresh` screen asks for the password or a second factor first when the person has last proved who they are more
    than ten minutes ago. It asks when a form is opened; one that was opened in time may be sent half an hour later.

    The view carries `capability`, `methods` and `fresh`, from which the test of all addresses by all roles is made.
    Signed-out people are sent to the sign-in page, people without the capability get 403, other methods 405.
    """
    is_open = capability is not None if while_acting is None else while_acting
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
            if viewer.acting is not None and not is_open:
                raise PermissionDenied
            if fresh and not _is_proved(request):
                return to_confirm(request, reads="GET" in methods)
            return view(cast("SignedInRequest", request), *args, **kwargs)

        marked: Any = guarded
        marked.capability, marked.methods, marked.is_screen = capability, allowed, True
        marked.while_acting, marked.fresh = is_open, fresh
        return guarded

    return guard


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a signed-out person to the sign-in page, and back afterwards if the request only read."""
    address = reverse("sign-in")
    if request.headers.get("HX-Request") == "true":
        return _whole_page(address)
    if request.method in _READING and request.path != "/":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)


def to_confirm(request: HttpRequest, *, reads: bool) -> HttpResponse:
    """Ask who sits there, and go on with the page that was asked for; with the one before if it only takes forms."""
    target = request.get_full_path() if reads else _page_before(request)
    address = f"{reverse('confirm')}?{urlencode({'next': target})}"
    if request.headers.get("HX-Request") == "true":
        return _whole_page(address)
    return HttpResponseRedirect(address)


def to_start(request: HttpRequest) -> HttpResponse:
    """Send a person to the first page of the account that they work for now."""
    address = reverse("start")
    if request.headers.get("HX-Request") == "true":
        return _whole_page(address)
    return HttpResponseRedirect(address)


def _is_proved(request: HttpRequest) -> bool:
    """Tell whether a person has proved who they are lately, and note which forms were opened in that time."""
    session, now = request.session, known(request).now
    if request.method not in _READING:
        return sessions.may_send(session, path=request.path, now=now)
    if not sessions.is_fresh(session, now=now):
        return False
    sessions.note_opened(session, path=request.path, now=now)
    return True


def _page_before(request: HttpRequest) -> str:
    before = urlsplit(request.headers.get("Referer", ""))
    return before.path if before.netloc == request.get_host() and before.path else "/"


def _whole_page(address: str) -> HttpResponse:
    """Have a page that asked for a part of itself go elsewhere as a whole."""
    answer = HttpResponse(status=401)
    answer.headers["HX-Redirect"] = address
    return answer
