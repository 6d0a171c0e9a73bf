"""Nobody sees, counts or changes what is not theirs: every address, role and relation, and leaks that are planted."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from entrepot.domain.parties.viewer import Panel
from entrepot.flows import wiring
from entrepot.kernel.clock import FixedClock
from entrepot.web import middleware
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.isolation import matrix as cases
from tests.isolation.addresses import KINDS, OUTSIDE_PLACES, every_address
from tests.isolation.asking import Matrix, make_cheap
from tests.isolation.numbers import figures
from tests.isolation.oracle import read_secrets
from tests.isolation.planted import LEAKS
from tests.isolation.world import NOW, World, build

# Pages that this world does not have, by the name of their address, and where they are tried.
NOT_THERE = {
    "cart-placed": "it stands in the session of the buyer",
    "setup": "these resellers are set up; tests/web/customers/test_setup.py",
    "setup-brand": "as `setup`",
    "setup-company": "as `setup`",
    "setup-plans": "as `setup`",
    "setup-prices": "as `setup`",
    "subscriptions-together": "it needs ticked rows; tests/web/subscriptions/test_together.py",
    "own-subscriptions-together": "as `subscriptions-together`",
    "subscription-usage": "nothing is measured here; tests/web/usage/test_usage_lines.py",
    "own-subscription-usage": "as `subscription-usage`",
    "usage-import-lines": "as `subscription-usage`",
    "usage-import-rejects": "nothing was rejected here; tests/web/usage/test_usage_imports.py",
    "users-act": "it needs ticked rows; tests/web/users",
    "account-users-act": "as `users-act`",
    "user-import": "no file of people was sent here; tests/web/users",
    "user-import-apply": "as `user-import`",
    "account-user-import": "as `user-import`",
    "account-user-import-apply": "as `user-import`",
    "price-list-work": "the jobs of this world are another kind",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, in a transaction that is undone after the last test of this file."""
    wiring.connect()
    has_address.cache_clear()
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            yield build()
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            connection.close()


@pytest.fixture
def asked(built: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matrix:
    """The matrix over that world; files, counters and the clock are this test's own."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "isolation"}}
    make_cheap(monkeypatch)
    return Matrix(built, read_secrets(built))


@pytest.mark.slow
@pytest.mark.parametrize("panel", list(Panel))
def test_nobody_gets_anything_of_strangers_at_any_address(
    asked: Matrix, panel: Panel, record_property: Callable[[str, object], None]
) -> None:
    cases.objects_of_addresses(asked, panel)
    cases.lists_and_searches(asked, panel)
    cases.forms_with_foreign_numbers(asked, panel)
    cases.other_panels(asked, panel)
    cases.other_roles(asked, panel)

    record_property("cases", asked.cases)
    record_property("compared", asked.comparison.compared)
    assert asked.cases > 700
    assert asked.found == []
    # A matrix of missing pages would prove nothing.
    names = {one.pattern: one.name for one in every_address()}
    missing = {names[one] for one, said in asked.answered.items() if said == {404}}
    assert missing <= set(NOT_THERE)


@pytest.mark.slow
@pytest.mark.parametrize("panel", [Panel.RESELLER, Panel.CUSTOMER])
def test_no_figure_counts_what_is_of_strangers(
    asked: Matrix, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Behind the second wall a wrong count is right by chance.
    monkeypatch.setattr(middleware, "wall_of", lambda _viewer: None)

    figures(asked, panel)

    assert asked.cases > 100
    assert asked.found == []


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_found(asked: Matrix, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    leak = LEAKS[name]
    leak.plant(monkeypatch)
    # Behind the second wall most of them would show nothing (test_second_wall.py).
    monkeypatch.setattr(middleware, "wall_of", lambda _viewer: None)

    leak.part(asked, leak.panel, only=leak.only)

    assert asked.found


def test_every_place_in_an_address_names_a_kind_of_object(built: World) -> None:
    for one in every_address():
        if one.panel:
            assert set(one.kinds) <= set(KINDS.values())
        else:
            assert "<" not in one.pattern or one.name in OUTSIDE_PLACES
