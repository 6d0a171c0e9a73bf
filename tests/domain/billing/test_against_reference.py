"""The engine equals the naive reference: every field of every result, on random and chosen worlds."""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.reference.engine import bill_with_engine
from tests.reference.examples import EXAMPLES
from tests.reference.reference import run_world
from tests.reference.snapshot import differences
from tests.reference.world import World
from tests.reference.worlds import worlds

WORLDS = int(os.environ.get("ENTREPOT_WORLDS", "40"))


def assert_equal_results(world: World) -> None:
    """Bill a world twice and compare."""
    found = differences(run_world(world), bill_with_engine(world))
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(worlds())
def test_the_engine_equals_the_reference_on_random_worlds(world: World) -> None:
    assert_equal_results(world)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_engine_equals_the_reference_on_chosen_worlds(name: str) -> None:
    assert_equal_results(EXAMPLES[name])
