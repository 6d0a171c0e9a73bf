"""The engine equals the naive reference: every field of every result, on random and chosen worlds."""

import ast
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.reference.engine import bill_with_engine
from tests.reference.examples import EXAMPLES
from tests.reference.reference import run_world
from tests.reference.snapshot import differences
from tests.reference.world import World
from tests.reference.worlds import worlds

REFERENCE = Path(__file__).parents[2] / "reference"
NAIVE = ("amounts", "calendar", "documents", "events", "prices", "reference", "settlement", "state")
SMALL_CHUNKS = (
    "a_refund_reverses_every_change_in_order",
    "missed_days_change_the_statement_only",
    "numbers_follow_the_buyers_names_and_start_again_each_year",
    "tax_is_rounded_per_group",
    "what_cannot_be_taxed_waits_and_comes_in_full",
)
WORLDS = int(os.environ.get("ENTREPOT_WORLDS", "16"))


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SMALL_CHUNKS)
def test_chunks_of_one_change_nothing(name: str) -> None:
    world = EXAMPLES[name]

    found = differences(run_world(world), bill_with_engine(world, chunk_size=1))

    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [*NAIVE, "shape", "world"])
def test_the_reference_shares_no_code_with_the_engine(name: str) -> None:
    allowed = {"dataclasses", "datetime", "decimal", "fractions", "copy", "typing", "tests"}
    tree = ast.parse((REFERENCE / f"{name}.py").read_text(encoding="utf-8"))
    modules = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    own = {module for module in modules if module.startswith("tests.")}
    assert {module.split(".")[0] for module in modules} <= allowed
    assert own <= {f"tests.reference.{other}" for other in (*NAIVE, "shape", "world")}
