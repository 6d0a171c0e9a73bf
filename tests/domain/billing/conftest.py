"""Who bills in a test: the naive reference and the engine on PostgreSQL, one after the other."""

from collections.abc import Callable

import pytest

from tests.reference.engine import bill_with_engine
from tests.reference.reference import run_world
from tests.reference.shape import Snapshot
from tests.reference.world import World

Bill = Callable[[World], Snapshot]


@pytest.fixture(
    params=["reference", pytest.param("engine", marks=pytest.mark.django_db(transaction=True))]
)
def bill(request: pytest.FixtureRequest) -> Bill:
    """Return what turns a world into its results."""
    if request.param == "reference":
        return run_world
    return bill_with_engine
