"""Our terms with the identity library: names, limits, addresses."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import consume
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from entrepot.domain.parties.kinds import SignInOutcome
from entrepot.domain.parties.queries import memberships_of
from entrepot.domain.parties.sign_ins import note_sign_in
from entrepot.domain.parties.viewer import build_viewer
from entrepot.web.access import sessions
from entrepot.web.access.requests import known, realm_of

_WAIT_SECONDS = 15 * 60
_BROWSER_MAX = 200


class AccessAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by "realm/login"; nobody signs up here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library's hook
        """Refuse signing up: people are created by administrators."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Accept addresses on this site only, written without host."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def add_message(self, *_args: object, **_kwargs: object) -> None:
        """Say nothing: the library's messages are not in our words."""

    def get_login_stages(self) -> list[str]:
        """Name what stands between password and session: the second factor, and nothing of the library's own."""
        return ["entrepot.web.access.factors.stage.SecondFactorStage"]

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count the attempt; beyond the limit nothing is compared, not even the right password."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as limit:
            self.note(request, credentials.get("username", ""), SignInOutcome.LOCKED)
            raise ImmediateHttpResponse(too_many(request)) from limit

    def authenticate(self, request: HttpRequest, **credentials: str) -> Any:
        """Return the user, but nobody who is disabled or works for no account."""
        user = super().authenticate(request, **credentials)
        if user is None:
            self.note(request, credentials.get("username", ""), SignInOutcome.WRONG)
        if user is None or not user.is_active:
            return None
        return user if memberships_of(user_id=user.pk, limit=1) else None

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Begin the session with its ages and its realm; this comes after a second factor, where there is one."""
        realm, now = realm_of(request), known(request).now
        viewer = build_viewer(user_id=user.pk, account_id=None, now=now)
        sessions.begin(
            request.session,
            panel=viewer.panel,
            realm=realm.host if realm else "",
            now=now,
            network=self.get_client_ip(request),
            browser=_browser(request),
        )
        self.note(request, user.username, SignInOutcome.DONE)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def note(self, request: HttpRequest, username: str, outcome: SignInOutcome) -> None:
        """Keep what came of an attempt in the person's history of signing in."""
        note_sign_in(
            username=username,
            network=self.get_client_ip(request),
            browser=_browser(request),
            outcome=outcome,
            now=known(request).now,
        )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Count wrong passwords per person and network, so that a stranger cannot lock the owner out."""
        return f"{credentials.get('username', '').lower()} {self.get_client_ip(request)}"


def may_try(request: HttpRequest, *, action: str, key: str) -> bool:
    """Count one more attempt of an action of ACCOUNT_RATE_LIMITS and tell whether it is within the limit."""
    # The public function of the library leaves out requests that read.
    return bool(consume(request, app="allauth.account", action=action, key=key, limit_get=True))


def _browser(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:_BROWSER_MAX]


def too_many(request: HttpRequest) -> HttpResponse:
    """Return the page "too many attempts" with the time to wait."""
    response: HttpResponse = ratelimit.respond_429(request)
    response.headers["Retry-After"] = str(_WAIT_SECONDS)
    return response
