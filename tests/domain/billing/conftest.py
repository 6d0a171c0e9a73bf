"""Who bills in a test: the naive reference, the engine on PostgreSQL, or one after the other."""

from collections.abc import Callable

import pytest

from tests.reference.reference import run_world
from tests.reference.shape import Snapshot
from tests.reference.world import World

Bill = Callable[[World], Snapshot]


@pytest.fixture(params=["reference"])
def bill(request: pytest.FixtureRequest) -> Bill:
    """Return what turns a world into its results."""
    return run_world
