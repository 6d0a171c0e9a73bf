"""Everybody, browsers of them, and a clock that stands still."""

from collections.abc import Callable, Iterator
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
from tests.support.clients import signed_in
from tests.support.people import NOW, Cast, cast


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled and the menu complete."""
    compile_all()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def clock(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FixedClock]:
    """Keep counters, files and the language to this test; all requests happen on 2 March 2026."""
    fixed = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", fixed)
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "users"}}
    cache.clear()
    yield fixed
    translation.deactivate()


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()


@pytest.fixture
def at(people: Cast) -> Callable[..., Client]:
    """Open a browser and sign a person in."""
    return signed_in
