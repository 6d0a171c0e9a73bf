"""Serve the simulated portal over HTTP, in a thread of its own."""

import html
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]

from entrepot.kernel.clock import Clock, SystemClock
from entrepot.ops.identity_simulator.authority import Authority
from entrepot.ops.identity_simulator.people import (
    RegisteredClient,
    SimulatedPerson,
    Trick,
    sample_people,
)

_SLOW_SECONDS = 3.0
_BODY_MAX = 65_536
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Company sign-in</title>
<link rel="icon" href="data:,"></head>
<body><h1>Company sign-in</h1><p>A simulated portal. Who are you?</p>
<form method="post" action="/authorize?{query}">{buttons}
<p><button name="person" value="">Nobody of these</button></p></form></body></html>"""
_BUTTON = '<p><button name="person" value="{subject}">{name}</button></p>'


class IdentitySimulator:
    """A portal on a port of this machine; as a context it serves in a thread of its own."""

    def __init__(
        self,
        *,
        people: list[SimulatedPerson] | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        self.authority = Authority(clock=clock or SystemClock(), people=people or sample_people())
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.authority))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.address = f"127.0.0.1:{self.port}"
        self.authority.issuer = f"http://{self.address}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )

    @property
    def issuer(self) -> str:
        """Return the portal's own name."""
        return self.authority.issuer

    def register(self, client_id: str, secret: str, *redirect_uris: str) -> None:
        """Let a shop ask."""
        self.authority.clients[client_id] = RegisteredClient(client_id, secret, redirect_uris)

    def trick(self, *tricks: Trick) -> None:
        """Misbehave so from now on, and in no other way."""
        self.authority.tricks = set(tricks)

    def __enter__(self) -> Self:
        """Serve in a thread."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(_Requests):
        portal = authority

    return Handler


class _Requests(BaseHTTPRequestHandler):
    """Discovery, the page where somebody says who they are, tokens, keys and userinfo."""

    portal: Authority

    def do_GET(self) -> None:
        """Answer a question."""
        path = urlsplit(self.path).path
        if Trick.SLOW in self.portal.tricks and path != "/authorize":
            time.sleep(_SLOW_SECONDS)
        if Trick.BROKEN in self.portal.tricks and path != "/authorize":
            self._send(500, b"broken")
        elif path == "/.well-known/openid-configuration":
            self._json(200, self._description())
        elif path == "/keys":
            self._json(200, {"keys": [self.portal.key.public()]})
        elif path == "/authorize":
            self._ask()
        elif path == "/userinfo":
            said = self.portal.about(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._json(200 if said else 401, said or {"error": "invalid_token"})
        else:
            self._send(404, b"not here")

    def do_POST(self) -> None:
        """Take a form."""
        body = self.rfile.read(
            min(int(self.headers.get("Content-Length", "0")), _BODY_MAX)
        ).decode()
        path = urlsplit(self.path).path
        if path == "/authorize":
            self._send_back(parse_qs(body).get("person", [""])[0])
        elif path == "/token":
            headers = {"Authorization": self.headers.get("Authorization", "")}
            if headers["Authorization"].startswith("Basic "):
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            given, text, status = self.portal.server.create_token_response(
                self._uri(), "POST", body, headers
            )
            self._send(status, text.encode(), **given)
        else:
            self._send(404, b"not here")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def _description(self) -> dict[str, Any]:
        issuer = self.portal.issuer
        renamed = Trick.RENAMED in self.portal.tricks
        return {
            "issuer": "https://elsewhere.example" if renamed else issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def _ask(self) -> None:
        try:
            self.portal.server.validate_authorization_request(self._uri())
        except OAuth2Error as error:
            self._send(400, f"{error.error}: {error.description}".encode())
            return
        buttons = "".join(
            _BUTTON.format(
                subject=html.escape(one.subject),
                name=html.escape(one.claims.get("name", one.subject)),
            )
            for one in self.portal.people.values()
        )
        query = html.escape(urlsplit(self.path).query)
        page = _PAGE.format(query=query, buttons=buttons).encode()
        self._send(200, page, **{"Content-Type": "text/html; charset=utf-8"})

    def _send_back(self, subject: str) -> None:
        scopes, facts = self.portal.server.validate_authorization_request(self._uri())
        if subject not in self.portal.people:
            asked = {"error": "access_denied", "state": facts["state"]}
            self._send(302, b"", Location=f"{facts['redirect_uri']}?{urlencode(asked)}")
            return
        given, _text, status = self.portal.server.create_authorization_response(
            self._uri(), scopes=scopes, credentials={"user": subject}
        )
        self._send(status, b"", **given)

    def _uri(self) -> str:
        """The library wants to see https, which this machine's own address has no need of."""
        return f"https://portal.example{self.path}"

    def _json(self, status: int, said: Any) -> None:
        self._send(status, json.dumps(said).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
