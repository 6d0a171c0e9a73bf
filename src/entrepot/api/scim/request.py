"""One SCIM request as users and groups are handed it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from scim2_models import PreconditionFailedException

from entrepot.api.scim.reading import body_of
from entrepot.domain.identity.commands.tokens import Directory
from entrepot.infra.audit.recorder import Actor


@dataclass(frozen=True, slots=True)
class ScimRequest:
    """Who asks, when, and for what; `base` is where the addresses of resources begin."""

    http: HttpRequest
    directory: Directory
    now: datetime
    request_id: str
    base: str

    @property
    def account_id(self) -> int:
        """Return the account whose users and groups are asked for."""
        return self.directory.viewer.account_id

    @property
    def actor(self) -> Actor:
        """Return the directory as the audit trail names it."""
        return self.directory.actor(request_id=self.request_id)

    def body(self) -> dict[str, Any]:
        """Return the object in the body. Raises: SCIMException."""
        return body_of(self.http)

    def require_version(self, version: str) -> None:
        """Refuse a change of a state that is not the present one. Raises: PreconditionFailedException."""
        wanted = self.http.headers.get("If-Match", "*")
        marks = {one.strip() for one in wanted.split(",")}
        if "*" not in marks and version not in marks:
            raise PreconditionFailedException(detail="This entry was changed meanwhile.")
