"""Whether a code or a passkey is right, under the limits of signing in; the site to which passkeys belong."""

import json
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest

from entrepot.domain.parties.factors import pass_by_code
from entrepot.domain.parties.passkeys import Options, Site, State, ask_known, pass_by_passkey
from entrepot.web.access.adapter import AccessAdapter, may_try
from entrepot.web.access.requests import known, realm_of

_STATE = "passkey_state"
_PLATFORM = "Entrepot"


def site_of(request: HttpRequest) -> Site:
    """Return the host and the origin of the request; the settings say which hosts are answered at all."""
    realm = realm_of(request)
    return Site(
        host=request.get_host().partition(":")[0],
        origin=f"{request.scheme}://{request.get_host()}",
        name=realm.display_name if realm else _PLATFORM,
    )


def offer_passkey(request: HttpRequest, *, user_id: int) -> Options | None:
    """Return what the page asks the browser for, None for people without a passkey; the state stays in the session."""
    found = ask_known(user_id=user_id, site=site_of(request))
    if found is None:
        return None
    options, state = found
    keep_state(request, state)
    return plain(options)


def keep_state(request: HttpRequest, state: State) -> None:
    """Keep what an answer of a passkey is compared with."""
    request.session[_STATE] = state


def take_state(request: HttpRequest) -> State | None:
    """Return what an answer is compared with, once."""
    found = request.session.pop(_STATE, None)
    return found if isinstance(found, dict) else None


def plain(options: Options) -> dict[str, Any]:
    """Return options as a page can carry them."""
    return dict(json.loads(json.dumps(options, default=dict)))


def may_check(request: HttpRequest, *, user_id: int) -> bool:
    """Count an attempt of a person from this network; False beyond the limit, then nothing is compared."""
    key = _key(request, user_id)
    return may_try(request, action="second_factor", key=key) and may_try(
        request, action="second_factor_network", key=""
    )


def is_right(request: HttpRequest, *, user_id: int) -> bool:
    """Compare the posted `code` or the `answer` of a passkey; a right one uses it up and forgets earlier attempts."""
    now, answer = known(request).now, request.POST.get("answer", "")
    if answer:
        passed = pass_by_passkey(
            user_id=user_id,
            answer=answer,
            state=take_state(request),
            site=site_of(request),
            now=now,
        )
    else:
        code = request.POST.get("code", "")
        passed = pass_by_code(user_id=user_id, code=code, now=now) is not None
    if passed:
        forget_attempts(request, user_id=user_id)
    return passed


def forget_attempts(request: HttpRequest, *, user_id: int) -> None:
    """Let a person who was right begin to count anew; the network's own count stays."""
    ratelimit.clear(request, action="second_factor", key=_key(request, user_id))


def _key(request: HttpRequest, user_id: int) -> str:
    return f"{user_id} {AccessAdapter(request).get_client_ip(request)}"
