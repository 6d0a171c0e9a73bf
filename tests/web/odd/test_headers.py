"""Headers and cookies at every address of the site: for strangers, wrong methods, downloads, and in production.

What signed-in people ask for at every address and form is looked at in the tests of odd addresses and odd forms.
"""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from tests.isolation.addresses import every_address
from tests.web.odd.conftest import OddWorld
from tests.web.odd.headers import missing

_PRINTED = """
import json
from django.conf import settings
names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_DOMAIN", "CSRF_COOKIE_PATH", "LANGUAGE_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "DEBUG", "PASSWORD_HASHERS")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def test_strangers_and_wrong_methods_get_the_same_headers_at_every_address(world: OddWorld) -> None:
    stranger = Client(SERVER_NAME="bench.localhost", raise_request_exception=False)
    uma = world.browser("customer")
    statuses: set[int] = set()
    for one in every_address():
        address = one.of(1)
        # DELETE is no method of any address; strangers are sent to the sign-in page, and see what is public.
        asked: list[tuple[Any, bool]] = [(stranger.get(address), False)]
        if one.panel in ("", "customer"):
            asked.append((uma.delete(address), one.panel == "customer"))
        for answer, is_signed_in in asked:
            statuses.add(answer.status_code)
            lacks = missing(answer, is_signed_in=is_signed_in)
            assert lacks == [], (address, answer.status_code)
            assert answer.status_code < 500, address
            # Where the place is a day or a key, the number makes no address.
            if one.panel and not re.search("<(?!int:)", one.pattern):
                assert answer.status_code in (302, 405), address
    assert {200, 302, 404, 405} <= statuses
    # 403 without the form's token, 400 for a host that is nobody's.
    for answer, is_signed_in in (
        (Client(enforce_csrf_checks=True, SERVER_NAME="bench.localhost").post("/sign-in/"), False),
        (Client(SERVER_NAME="evil.example").get("/sign-in/"), False),
        (uma.get("/customer/nothing/here/"), True),
    ):
        assert answer.status_code in (400, 403, 404)
        assert missing(answer, is_signed_in=is_signed_in) == [], answer.status_code


def test_cookies_of_production_belong_to_one_host_and_are_sent_over_tls_only() -> None:
    facts = _settings(ENTREPOT_PRODUCTION="1")

    for kind in ("SESSION", "CSRF"):
        # What the prefix asks of browsers: Secure, the path "/", and no domain.
        assert facts[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert facts[f"{kind}_COOKIE_SECURE"] is True
        assert facts[f"{kind}_COOKIE_HTTPONLY"] is True
        assert facts[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        assert facts[f"{kind}_COOKIE_DOMAIN"] is None
        assert facts[f"{kind}_COOKIE_PATH"] == "/"
    assert facts["SECURE_HSTS_SECONDS"] == 31_536_000
    assert facts["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert facts["DEBUG"] is False


def test_passwords_are_hashed_at_the_cost_that_a_small_machine_bears() -> None:
    # Tests hash at less cost: what counts is what another process is given.
    (name,) = _settings()["PASSWORD_HASHERS"]
    hasher: Any = import_string(name)()

    # Two passes over 19 MiB in one lane; the stock settings take 100 MiB and eight times as long.
    assert (hasher.algorithm, hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (
        "argon2",
        2,
        19 * 1024,
        1,
    )
    assert hasher.encode("a long enough sentence", "saltsaltsalt").startswith(
        "argon2$argon2id$v=19$m=19456,t=2,p=1$"
    )


def _settings(**environment: str) -> dict[str, Any]:
    """Read the settings as another process with this environment has them."""
    done = subprocess.run(
        [sys.executable, "-c", _PRINTED],
        env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "entrepot.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


pytestmark = pytest.mark.django_db
