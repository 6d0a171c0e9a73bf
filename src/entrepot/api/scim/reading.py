"""Reading SCIM requests with mistrust: who asks, how much, and JSON without the freedoms of the library."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest
from scim2_models import (
    InvalidSyntaxException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
)

from entrepot.domain.identity.commands.tokens import Directory, directory_of
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.kernel.strict_json import read_json

BODY_MAX = 1_048_576
DEPTH_MAX = 20
clock: Clock = SystemClock()
_TYPES = frozenset({"application/scim+json", "application/json"})


class TooManyRequests(SCIMException):
    """More requests than the token or the network may make."""

    status = 429
    _default_detail = "Too many requests. Try again in a minute."


class WrongType(SCIMException):
    """A body that is no JSON in UTF-8."""

    status = 415
    _default_detail = "Send application/scim+json or application/json in UTF-8."


class WrongMethod(SCIMException):
    """A method that an address does not have."""

    status = 405
    _default_detail = "This address does not take this method."


def directory_behind(request: HttpRequest) -> Directory:
    """Return the directory whose token a request carries. Raises: SCIMException 401 or 429."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and 0 < len(text) <= 200:
        found = directory_of(text.strip(), now=clock.now())
    key = (
        f"token {found.token_id}"
        if found
        else f"network {get_adapter(request).get_client_ip(request)}"
    )
    action = "scim" if found else "scim_failed"
    if not consume(request, app="allauth.account", action=action, key=key, limit_get=True):
        raise TooManyRequests
    if found is None:
        raise UnauthorizedException(detail="The token is missing, unknown, expired or revoked.")
    return found


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the object in a request's body. Raises: SCIMException 400, 413 or 415."""
    charset = (request.content_params or {}).get("charset", "utf-8").lower().replace("_", "-")
    if request.content_type not in _TYPES or charset not in ("utf-8", "utf8"):
        raise WrongType
    # One byte more than is allowed tells that there is more, without reading the rest.
    raw = request.read(BODY_MAX + 1)
    if len(raw) > BODY_MAX:
        raise PayloadTooLargeException(detail=f"A body has {BODY_MAX} bytes at most.")
    try:
        value = read_json(raw, pairs=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidSyntaxException(detail="The body is not the JSON that SCIM wants.") from error
    if not isinstance(value, dict) or _depth(value) > DEPTH_MAX:
        raise InvalidSyntaxException(detail="The body is not the JSON that SCIM wants.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse members that come twice; names count without case, as SCIM compares them."""
    found = dict(pairs)
    if len({name.lower() for name in found}) < len(pairs):
        raise ValueError("a member comes twice")
    return found


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(one) for one in value), default=0)
    return 0
