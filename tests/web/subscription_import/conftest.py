"""The shop, and browsers of its people."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from entrepot.config.messages import compile_all
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, shop
from tests.support.clients import signed_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled and the menu complete."""
    compile_all()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep counters, files and the language to this test; all requests happen on 2 March 2026."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "imports"}}
    cache.clear()
    yield
    translation.deactivate()


@pytest.fixture
def store(db: None) -> Shop:
    """The shop of Sven, who sells to Cleo."""
    return shop()


@pytest.fixture
def at(store: Shop) -> Callable[..., Client]:
    """Open a browser and sign a person in."""
    return signed_in
