"""The cast for the tests of this package."""

import pytest

from tests.support.people import Cast, cast


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()
