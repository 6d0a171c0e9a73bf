"""What stands between password and session for people with a second factor."""

from typing import Any

from allauth.account.stages import LoginStage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from entrepot.domain.parties.factors import has_second_factor, must_add_factor
from entrepot.domain.parties.queries import memberships_of
from entrepot.web.access import sessions
from entrepot.web.access.portals import came_strongly
from entrepot.web.access.requests import known


class SecondFactorStage(LoginStage):  # type: ignore[misc]
    """Ask for the second factor; `AccessAdapter.get_login_stages` names this class.

    Who came through a portal that checks a second factor itself is not asked for another one.
    """

    key = "second_factor"
    urlname = "second-factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send people who have one to the page that asks for it; the sign-in waits in the session for 15 minutes."""
        user = self.login.user
        if user is None:
            return None, True
        is_strong = came_strongly(self.request, user)
        if not is_strong and has_second_factor(user_id=user.pk):
            return HttpResponseRedirect(reverse(self.urlname)), True
        _note_due(self.request, user, is_strong=is_strong)
        return None, True


def _note_due(request: HttpRequest, user: Any, *, is_strong: bool) -> None:
    """Look up at once whether one has to be added, so that the first page does not have to."""
    for one in memberships_of(user_id=user.pk, limit=1):
        due = not is_strong and must_add_factor(user_id=user.pk, account_id=one.account_id)
        now = known(request).now
        sessions.note_due(request.session, account_id=one.account_id, is_due=due, now=now)
