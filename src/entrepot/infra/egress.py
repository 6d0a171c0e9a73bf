"""The one way out, to vendors and sign-in portals: HTTP with every bound that a hostile or broken server needs.

https on ports 443 and 8443 only, to public addresses only, except for addresses that the operator names. A name is
resolved once per connection, and that very address is connected to, so that it cannot change in between. Redirects are
not followed. The library itself repeats only what HTTP calls idempotent (GET, PUT, DELETE), once, when a kept
connection turns out to be closed; a POST is never repeated.
The whole exchange has a deadline, however slowly bytes come, and the body a limit.
"""

import asyncio
import errno
import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from entrepot.kernel.strict_json import read_json

BODY_LIMIT = 65_536
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
# Waiting for one counts as time of the call: there are more than a worker has calls under way.
CONNECTIONS = 200
_PORTS = frozenset({443, 8443})


class NotSent(Exception):
    """No connection came about: the server has not seen the request."""


class NotAllowed(NotSent):
    """The address is one that is never called."""


class NoAnswer(Exception):
    """The request may have arrived, but there is no complete, readable answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def fields(self) -> dict[str, Any] | None:
        """Return the body as a JSON object, or None when it is anything else (a page, a list, nothing)."""
        try:
            value = read_json(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def retry_after(self) -> float | None:
        """Return the wait in seconds that the server asks for, None for none and for dates."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the open internet: not private, local, shared, multicast or mapped."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip.is_site_local:
            return False
        # 64:ff9b::/96 carries an IPv4 address inside, which could be anything.
        if ip in ipaddress.ip_network("64:ff9b::/32"):
            return False
    return ip.is_global and not ip.is_multicast


class _GuardedResolver(AbstractResolver):
    """Resolve a name and keep public addresses only; the caller connects to exactly these."""

    def __init__(self, inside: frozenset[str]) -> None:
        self._inside = inside
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the allowed addresses. Raises: OSError when none is left."""
        found = await self._resolver.resolve(host, port, family)
        if f"{host}:{port}" in self._inside:
            return found
        allowed = [one for one in found if is_public(one["host"])]
        if not allowed:
            raise OSError(errno.EACCES, f"{host} leads to no public address")
        return allowed

    async def close(self) -> None:
        """Free what the resolver holds."""
        await self._resolver.close()


class Egress:
    """A pool of connections to the outside; belongs to the event loop in which it is first used.

    `inside` are the `host:port` that may be plain http or private. `total_seconds` bounds one exchange.
    """

    def __init__(
        self, *, inside: frozenset[str] = frozenset(), total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._inside = inside
        self._total_seconds = total_seconds
        self._session: aiohttp.ClientSession | None = None

    def check(self, url: str) -> None:
        """Refuse an address that must not be called. Raises: NotAllowed."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError as error:
            raise NotAllowed("the address cannot be read") from error
        host = (parts.hostname or "").lower()
        if not host or parts.username or parts.password:
            raise NotAllowed("the address needs a host and no credentials")
        if f"{host}:{port}" in self._inside and parts.scheme in {"http", "https"}:
            return
        if parts.scheme != "https" or port not in _PORTS:
            raise NotAllowed("only https on port 443 or 8443 is called")
        if _is_literal(host) and not is_public(host):
            raise NotAllowed(f"{host} is not a public address")

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        limit: int = BODY_LIMIT,
    ) -> Answer:
        """Make one exchange; `limit` bounds the answer's body. Raises: NotAllowed, NotSent, NoAnswer."""
        self.check(url)
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._exchange(method, url, headers, body, limit)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(_said(error)) from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise NotAllowed("the address cannot be read") from error
        except TimeoutError as error:
            raise NoAnswer(f"no complete answer within {self._total_seconds:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswer(_said(error)) from error

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> Answer:
        async with self._open().request(
            method,
            url,
            data=body or None,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            allow_redirects=False,
        ) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise NoAnswer("the answer is compressed, which was not asked for")
            content = bytearray()
            async for part in response.content.iter_chunked(8_192):
                content += part
                if len(content) > limit:
                    response.close()
                    raise NoAnswer(f"the answer is longer than {limit} bytes")
            known = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, known, bytes(content))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_GuardedResolver(self._inside), limit=CONNECTIONS, ttl_dns_cache=10
                ),
                timeout=aiohttp.ClientTimeout(
                    total=self._total_seconds,
                    sock_connect=min(CONNECT_SECONDS, self._total_seconds),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=4_096,
                max_field_size=4_096,
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    return True


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:300]


def milliseconds_since(start: float) -> int:
    """Return the whole milliseconds since a value of `time.monotonic()`, which is no clock of the trade."""
    return round((time.monotonic() - start) * 1000)
