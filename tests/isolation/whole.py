"""The whole product: every address × method × role × relation of the object, which takes minutes.

Not part of every run, which asks each role for its own objects and for two others (`matrix.other_roles`):

    .venv/bin/pytest -n 2 tests/isolation/whole.py
"""

from collections.abc import Callable

import pytest

from entrepot.domain.parties.viewer import Panel
from tests.isolation import matrix as cases
from tests.isolation.asking import Matrix
from tests.isolation.test_isolation import asked, built

__all__ = ["asked", "built"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("panel", list(Panel))
def test_every_role_is_asked_for_every_relation(
    asked: Matrix, panel: Panel, record_property: Callable[[str, object], None]
) -> None:
    cases.objects_of_addresses(asked, panel)
    cases.other_roles(asked, panel, is_short=False)

    record_property("cases", asked.cases)

    assert asked.found == []
