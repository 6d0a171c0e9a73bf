"""Who asks: the viewer, the panel, language and zone of every request."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from structlog.contextvars import bound_contextvars

from entrepot.domain.parties.acting import acting_viewer, end_acting
from entrepot.domain.parties.errors import NoMembership
from entrepot.domain.parties.viewer import Panel, Viewer, build_viewer
from entrepot.domain.parties.walls import wall_of
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.walls import Wall, behind, is_broken
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.kernel.errors import BadInput, DomainError, NotFound
from entrepot.web.access import sessions
from entrepot.web.access.guards import to_sign_in, to_start
from entrepot.web.access.requests import KnownRequest, known, realm_of

ACTING_OVER = _("Acting on behalf of the other account has ended. You work for your own again.")

_PANELS = {panel.value for panel in Panel}
_LOOKS = ("/brand.css", "/brand-logo/")
"""Colours and logos of a brand: nobody is looked up for them, so that browsers and proxies may keep them."""


class ViewerMiddleware:
    """Attach `viewer`, `now` and `request_id` to the request and answer refusals that no screen caught.

    `viewer` is None for signed-out people. A panel of another kind than the viewer's account answers as an address
    that does not exist. Pages of signed-in people are not kept by browsers.
    """

    clock: Clock = SystemClock()

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        request = known(plain)
        request.now = self.clock.now()
        request.request_id = uuid.uuid4().hex
        request.acting_over = False
        request.viewer = None if request.path_info.startswith(_LOOKS) else _viewer(request)
        if request.viewer is None:
            timezone.deactivate()
        else:
            translation.activate(request.viewer.language)
            timezone.activate(ZoneInfo(request.viewer.timezone))
        with bound_contextvars(request_id=request.request_id):
            response = self._walled(request)
        response.headers["X-Request-Id"] = request.request_id
        if request.viewer is not None:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _walled(self, request: KnownRequest) -> HttpResponseBase:
        """Answer behind the wall of the viewer's account; outside the panels nobody works for one account."""
        wall = wall_of(request.viewer) if _panel(request) in _PANELS else None
        with behind(wall):
            response = self.get_response(request)
            if wall is not None and is_broken() and response.status_code < HTTPStatus.BAD_REQUEST:
                raise RuntimeError(f"{request.path_info} answered after a statement had failed")
        if wall is not None and isinstance(response, StreamingHttpResponse):
            parts = cast("Iterable[bytes]", response.streaming_content)
            response.streaming_content = _walled_stream(parts, wall)
        return response

    def process_view(
        self, plain: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Let people into the panel of their account only."""
        request = known(plain)
        panel = _panel(request)
        if panel not in _PANELS:
            return None
        if request.viewer is None:
            return to_sign_in(request)
        if request.viewer.panel.value != panel and request.acting_over:
            return to_start(request)
        if request.viewer.panel.value != panel:
            raise Http404
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show a refusal as a page: 404 without details, 400 for bad input, 409 for rules and conflicts."""
        if isinstance(error, NotFound):
            return render(request, "404.html", status=404)
        if isinstance(error, DomainError):
            return render(
                request,
                "screens/access/refused.html",
                {"text": error.text(translate=translation.gettext)},
                status=400 if isinstance(error, BadInput) else 409,
            )
        return None


def _panel(request: KnownRequest) -> str:
    return request.path_info.split("/", 2)[1]


def _walled_stream(parts: Iterable[bytes], wall: Wall) -> Iterator[bytes]:
    """Read a body that is made while it is sent behind the wall of its request."""
    with behind(wall):
        yield from parts


def _viewer(request: KnownRequest) -> Viewer | None:
    """Return who asks, or None. Ends sessions that are over or whose person lost the last account."""
    if not request.user.is_authenticated:
        return None
    session = request.session
    realm = realm_of(request)
    if realm is not None and not sessions.belongs_to(session, host=realm.host):
        return None
    if sessions.is_over(session, now=request.now):
        auth.logout(request)
        return None
    viewer = _acting(request) or _at_work(request, sessions.chosen_account(session))
    if viewer is None:
        sessions.forget_account(session)
        viewer = _at_work(request, None)
    if viewer is None:
        auth.logout(request)
        return None
    sessions.touch(session, now=request.now)
    return viewer


def _acting(request: KnownRequest) -> Viewer | None:
    """Return who acts on behalf of another account; what has ended or may no longer be is left, with a word."""
    number, user_id = sessions.acting(request.session), int(request.user.pk or 0)
    if number is None:
        return None
    found = acting_viewer(acting_id=number, user_id=user_id, now=request.now)
    if isinstance(found, Viewer):
        return found
    sessions.stop_acting(request.session)
    request.acting_over = True
    if found is not None:
        actor = Actor(user_id=user_id, name=str(request.user), request_id=request.request_id)
        end_acting(acting_id=number, user_id=user_id, cause=found, actor=actor, now=request.now)
    messages.warning(request, ACTING_OVER)
    return None


def _at_work(request: KnownRequest, account_id: int | None) -> Viewer | None:
    try:
        return build_viewer(
            user_id=int(request.user.pk or 0), account_id=account_id, now=request.now
        )
    except NoMembership:
        return None
