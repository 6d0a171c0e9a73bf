"""People of whom a second factor is demanded and who have none: they add one, and can do nothing else till then."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.parties.acting import end_acting
from entrepot.domain.parties.factors import must_add_factor
from entrepot.domain.parties.kinds import EndCause
from entrepot.domain.parties.viewer import Acting, Viewer
from entrepot.web.access import sessions
from entrepot.web.access.portals import came_strongly
from entrepot.web.access.requests import known

OPEN_NAMES = frozenset(
    {
        *("own-security", "own-app", "own-passkey-new", "own-codes", "own-codes-file", "confirm"),
        *("sign-out", "language", "preference", "brand-sheet", "brand-logo", "health"),
    }
)
"""The addresses that stay open meanwhile."""


class EnrolmentMiddleware:
    """Comes after the one that knows the viewer. Who acts for others and lacks a factor acts for nobody any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Lead to the own page of security while a second factor is due."""
        match = request.resolver_match
        if match is None or match.view_name in OPEN_NAMES or not is_due(request):
            return None
        viewer = known(request).viewer
        if viewer is not None and viewer.acting is not None:
            _leave(request, viewer, viewer.acting)
        address = reverse("own-security")
        if request.headers.get("HX-Request") == "true":
            answer = HttpResponse(status=401)
            answer.headers["HX-Redirect"] = address
            return answer
        return HttpResponseRedirect(address)


def is_due(request: HttpRequest) -> bool:
    """Tell whether the person has to add a second factor now; asked of the database once a minute.

    Whoever acts for another account is still one of the own account's people, and what it demands counts.
    """
    viewer, session, now = known(request).viewer, request.session, known(request).now
    if viewer is None:
        return False
    account_id = viewer.account_id if viewer.acting is None else viewer.acting.home_id
    due = sessions.known_due(session, account_id=account_id, now=now)
    if due is None:
        due = not came_strongly(request, request.user) and must_add_factor(
            user_id=viewer.user_id, account_id=account_id
        )
        sessions.note_due(session, account_id=account_id, is_due=due, now=now)
    return due


def _leave(request: HttpRequest, viewer: Viewer, acting: Acting) -> None:
    """Go back to the own account, where the factor is added."""
    end_acting(
        acting_id=acting.id,
        user_id=viewer.user_id,
        cause=EndCause.RIGHTS,
        actor=viewer.actor(request_id=known(request).request_id),
        now=known(request).now,
    )
    sessions.stop_acting(request.session)
    messages.warning(
        request,
        gettext("You work for %(account)s again: it requires a second factor, and you have none.")
        % {"account": acting.home_name},
    )
